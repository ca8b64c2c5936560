package dirfd

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// A Dir is an open directory. Its fields are to be read only.
type Dir struct {
	Name  string // in the directory above; "" for the top
	Path  string // relative to the top; "." for the top
	Full  string // as the user knows it, for messages
	Stat  Stat   // as of when it was opened
	Mount bool   // it is not on the mount of the top; no rename leads there, or out of there

	fd       int
	writable bool // Writable has said yes

	firstMode atomic.Uint32 // of the first file made here; see setMode
	asked     int           // how often Lacks was called
	listed    bool          // few has all names
	few       []string
}

// OpenDir opens the directory name in d, to be closed by the caller. A symlink there
// is an error of which NotDir is true.
func (d *Dir) OpenDir(name string) (*Dir, error) { return d.openDir(name, unix.O_RDONLY) }

func (d *Dir) openDir(name string, flags int) (*Dir, error) {
	fd, err := d.openat(name, flags|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	sub := &Dir{Name: name, Path: d.Rel(name), Full: d.At(name), fd: fd}
	if err := sub.look(); err != nil {
		return nil, err
	}
	return sub, nil
}

// look sets what d knows of itself; it closes d if it cannot.
func (d *Dir) look() (err error) {
	if d.Stat, d.Mount, err = statDir(d.fd); err != nil {
		unix.Close(d.fd)
	}
	if d.Path == "." {
		d.Mount = false
	}
	return pathError("stat", d.Full, err)
}

// Close closes d. It may be called on nil.
func (d *Dir) Close() {
	if d != nil {
		unix.Close(d.fd)
	}
}

// At is the full path of name in d, for messages.
func (d *Dir) At(name string) string { return filepath.Join(d.Full, name) }

// Rel is the path of name in d, relative to the top.
func (d *Dir) Rel(name string) string {
	if d.Path == "." {
		return name
	}
	return d.Path + "/" + name
}

// openat opens name in d; a symlink there is an error.
func (d *Dir) openat(name string, flags int, mode uint32) (int, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(d.fd, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	})
	if err != nil {
		return -1, d.failed("open", name, err)
	}
	return fd, nil
}

// Lstat looks at name in d.
func (d *Dir) Lstat(name string) (Stat, error) {
	var st unix.Stat_t
	err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return Stat{}, d.failed("stat", name, err)
	}
	return statOf(&st), nil
}

// Has tells whether d has that name.
func (d *Dir) Has(name string) (bool, error) {
	_, err := d.Lstat(name)
	if Absent(err) {
		return false, nil
	}
	return err == nil, err
}

// Names lists d, in no order.
func (d *Dir) Names() ([]string, error) { return d.list(-1) }

// list lists d, or no more than n names of it.
func (d *Dir) list(n int) ([]string, error) {
	fd, err := d.openat(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), d.Full)
	defer f.Close()
	names, err := f.Readdirnames(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return names, err
}

// Lacks tells whether d surely has no such name, on a file system that is blind to case,
// too. One listing answers for all names where many are asked for and d holds next to
// nothing.
func (d *Dir) Lacks(name string) bool {
	const many = 8
	if d.asked++; d.asked == many {
		if names, err := d.list(many); err == nil && len(names) < many {
			d.few, d.listed = names, true
		}
	}
	return d.listed && !slices.ContainsFunc(d.few, func(there string) bool { return maybeSame(there, name) })
}

// maybeSame tells whether some file system takes two names for one. Those of Apple fold
// case, and compare letters apart from their accents.
func maybeSame(a, b string) bool {
	return !isASCII(a) || !isASCII(b) || strings.EqualFold(a, b)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// Writable tells whether this user may create and remove names in d. It asks the
// system until the answer is yes.
func (d *Dir) Writable() error {
	if d.writable {
		return nil
	}
	err := unix.Faccessat(d.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	d.writable = err == nil
	return pathError("write to", d.Full, err)
}

// Sync makes the names in d durable. A directory that may be written but not read
// cannot be opened for that, and is left to the file system.
func (d *Dir) Sync() error {
	fd, err := d.openat(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		if d.Stat.Mode&0o444 != 0o444 && os.IsPermission(err) {
			return nil
		}
		return err
	}
	err = retry(func() error { return syncDir(fd) })
	if e := unix.Close(fd); err == nil {
		err = e
	}
	return pathError("sync", d.Full, err)
}

// SyncAll makes the whole file system of d durable. It needs SyncsAll.
func (d *Dir) SyncAll() error {
	return pathError("sync", d.Full, retry(func() error { return syncAll(d.fd) }))
}

// TryLock takes the lock of d, for this process alone or shared with others that want
// it shared. It tells whether the lock was free. The lock is on the descriptor: it
// leaves no file, works on a read-only mount, and ends with Close or the process.
func (d *Dir) TryLock(alone bool) (bool, error) {
	how := unix.LOCK_SH
	if alone {
		how = unix.LOCK_EX
	}
	err := retry(func() error { return unix.Flock(d.fd, how|unix.LOCK_NB) })
	if err == unix.EWOULDBLOCK {
		return false, nil
	}
	return err == nil, pathError("lock", d.Full, err)
}

// Unlock gives the lock of d back.
func (d *Dir) Unlock() error { return pathError("unlock", d.Full, unix.Flock(d.fd, unix.LOCK_UN)) }
