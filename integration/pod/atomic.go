package pod

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A payload is what a read-only volume shows, by path.
type payload map[string]file

type file struct {
	data []byte
	mode fs.FileMode
}

// publish makes the volume at dir show files, the way the kubelet does
// (pkg/volume/util/atomic_writer.go): a new generation, one rename over ..data,
// the symlinks beside it, and only then the end of the old generation. A volume
// that shows the same files already is left alone.
func publish(dir string, files payload, fsGroup *int) error {
	old, err := os.Readlink(filepath.Join(dir, "..data"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old != "" && same(filepath.Join(dir, old), files) {
		return nil
	}
	generation, err := writeGeneration(dir, files)
	if err != nil {
		return err
	}
	if err := own(dir, fsGroup, 0o440); err != nil {
		return err
	}
	next := filepath.Join(dir, "..data_tmp")
	if err := os.Symlink(generation, next); err != nil {
		return err
	}
	if err := os.Rename(next, filepath.Join(dir, "..data")); err != nil {
		return err
	}
	if err := expose(dir, files); err != nil {
		return err
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(dir, old))
}

// same reports whether a generation holds exactly these files; like the kubelet
// it does not look at modes.
func same(generation string, files payload) bool {
	found := 0
	err := filepath.WalkDir(generation, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found++
		path, err := filepath.Rel(generation, name)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(name)
		if want, ok := files[path]; err == nil && (!ok || !bytes.Equal(b, want.data)) {
			err = errors.New("differs")
		}
		return err
	})
	return err == nil && found == len(files)
}

// writeGeneration writes files into a new time-stamped directory.
func writeGeneration(dir string, files payload) (name string, err error) {
	root, err := os.MkdirTemp(dir, time.Now().UTC().Format("..2006_01_02_15_04_05."))
	if err != nil {
		return "", err
	}
	if err := os.Chmod(root, 0o755); err != nil {
		return "", err
	}
	for path, f := range files {
		to := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(to, f.data, f.mode); err != nil {
			return "", err
		}
		if err := os.Chmod(to, f.mode); err != nil { // whatever the umask
			return "", err
		}
	}
	return filepath.Base(root), nil
}

// expose makes one symlink for each top-level name, and removes those of names
// that are gone.
func expose(dir string, files payload) error {
	top := map[string]bool{}
	for path := range files {
		name, _, _ := strings.Cut(path, "/")
		top[name] = true
	}
	for name := range top {
		err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !top[e.Name()] && !strings.HasPrefix(e.Name(), "..") {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// own gives a tree to the pod's fsGroup, whose members may then do what bits
// say: directories are searchable and hand the group on, symlinks stay.
func own(dir string, fsGroup *int, bits fs.FileMode) error {
	if fsGroup == nil {
		return nil
	}
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if err := os.Lchown(name, -1, *fsGroup); err != nil || d.Type() == fs.ModeSymlink {
			return err
		}
		mode := info.Mode() | bits
		if d.IsDir() {
			mode |= fs.ModeSetgid | 0o110
		}
		return os.Chmod(name, mode)
	})
}
