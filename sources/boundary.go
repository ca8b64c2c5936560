package sources

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// Below is the file tree below dir. No symbolic link leads out of it.
func Below(dir string) (FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return belowFS{root.FS().(fs.StatFS), root}, nil
}

type belowFS struct {
	fs.StatFS
	root *os.Root
}

func (b belowFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(b.StatFS, name) }
func (b belowFS) ReadLink(name string) (string, error)       { return b.root.Readlink(name) }

func (b belowFS) ReadRegular(name string, most int64) ([]byte, fs.FileMode, error) {
	f, err := b.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return nil, 0, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	data, err := readAll(info.Size(), most, func(b []byte) (int, error) {
		n, err := f.Read(b)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return n, err
	})
	return data, info.Mode().Perm(), err
}

// Within is the part of the file tree of this machine that lies below some directories. No
// symbolic link leads out of them. Their paths are absolute.
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

// in gives the tree that a name lies in, and the name in that tree.
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
