package dirfd

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// pathError is an error of the system at a path, as package os reports it.
func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// failed is pathError for name in d, whose path costs nothing where nothing failed.
func (d *Dir) failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return pathError(op, d.At(name), err)
}

// Absent tells whether err says that there is nothing at a path.
func Absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// NotDir tells whether err says that a path leads through something that is no real
// directory, a symlink included.
func NotDir(err error) bool {
	return errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}

// again repeats a system call that a signal cut short.
func again[T any](call func() (T, error)) (T, error) {
	for {
		v, err := call()
		if err != unix.EINTR {
			return v, err
		}
	}
}

func retry(call func() error) error {
	_, err := again(func() (struct{}, error) { return struct{}{}, call() })
	return err
}
