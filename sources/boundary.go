package sources

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"confit/sources/pack"
)

// OpenBelow opens the file tree below dir. No symbolic link leads out of it.
func OpenBelow(dir string) (FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return newBelow(root, errLeadsOut), nil
}

var errLeadsOut = errors.New("a symbolic link leads out of the directory")

type belowFS struct {
	fs.StatFS
	root    *os.Root
	leadOut error // of a path that leads out of root
}

func newBelow(root *os.Root, leadOut error) belowFS {
	return belowFS{root.FS().(fs.StatFS), root, leadOut}
}

func (b belowFS) Open(name string) (fs.File, error) {
	f, err := b.StatFS.Open(name)
	return f, b.outside(err)
}

func (b belowFS) Stat(name string) (fs.FileInfo, error) {
	info, err := b.StatFS.Stat(name)
	return info, b.outside(err)
}

func (b belowFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(b.StatFS, name)
	return entries, b.outside(err)
}

func (b belowFS) ReadLink(name string) (string, error) {
	to, err := b.root.Readlink(name)
	return to, b.outside(err)
}

func (b belowFS) ReadRegular(name string, most int64) (Regular, error) {
	f, err := b.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return Regular{}, b.outside(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return Regular{}, err
	case info.IsDir():
		return Regular{}, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return Regular{}, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	data, err := readAll(info.Size(), most, func(b []byte) (int, error) {
		n, err := f.Read(b)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return n, err
	})
	file := Regular{Data: data, Mode: info.Mode().Perm()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		file.Inode = inodeOf(st)
	}
	return file, err
}

// A Boundary is the part of the file tree of this machine that lies in some directories. No
// path and no symbolic link leads out of them, or into a .git directory: that holds the
// tokens of a CI. Whatever lies outside, the answer is the same error.
type Boundary []boundaryDir

type boundaryDir struct {
	path string // absolute
	root *os.Root
	file string // in root, where path is a file alone; "" for a directory
	err  error  // of opening it
}

// Why a boundary refuses a path.
var (
	ErrOutside      = errors.New("that is outside of the checkout")
	ErrWholeMachine = errors.New("that is the whole machine")
	errGitDir       = errors.New("that is in .git")
)

// Refused is the reason of a boundary in an error; nil where there is none.
func Refused(err error) error {
	for _, reason := range []error{ErrOutside, ErrWholeMachine, errGitDir} {
		if errors.Is(err, reason) {
			return reason
		}
	}
	return nil
}

// Within opens directories by their absolute paths. It leaves out the root directory.
func Within(dirs ...string) Boundary {
	var b Boundary
	for _, dir := range dirs {
		if dir = path.Clean(dir); dir == "/" {
			continue
		}
		root, err := os.OpenRoot(dir)
		if err == nil && isRoot(root) {
			err = &fs.PathError{Op: "open", Path: dir, Err: ErrWholeMachine}
		}
		b = append(b, boundaryDir{path: dir, root: root, err: err})
	}
	return b
}

// With adds directories and single files by their absolute paths. No symbolic link leads out
// of such a directory, or out of the one that has the file.
func (b Boundary) With(names ...string) Boundary {
	for _, name := range names {
		if _, _, err := b.find(name); !errors.Is(err, ErrOutside) {
			continue
		}
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			b = append(b, Within(name)...)
			continue
		}
		root, err := os.OpenRoot(path.Dir(name))
		if err == nil && isRoot(root) {
			if _, isLink := root.Readlink(path.Base(name)); isLink == nil {
				err = &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
			}
		}
		b = append(b, boundaryDir{name, root, path.Base(name), err})
	}
	return b
}

// isRoot tells whether a directory is the root directory under another name.
func isRoot(dir *os.Root) bool {
	info, err := dir.Stat(".")
	whole, err2 := os.Stat("/")
	return err == nil && err2 == nil && os.SameFile(info, whole)
}

// Sub is the file tree below a directory, which may lie outside of the boundary. If it lies
// inside, no symbolic link on the way to it leads out.
func (b Boundary) Sub(dir string) (FS, error) {
	in, name, err := b.find(withoutSlash(path.Clean(dir)))
	if errors.Is(err, ErrOutside) {
		if sub := Within(dir); len(sub) > 0 {
			return sub[0], sub[0].err
		}
		return nil, &fs.PathError{Op: "open", Path: dir, Err: ErrWholeMachine}
	}
	if err == nil {
		err = in.check("open", name)
	}
	if err != nil {
		return nil, err
	}
	root, err := in.root.OpenRoot(name)
	sub := boundaryDir{path: dir, root: root, err: err}
	return sub, sub.below().outside(err)
}

// find gives the directory that a name lies in, and the name in that directory.
func (b Boundary) find(name string) (boundaryDir, string, error) {
	abs := path.Join("/", name)
	for _, dir := range b {
		if rest, ok := strings.CutPrefix(abs+"/", dir.path+"/"); ok {
			return dir, path.Join(".", dir.file, rest), dir.err
		}
	}
	return boundaryDir{}, "", &fs.PathError{Op: "open", Path: abs, Err: ErrOutside}
}

func (b Boundary) Open(name string) (fs.File, error) {
	dir, name, err := b.find(name)
	if err != nil {
		return nil, err
	}
	return dir.Open(name)
}

func (b Boundary) Stat(name string) (fs.FileInfo, error) {
	dir, name, err := b.find(name)
	if err != nil {
		return nil, err
	}
	return dir.Stat(name)
}

func (b Boundary) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, name, err := b.find(name)
	if err != nil {
		return nil, err
	}
	return dir.ReadDir(name)
}

func (b Boundary) ReadLink(name string) (string, error) {
	dir, name, err := b.find(name)
	if err != nil {
		return "", err
	}
	return dir.ReadLink(name)
}

func (b Boundary) ReadRegular(name string, most int64) (Regular, error) {
	dir, name, err := b.find(name)
	if err != nil {
		return Regular{}, err
	}
	return dir.ReadRegular(name, most)
}

func (d boundaryDir) below() belowFS { return newBelow(d.root, ErrOutside) }

func (d boundaryDir) Open(name string) (fs.File, error) {
	if err := d.check("open", name); err != nil {
		return nil, err
	}
	return d.below().Open(name)
}

func (d boundaryDir) Stat(name string) (fs.FileInfo, error) {
	if err := d.check("stat", name); err != nil {
		return nil, err
	}
	return d.below().Stat(name)
}

func (d boundaryDir) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := d.check("open", name); err != nil {
		return nil, err
	}
	entries, err := d.below().ReadDir(name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return pack.IsDotGit(e.Name()) }), err
}

func (d boundaryDir) ReadLink(name string) (string, error) {
	return d.below().ReadLink(name)
}

func (d boundaryDir) ReadRegular(name string, most int64) (Regular, error) {
	if err := d.check("open", name); err != nil {
		return Regular{}, err
	}
	return d.below().ReadRegular(name, most)
}

// check resolves the symbolic links of a name, and refuses one that leads through .git, which
// a file system that is blind to case also has by other names. It leaves the rest to os.Root.
func (d boundaryDir) check(op, name string) error {
	const maxLinks = 40
	at, rest := ".", strings.Split(name, "/")
	for links := 0; len(rest) > 0 && links <= maxLinks; {
		next := path.Join(at, rest[0])
		if pack.IsDotGit(path.Base(next)) {
			return &fs.PathError{Op: op, Path: name, Err: errGitDir}
		}
		to, err := d.root.Readlink(next)
		if err != nil || path.IsAbs(to) {
			at, rest = next, rest[1:]
			continue
		}
		links++
		rest = append(strings.Split(to, "/"), rest[1:]...)
	}
	return nil
}

// outside replaces the error of os.Root for a path that leads out of it.
func (b belowFS) outside(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) && pe.Err.Error() == "path escapes from parent" {
		return &fs.PathError{Op: "open", Path: pe.Path, Err: b.leadOut}
	}
	return err
}
