package sinks

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"confit/render/diag"
)

// TestStateSwapped exchanges the state directory with one of another user while it is
// opened: only this user's is taken.
func TestStateSwapped(t *testing.T) {
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, ".confit-default"), filepath.Join(dir, "theirs")
	must(t, os.Mkdir(ours, 0o700))
	must(t, os.Mkdir(theirs, 0o700))
	must(t, os.Chown(theirs, 1000, 1000))
	tree, err := Dir{Path: dir}.open()
	must(t, err)
	defer tree.Close()
	var stop atomic.Bool
	swaps := make(chan int)
	go func() {
		n := 0
		for ; !stop.Load(); n++ {
			_ = unix.Renameat2(unix.AT_FDCWD, ours, unix.AT_FDCWD, theirs, unix.RENAME_EXCHANGE)
		}
		swaps <- n
	}()
	good := 0
	for range 20_000 {
		s, err := openState(tree, "default", 0)
		if err == nil {
			if good++; int(s.dir.Stat.UID) != os.Geteuid() {
				t.Error("a directory of another user is taken for the state")
			}
			s.close()
		} else if !strings.Contains(err.Error(), "belongs to another user") {
			t.Error(err)
		}
		if t.Failed() {
			break
		}
	}
	stop.Store(true)
	t.Logf("%d swaps, %d good", <-swaps, good)
}

// TestStateOfOthers has, in this user's state directory, files that another user made.
func TestStateOfOthers(t *testing.T) {
	for _, name := range []string{inventoryFile, journalFile} {
		dir := t.TempDir()
		put(t, dir, files{"mine": "x", ".confit-default/stage/": "", ".confit-default/" + name: `{"version":1,"outputs":[{"path":"mine","mode":"0644"}]}`})
		must(t, os.Chown(filepath.Join(dir, ".confit-default", name), 1000, 1000))
		_, err := Dir{Path: dir}.Apply(t.Context(), files{"a": "1"}.outputs())
		if p := problem(t, err); p.Cause != diag.CauseInWay || !strings.Contains(p.Text, name+" belongs to another user") || p.Hint == "" {
			t.Errorf("got %+v", p)
		}
		if got := listing(t, dir); got["mine"] != "x" {
			t.Errorf("left %v", got)
		}
	}
}
