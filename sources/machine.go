package sources

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"confit/render/content"
	"confit/render/diag"
)

// A Machine is everything that a run may read: files, variables and Git servers.
type Machine struct {
	Root FS       // of absolute paths
	Host FS       // of relative paths, which start at Dir
	Dir  string   // the working directory, an absolute path
	Env  []string // NAME=value
	// Secrets are the variables that hold secrets, whatever their names. The value tells
	// whether it stands in for one that is not at hand.
	Secrets map[string]bool
	Git     *Git // nil for a spec without Git sources

	Limits   Limits
	Activity *diag.Activity // records the file that is being read; may be nil
	Budget   *diag.Budget   // of memory; may be nil
	Detail   func(string)   // reports each step by name for -v; may be nil
	Inputs   *Inputs        // records what is read, for later looks; may be nil
	Absent   string         // a hint for an absolute path that is not there; may be ""
}

// CanRead tells whether a path of this machine is within the bounds of the run.
func (m Machine) CanRead(name string) bool {
	_, err := m.Host.Stat(withoutSlash(rebase(m.Dir, name)))
	return err == nil
}

// locate gives the tree that a path leads into, and the name in that tree.
func (m Machine) locate(name string) (FS, string) {
	if path.IsAbs(name) {
		return m.Root, withoutSlash(path.Clean(name))
	}
	return m.Host, withoutSlash(path.Join(m.Dir, name))
}

// withoutSlash is an absolute path as an FS takes it.
func withoutSlash(abs string) string {
	if abs == "/" {
		return "."
	}
	return strings.TrimPrefix(abs, "/")
}

// An FS is a file tree with symbolic links. Its names have no leading slash.
type FS interface {
	fs.StatFS
	fs.ReadDirFS
	ReadLink(name string) (string, error)
	// ReadRegular reads a regular file of at most that many bytes. A larger file is
	// ErrTooLarge. A pipe or a device is an error, and never waited for.
	ReadRegular(name string, most int64) (Regular, error)
}

// A Regular is a regular file.
type Regular struct {
	Data  []byte
	Mode  fs.FileMode
	Inode content.Inode
	// Secret tells that the bytes are those of a Secret, whatever the source says of them.
	Secret bool
	// StandIn tells that the bytes stand in for those of a Secret that is not at hand.
	StandIn bool
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

// ReadRegular bypasses package os, whose poller costs up to two system calls a file.
func (hostFS) ReadRegular(name string, most int64) (Regular, error) {
	name = "/" + name
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return Regular{}, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return Regular{}, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
	case syscall.S_IFDIR:
		return Regular{}, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	default:
		return Regular{}, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
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
	return Regular{Data: data, Mode: fs.FileMode(st.Mode & 0o777), Inode: inodeOf(&st)}, err
}

func inodeOf(st *syscall.Stat_t) content.Inode {
	return content.Inode{Dev: uint64(st.Dev), Ino: st.Ino}
}

var errNotRegular = errors.New("not a regular file")

// ErrTooLarge is in the error of a file with more bytes than may be read.
var ErrTooLarge = errors.New("too large")

// readAll reads size bytes. Files in /proc have size 0: readAll reads them until read returns
// nothing.
func readAll(size, most int64, read func([]byte) (int, error)) ([]byte, error) {
	if size > most {
		return nil, ErrTooLarge
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
			return nil, ErrTooLarge
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}
