package faults

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A look is a directory's content: what is at each path.
type look map[string]item

type item struct {
	text string // of a file; where a symlink points
	mode fs.FileMode
	id   string // inode and mtime of a file
}

// see looks at a directory. One that is not there is empty.
func see(dir string) (look, error) {
	l := look{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if name == dir && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || name == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		p, _ := filepath.Rel(dir, name)
		l[p], err = itemOf(name, info)
		return err
	})
	return l, err
}

func itemOf(name string, info fs.FileInfo) (item, error) {
	it := item{mode: info.Mode()}
	switch info.Mode().Type() {
	case 0:
		text, err := os.ReadFile(name)
		if err != nil {
			return it, err
		}
		st := info.Sys().(*syscall.Stat_t)
		it.text, it.id = string(text), fmt.Sprint(st.Ino, st.Mtim)
	case fs.ModeSymlink:
		to, err := os.Readlink(name)
		it.text = to
		return it, err
	}
	return it, nil
}

// visible leaves the state directory out.
func (l look) visible() look {
	v := maps.Clone(l)
	maps.DeleteFunc(v, func(p string, _ item) bool { return strings.HasPrefix(p, ".confit-") })
	return v
}

// same compares what users see: without inodes and times, which differ between
// two directories.
func (l look) same(o look) bool {
	return maps.EqualFunc(l, o, func(a, b item) bool { return a.text == b.text && a.mode == b.mode })
}

// identical compares files by inode and time as well.
func (l look) identical(o look) bool { return maps.Equal(l, o) }

// more tells whether l has a path that o has not.
func (l look) more(o look) bool {
	for p := range l {
		if _, ok := o[p]; !ok {
			return true
		}
	}
	return false
}

// key is the same for directories in which a run cannot but do the same.
func (l look) key() string {
	var b strings.Builder
	first := map[string]string{} // two names of one file differ from two files
	for _, p := range slices.Sorted(maps.Keys(l)) {
		it := l[p]
		if _, ok := first[it.id]; !ok {
			first[it.id] = p
		}
		fmt.Fprintf(&b, "%q %v %q %q\n", p, it.mode, it.text, first[it.id])
	}
	return b.String()
}

// clone copies a directory, its hard links too.
func clone(from, to string) error {
	links := map[uint64]string{}
	err := filepath.WalkDir(from, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		p, _ := filepath.Rel(from, name)
		st := info.Sys().(*syscall.Stat_t)
		copied := filepath.Join(to, p)
		if first, ok := links[st.Ino]; ok {
			return os.Link(first, copied)
		}
		if !e.IsDir() {
			links[st.Ino] = copied
		}
		return cloneOne(name, copied, info, int(st.Gid))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func cloneOne(name, copied string, info fs.FileInfo, gid int) error {
	var err error
	if info.IsDir() {
		err = os.Mkdir(copied, 0o700)
	} else {
		var text []byte
		if text, err = os.ReadFile(name); err == nil {
			err = os.WriteFile(copied, text, 0o600)
		}
	}
	if gid != 0 && err == nil {
		err = os.Chown(copied, -1, gid)
	}
	if err != nil {
		return err
	}
	return os.Chmod(copied, info.Mode())
}
