package sources

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Within is the file tree of this machine as far as it lies below some directories, which
// no symbolic link leads out of. Their paths are absolute.
func Within(dirs ...string) FS {
	var w withinFS
	for _, dir := range dirs {
		tree, err := Below(dir)
		w = append(w, below{path.Clean(dir), tree, err})
	}
	return w
}

type withinFS []below

type below struct {
	dir  string
	tree FS
	err  error // of opening it
}

var errOutside = errors.New("that is outside of the checkout")

// in finds the directory that a name lies below, and its name there.
func (w withinFS) in(name string) (FS, string, error) {
	abs := path.Join("/", name)
	for _, b := range w {
		rest, ok := strings.CutPrefix(abs+"/", strings.TrimSuffix(b.dir, "/")+"/")
		if ok {
			return b.tree, path.Clean(rest), b.err
		}
	}
	if _, err := os.Lstat(abs); errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	return nil, "", &fs.PathError{Op: "open", Path: abs, Err: errOutside}
}

func (w withinFS) Open(name string) (fs.File, error) {
	tree, name, err := w.in(name)
	if err != nil {
		return nil, err
	}
	return tree.Open(name)
}

func (w withinFS) Stat(name string) (fs.FileInfo, error) {
	tree, name, err := w.in(name)
	if err != nil {
		return nil, err
	}
	return tree.Stat(name)
}

func (w withinFS) ReadDir(name string) ([]fs.DirEntry, error) {
	tree, name, err := w.in(name)
	if err != nil {
		return nil, err
	}
	return tree.ReadDir(name)
}

func (w withinFS) ReadLink(name string) (string, error) {
	tree, name, err := w.in(name)
	if err != nil {
		return "", err
	}
	return tree.ReadLink(name)
}

func (w withinFS) ReadRegular(name string, most int64) ([]byte, fs.FileMode, error) {
	tree, name, err := w.in(name)
	if err != nil {
		return nil, 0, err
	}
	return tree.ReadRegular(name, most)
}
