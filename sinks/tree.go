package sinks

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A tree reaches the files below one directory by descriptors, name by name, and
// follows no symlink. os.Root would follow one that stays inside, and walks each
// path from the top; the tree keeps the directories of its last path open, which
// makes a sorted list of paths cheap. It is not for concurrent use.
type tree struct {
	path string // of the top, for errors
	open []*folder
}

// A folder is an open directory.
type folder struct {
	name  string
	path  string // relative to the top
	full  string // for errors
	fd    int
	stat  unix.Statx_t
	mount bool // on another mount than the top
	free  bool // allows was asked, and said yes

	created atomic.Uint32 // what setMode knows
	asked   int           // how often lacks was called
	bare    bool          // lacks has found no more than these names
	few     []string
}

// openTree opens the directory dir, which itself may be reached by symlinks.
func openTree(dir string) (*tree, error) {
	fd, err := again(func() (int, error) {
		return unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if isNoDir(err) {
		return nil, inWay(dir, "is no directory", "move it away, or write to another place")
	}
	if err != nil {
		return nil, errno("open", dir, err)
	}
	top := &folder{path: ".", full: dir, fd: fd}
	if err := top.look(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &tree{path: dir, open: []*folder{top}}, nil
}

// twin is a tree of the same directory, for use at the same time.
func (t *tree) twin() (*tree, error) {
	fd, err := unix.FcntlInt(uintptr(t.top().fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, errno("open", t.path, err)
	}
	top := &folder{path: ".", full: t.path, fd: fd, stat: t.top().stat}
	return &tree{path: t.path, open: []*folder{top}}, nil
}

func (t *tree) top() *folder { return t.open[0] }

// deepest is how far the last call of dir came.
func (t *tree) deepest() *folder { return t.open[len(t.open)-1] }

// setgid tells whether the top hands its group down, as fsGroup makes it.
func (t *tree) setgid() bool { return t.top().stat.Mode&unix.S_ISGID != 0 }

// close may be called on nil.
func (t *tree) close() {
	if t != nil {
		t.cut(0)
	}
}

// forget closes all but the top, so that the next path is looked up anew.
func (t *tree) forget() { t.cut(1) }

func (t *tree) cut(n int) {
	for _, f := range t.open[n:] {
		unix.Close(f.fd)
	}
	t.open = t.open[:n]
}

// dir opens the directory p. The folder is good until the next call.
func (t *tree) dir(p string) (*folder, error) {
	if last := t.deepest(); last.path == p {
		return last, nil
	}
	depth := 1
	if p != "." {
		for name := range strings.SplitSeq(p, "/") {
			if depth >= len(t.open) || t.open[depth].name != name {
				t.cut(depth)
				if err := t.enter(name); err != nil {
					return nil, err
				}
			}
			depth++
		}
	}
	t.cut(depth)
	return t.open[depth-1], nil
}

func (t *tree) enter(name string) error {
	in := t.deepest()
	f := &folder{name: name, path: join(in.path, name), full: filepath.Join(in.full, name)}
	fd, err := in.openat(name, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	f.fd = fd
	if err := f.look(); err != nil {
		unix.Close(fd)
		return err
	}
	f.mount = in.mount || f.foreign(in)
	t.open = append(t.open, f)
	return nil
}

// close may be called on nil.
func (f *folder) close() {
	if f != nil {
		unix.Close(f.fd)
	}
}

func (f *folder) look() error {
	err := unix.Statx(f.fd, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &f.stat)
	return errno("stat", f.full, err)
}

func (f *folder) perm() uint32 { return uint32(f.stat.Mode) & 0o7777 }

// foreign tells whether f is on another mount than the folder it is in, which no
// rename can cross; a bind mount of the same file system is one.
func (f *folder) foreign(in *folder) bool {
	return isMount(&f.stat) || f.stat.Dev_major != in.stat.Dev_major || f.stat.Dev_minor != in.stat.Dev_minor
}

func isMount(st *unix.Statx_t) bool { return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0 }

// openat opens name in f; a symlink there is an error.
func (f *folder) openat(name string, flags int, mode uint32) (int, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(f.fd, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	})
	if err != nil {
		return -1, errno("open", f.at(name), err)
	}
	return fd, nil
}

func (f *folder) at(name string) string { return filepath.Join(f.full, name) }

// lstat looks at name in f; a symlink is not followed.
func (f *folder) lstat(name string, st *unix.Stat_t) error {
	if err := unix.Fstatat(f.fd, name, st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return errno("stat", f.at(name), err)
	}
	return nil
}

// names lists f.
func (f *folder) names() ([]string, error) { return f.list(-1) }

// list lists f, or no more than the first n names of it.
func (f *folder) list(n int) ([]string, error) {
	fd, err := f.openat(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	d := os.NewFile(uintptr(fd), f.full)
	defer d.Close()
	names, err := d.Readdirnames(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return names, err
}

// lacks tells whether f surely has no such name. Where many are asked for and f holds
// next to nothing, one listing answers them all.
func (f *folder) lacks(name string) bool {
	const many = 8
	if f.asked++; f.asked == many {
		if names, err := f.list(many); err == nil && len(names) < many {
			f.few, f.bare = names, true
		}
	}
	return f.bare && !slices.Contains(f.few, name)
}

// sync makes the entries of f durable. A directory that may be written but not
// read cannot be opened for it, and is left to the file system.
func (f *folder) sync() error {
	fd, err := f.openat(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		if f.stat.Mode&0o444 != 0o444 && os.IsPermission(err) {
			return nil
		}
		return err
	}
	err = retry(func() error { return unix.Fsync(fd) })
	if e := unix.Close(fd); err == nil {
		err = e
	}
	return errno("sync", f.full, err)
}

// syncAll makes all of the file system that f is on durable.
func (f *folder) syncAll() error {
	return errno("sync", f.full, retry(func() error { return unix.Syncfs(f.fd) }))
}

// allows asks once whether this run may create and remove names in f.
func (f *folder) allows() error {
	if f.free {
		return nil
	}
	err := unix.Faccessat(f.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	f.free = err == nil
	return errno("write to", f.full, err)
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
