package pod

import (
	"errors"
	"os"
	"path/filepath"

	"confit/integration/podman"
	"confit/integration/scratch"
)

// A home is all that a pod has on this machine: confit-pod.* in the temporary
// directory, with podman's store on a tmpfs.
type home struct{ *scratch.Dir }

const prefix = "confit-pod."

// homes is where homes are. Conmon's sockets lie deep below, and in a long path
// podman would wait for them in vain.
func homes() string {
	if dir := os.TempDir(); len(dir) <= len("/tmp/123456789") {
		return dir
	}
	return "/tmp"
}

func newHome() (*home, error) {
	dir, err := scratch.New(homes(), prefix)
	if err != nil {
		return nil, err
	}
	h := &home{dir}
	for _, name := range []string{"store", "volumes", "subpaths"} {
		if err := os.Mkdir(filepath.Join(h.Path, name), 0o755); err != nil {
			return nil, errors.Join(err, h.remove())
		}
	}
	return h, nil
}

// newStore ends all that runs in the home and puts an empty store in place of
// the old one.
func (h *home) newStore(images *podman.Images) (*podman.Store, error) {
	dir := filepath.Join(h.Path, "store")
	if err := errors.Join(killCgroup(filepath.Base(h.Path)), scratch.Unmount(dir)); err != nil {
		return nil, err
	}
	if err := scratch.MountMemory(dir, "mode=755"); err != nil {
		return nil, err
	}
	return podman.Open(dir, images.Store)
}

func (h *home) remove() error {
	return errors.Join(killCgroup(filepath.Base(h.Path)), h.Remove())
}

// sweep removes the pods of processes that were killed before they could.
func sweep() error {
	var err error
	for _, dir := range scratch.Abandoned(homes(), prefix) {
		err = errors.Join(err, (&home{dir}).remove())
	}
	return err
}
