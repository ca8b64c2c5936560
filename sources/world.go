package sources

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"confit/render/diag"
)

// A World is all that a run may read from outside.
type World struct {
	Root FS       // where absolute paths lead
	Host FS       // where relative ones lead, from Dir
	Dir  string   // the working directory, an absolute path
	Env  []string // NAME=value
	Git  *Git     // what Git sources need; nil where there are none

	Limits  Limits
	Running *diag.Running // is told what is being read; may be nil
	Budget  *diag.Budget  // of the memory for what is read; may be nil
	Detail  func(string)  // is told what is read, by name; may be nil
}

// An FS is a file tree with symbolic links. Its names have no leading slash.
type FS interface {
	fs.StatFS
	fs.ReadDirFS
	ReadLink(name string) (string, error)
	// ReadRegular reads a regular file of at most that many bytes, and nothing else:
	// no pipe or device is waited for. One that is larger is errTooLarge.
	ReadRegular(name string, most int64) ([]byte, fs.FileMode, error)
}

// Host is the file tree of this machine.
func Host() FS { return hostFS{} }

type hostFS struct{}

func (hostFS) Open(name string) (fs.File, error) {
	return os.OpenFile("/"+name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
func (hostFS) Stat(name string) (fs.FileInfo, error)      { return os.Stat("/" + name) }
func (hostFS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir("/" + name) }
func (hostFS) ReadLink(name string) (string, error)       { return os.Readlink("/" + name) }

// ReadRegular goes past package os, whose poller costs a system call or two a file.
func (hostFS) ReadRegular(name string, most int64) ([]byte, fs.FileMode, error) {
	name = "/" + name
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return nil, 0, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	mode := fs.FileMode(st.Mode & 0o777)
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
	case syscall.S_IFDIR:
		return nil, 0, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	default:
		return nil, 0, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	data, err := readAll(st.Size, most, func(b []byte) (int, error) {
		n, err := syscall.Read(fd, b)
		for err == syscall.EINTR {
			n, err = syscall.Read(fd, b)
		}
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		return n, nil
	})
	return data, mode, err
}

// Below is the file tree under dir, which no symbolic link leads out of.
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

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("too large")
)

// readAll reads to the end: size, or where it is 0, as in /proc, until read gives nothing.
func readAll(size, most int64, read func([]byte) (int, error)) ([]byte, error) {
	if size > most {
		return nil, errTooLarge
	}
	data := make([]byte, 0, size+1)
	for {
		n, err := read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err != nil:
			return nil, err
		case n == 0, int64(len(data)) == size:
			return data, nil
		case int64(len(data)) > most:
			return nil, errTooLarge
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

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
