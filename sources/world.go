package sources

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// A World is all that a run may read from outside.
type World struct {
	Root FS       // where absolute paths lead
	Host FS       // where relative ones lead, from Dir
	Dir  string   // the working directory, an absolute path
	Env  []string // NAME=value
}

// An FS is a file tree with symbolic links. Its names have no leading slash.
type FS interface {
	fs.ReadDirFS
	fs.ReadLinkFS
}

// Host is the file tree of this machine.
func Host() FS { return hostFS{} }

type hostFS struct{}

func (hostFS) Open(name string) (fs.File, error) {
	return os.OpenFile("/"+name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
func (hostFS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir("/" + name) }
func (hostFS) ReadLink(name string) (string, error)       { return os.Readlink("/" + name) }
func (hostFS) Lstat(name string) (fs.FileInfo, error)     { return os.Lstat("/" + name) }

// Below is the file tree under dir, which no symbolic link leads out of.
func Below(dir string) (FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return belowFS{root}, nil
}

type belowFS struct{ root *os.Root }

func (b belowFS) Open(name string) (fs.File, error) {
	return b.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
func (b belowFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(b.root.FS(), name) }
func (b belowFS) ReadLink(name string) (string, error)       { return b.root.Readlink(name) }
func (b belowFS) Lstat(name string) (fs.FileInfo, error)     { return b.root.Lstat(name) }

// locate gives the tree that a name is in, and its name there.
func (w World) locate(name string) (FS, string) {
	if path.IsAbs(name) {
		return w.Root, inside(path.Clean(name))
	}
	return w.Host, inside(path.Join(w.Dir, name))
}

func inside(abs string) string {
	if abs == "/" {
		return "."
	}
	return strings.TrimPrefix(abs, "/")
}
