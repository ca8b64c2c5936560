package dirfd

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A Tree reaches the directories below one directory, the top. It keeps the
// directories of its last path open, which makes a sorted list of paths cheap. It
// is not for concurrent use. os.Root would not do: it follows symlinks that stay
// inside, and walks each path from the top.
type Tree struct {
	open []*Dir // the directories of the last path, the top first
}

// Open opens the directory at path as the top. The last name of the path may not be
// a symlink; the names before it may.
func Open(path string) (*Tree, error) {
	path = filepath.Clean(path) // a slash at the end would follow a symlink
	top := &Dir{Path: ".", Full: path}
	var err error
	top.fd, err = again(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, pathError("open", path, err)
	}
	if err := top.look(); err != nil {
		return nil, err
	}
	return &Tree{open: []*Dir{top}}, nil
}

// Clone gives another tree of the same top, for use at the same time.
func (t *Tree) Clone() (*Tree, error) {
	old := t.Top()
	fd, err := unix.FcntlInt(uintptr(old.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, pathError("open", old.Full, err)
	}
	return &Tree{open: []*Dir{{Path: old.Path, Full: old.Full, Stat: old.Stat, fd: fd}}}, nil
}

// Top is the directory that the tree was opened with.
func (t *Tree) Top() *Dir { return t.open[0] }

// Deepest is the last directory that the last call of Dir could open.
func (t *Tree) Deepest() *Dir { return t.open[len(t.open)-1] }

// Close closes all directories of the tree. It may be called on nil.
func (t *Tree) Close() {
	if t != nil {
		t.cut(0)
	}
}

// Forget closes all directories but the top. The next call of Dir opens them anew.
func (t *Tree) Forget() { t.cut(1) }

func (t *Tree) cut(n int) {
	for _, d := range t.open[n:] {
		unix.Close(d.fd)
	}
	t.open = t.open[:n]
}

// Dir opens the directory at path, which is slash-separated, relative to the top and
// has no dots; "." is the top. The directory is good until the next call.
func (t *Tree) Dir(path string) (*Dir, error) {
	if last := t.Deepest(); last.Path == path {
		return last, nil
	}
	depth := 1
	if path != "." {
		for name := range strings.SplitSeq(path, "/") {
			if depth >= len(t.open) || t.open[depth].Name != name {
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

// enter opens a directory that needs to be searched only: one that this user cannot
// read may hold outputs.
func (t *Tree) enter(name string) error {
	in := t.Deepest()
	d, err := in.openDir(name, searchOnly)
	if err != nil {
		return err
	}
	d.Mount = d.Mount || in.Mount || d.Stat.Dev != in.Stat.Dev
	t.open = append(t.open, d)
	return nil
}
