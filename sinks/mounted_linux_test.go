//go:build !portable

package sinks

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"confit/render/diag"
)

// TestMounted finds the mounts that no rename can replace or cross before anything is staged.
func TestMounted(t *testing.T) {
	for p, want := range map[string]string{"a": "is mounted there", "d": "is on a volume of its own", "theirs": "is mounted there"} {
		dir := t.TempDir()
		outs := files{"a": "1", "d/b": "2"}
		apply(t, dir, outs)
		put(t, dir, files{"theirs": "x"})
		at := filepath.Join(dir, p)
		must(t, unix.Mount(at, at, "", unix.MS_BIND, ""))
		apply(t, dir, outs)
		changed := files{"a": "3", "d/b": "4"}
		if p == "theirs" {
			changed = files{"a": "1", p: "4"}
		}
		_, err := Dir{Path: dir}.Apply(t.Context(), changed.outputs())
		if got := problem(t, err); got.Cause != diag.CauseInWay || !strings.Contains(got.Text, want) {
			t.Errorf("got %+v, want %q", got, want)
		}
		must(t, unix.Unmount(at, unix.MNT_DETACH))
	}
}
