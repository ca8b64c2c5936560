package pod

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"confit/integration/podman"
)

// A home is all that a pod has on this machine: confit-pod-* in the temporary
// directory, with podman's store on a tmpfs. Its lock tells it from one that a
// killed process has left.
type home struct {
	dir  string
	lock *os.File
}

// homes is where homes are. Conmon's sockets lie deep below, and in a long path
// podman would wait for them in vain.
func homes() string {
	if dir := os.TempDir(); len(dir) <= len("/tmp/123456789") {
		return dir
	}
	return "/tmp"
}

func newHome() (*home, error) {
	dir, err := os.MkdirTemp(homes(), "confit-pod-")
	if err != nil {
		return nil, err
	}
	h := &home{dir: dir}
	if err := h.furnish(); err != nil {
		return nil, errors.Join(err, h.remove())
	}
	return h, nil
}

func (h *home) furnish() (err error) {
	if h.lock, err = lockHome(h.dir, os.O_CREATE); err != nil {
		return err
	}
	for _, name := range []string{"store", "volumes", "subpaths"} {
		if err := os.Mkdir(filepath.Join(h.dir, name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// newStore ends all that runs in the home and puts an empty store in place of
// the old one.
func (h *home) newStore(images *podman.Images) (*podman.Store, error) {
	dir := filepath.Join(h.dir, "store")
	if err := errors.Join(killCgroup(filepath.Base(h.dir)), unmountBelow(dir)); err != nil {
		return nil, err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
		return nil, err
	}
	return podman.Open(dir, images.Store)
}

func (h *home) remove() error {
	err := errors.Join(killCgroup(filepath.Base(h.dir)), unmountBelow(h.dir), os.RemoveAll(h.dir))
	if h.lock != nil {
		h.lock.Close()
	}
	return err
}

func lockHome(dir string, flag int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the pods of processes that were killed before they could. A
// young home may not be locked yet and is left alone.
func sweep() error {
	dirs, err := filepath.Glob(filepath.Join(homes(), "confit-pod-*"))
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < 10*time.Second {
			continue
		}
		lock, errLocked := lockHome(dir, 0)
		if errLocked != nil {
			continue
		}
		h := &home{dir: dir, lock: lock}
		err = errors.Join(err, h.remove())
	}
	return err
}
