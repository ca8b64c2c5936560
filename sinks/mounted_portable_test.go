//go:build linux && portable

package sinks

import (
	"errors"
	"maps"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"confit/render/diag"
)

// TestMounted: device numbers do not tell a bind mount of the same file system. The run fails
// at the first rename, and takes everything back.
func TestMounted(t *testing.T) {
	for p, want := range map[string]error{"a": unix.EBUSY, "d": unix.EXDEV} {
		dir := t.TempDir()
		outs := files{"a": "1", "d/b": "2"}
		apply(t, dir, outs)
		at := filepath.Join(dir, p)
		must(t, unix.Mount(at, at, "", unix.MS_BIND, ""))
		apply(t, dir, outs)
		before := identity(t, dir)
		_, err := Dir{Path: dir}.Apply(t.Context(), files{"a": "3", "d/b": "4", "new/c": "5"}.outputs())
		if got := problem(t, err); got.Cause != diag.CauseIO || !errors.Is(err, want) {
			t.Errorf("got %+v, want %v", got, want)
		}
		if after := identity(t, dir); !maps.Equal(after, before) {
			t.Errorf("left %v, want %v", after, before)
		}
		must(t, unix.Unmount(at, unix.MNT_DETACH))
	}
}

// TestMountedApart finds a mount of another file system before anything is staged.
func TestMountedApart(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, files{"d/": ""})
	must(t, unix.Mount("tmpfs", filepath.Join(dir, "d"), "tmpfs", 0, ""))
	defer func() { must(t, unix.Unmount(filepath.Join(dir, "d"), unix.MNT_DETACH)) }()
	_, err := Dir{Path: dir}.Apply(t.Context(), files{"d/b": "2"}.outputs())
	if got := problem(t, err); got.Cause != diag.CauseInWay {
		t.Errorf("got %+v", got)
	}
}
