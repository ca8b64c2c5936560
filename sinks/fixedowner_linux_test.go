package sinks

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"confit/sinks/dirfd"
)

// A volume that shows the state directory as another user's, though this run has just made
// it, is told as such, and nothing stays on it. The owner of new files of a thread stands
// for the volume.
func TestFixedOwner(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	must(t, os.Chmod(dir, 0o777))
	tree, err := dirfd.Open(dir)
	must(t, err)
	defer tree.Close()
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // for ever: the thread ends with the goroutine
		if err := unix.Setfsuid(1000); err != nil {
			result <- err
			return
		}
		s := &state{top: tree.Top(), name: ".confit-default", files: map[string]bool{}}
		result <- s.create()
	}()
	p := problem(t, <-result)
	if !strings.Contains(p.Text, "is on a volume that shows every file as user 1000") || !strings.Contains(p.Hint, "runAsUser: 1000") || !strings.Contains(p.Hint, "uid=0") {
		t.Errorf("the problem is %q, hint %q", p.Text, p.Hint)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("the directory holds %v, %v", names, err)
	}
}
