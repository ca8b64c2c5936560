package kubelet

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"syscall"
	"time"

	"confit/sources"
)

// A FileTree is what a container sees of its image and its mounts. It implements sources.FS.
type FileTree struct {
	image  sources.FS // below the mounts; nil for an unknown image
	mounts []mounted  // the longest path first
}

// A mounted is a volume at its path in a container.
type mounted struct {
	at     string // without a leading slash
	volume *Volume
	sub    string // the subPath
	node   *node
	mount  *volumeMount // nil for Mount
	used   bool         // something was read there
}

func (t *FileTree) add(m mounted) {
	t.mounts = append(t.mounts, m)
	sort.SliceStable(t.mounts, func(i, j int) bool { return len(t.mounts[i].at) > len(t.mounts[j].at) })
}

// Mount shows a directory of the machine at a path.
func (t *FileTree) Mount(at string, dir sources.FS) {
	t.add(mounted{at: strings.TrimPrefix(at, "/"), volume: &Volume{}, node: &node{outer: dir, at: "."}})
}

// mountOf finds the mount that a path lies in, and the path below it.
func (t *FileTree) mountOf(name string) (*mounted, string) {
	for i := range t.mounts {
		if rest, ok := strings.CutPrefix(name+"/", t.mounts[i].at+"/"); ok {
			return &t.mounts[i], cmp.Or(path.Clean(rest), ".")
		}
	}
	return nil, name
}

// find gives the node at a path, or the tree of the machine that has it. A directory that
// only leads to mounts is an empty node.
func (t *FileTree) find(op, name string) (*node, sources.FS, string, error) {
	m, rest := t.mountOf(name)
	if m != nil {
		m.used = true
		if m.node.broken != "" {
			return nil, nil, "", &fs.PathError{Op: op, Path: name, Err: errors.New(m.node.broken)}
		}
		if n, below := m.node.find(rest); n != nil {
			switch {
			case n.outer != nil:
				return nil, n.outer, path.Join(".", n.at, below), nil
			default:
				return n, nil, "", nil
			}
		}
	} else if t.image != nil {
		if _, err := t.image.Stat(name); err == nil {
			return nil, t.image, name, nil
		}
	}
	if name == "." || len(t.below(name)) > 0 {
		return &node{entries: map[string]*node{}, mode: 0o755}, nil, "", nil
	}
	return nil, nil, "", &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
}

// below lists the names in a directory that lead to mounts.
func (t *FileTree) below(dir string) []string {
	var names []string
	for _, m := range t.mounts {
		rest, ok := strings.CutPrefix(m.at, dir+"/")
		if dir == "." {
			rest, ok = m.at, m.at != ""
		}
		if first, _, _ := strings.Cut(rest, "/"); ok && !slices.Contains(names, first) {
			names = append(names, first)
		}
	}
	return names
}

// Open opens a file or a directory.
func (t *FileTree) Open(name string) (fs.File, error) {
	n, outer, at, err := t.find("open", name)
	switch {
	case err != nil:
		return nil, err
	case outer != nil:
		return outer.Open(at)
	}
	return &openFile{info{path.Base(name), n}, bytes.NewReader(n.data)}, nil
}

// Stat describes a file or a directory.
func (t *FileTree) Stat(name string) (fs.FileInfo, error) {
	n, outer, at, err := t.find("stat", name)
	switch {
	case err != nil:
		return nil, err
	case outer != nil:
		return outer.Stat(at)
	}
	return info{path.Base(name), n}, nil
}

// ReadDir lists a directory, with the mounts in it.
func (t *FileTree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, outer, at, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	found := map[string]fs.DirEntry{}
	switch {
	case outer != nil:
		entries, err := outer.ReadDir(at)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			found[e.Name()] = e
		}
	case !n.isDir():
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
	default:
		for name, n := range n.entries {
			found[name] = fs.FileInfoToDirEntry(info{name, n})
		}
	}
	for _, sub := range t.below(name) {
		if i, err := t.Stat(path.Join(name, sub)); err == nil {
			found[sub] = fs.FileInfoToDirEntry(i)
		}
	}
	all := make([]fs.DirEntry, 0, len(found))
	for _, e := range found {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return all, nil
}

// ReadLink reads a symbolic link, which only a directory of the machine can have.
func (t *FileTree) ReadLink(name string) (string, error) {
	n, outer, at, err := t.find("readlink", name)
	switch {
	case err != nil:
		return "", err
	case outer != nil:
		return outer.ReadLink(at)
	case n != nil:
		return "", &fs.PathError{Op: "readlink", Path: name, Err: syscall.EINVAL}
	}
	return "", nil
}

// ReadRegular reads a file.
func (t *FileTree) ReadRegular(name string, most int64) (sources.Regular, error) {
	n, outer, at, err := t.find("open", name)
	switch {
	case err != nil:
		return sources.Regular{}, err
	case outer != nil:
		return outer.ReadRegular(at, most)
	case n.isDir():
		return sources.Regular{}, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case int64(len(n.data)) > most:
		return sources.Regular{}, sources.ErrTooLarge
	}
	return sources.Regular{Data: n.data, Mode: n.mode, Inode: n.inode, Secret: n.secret, StandIn: n.standIn}, nil
}

// info describes a node.
type info struct {
	name string
	node *node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.node.data)) }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.node.isDir() }
func (i info) Sys() any           { return i.node.inode }

func (i info) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o755
	}
	return i.node.mode
}

// An openFile is a node that is being read.
type openFile struct {
	info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }
func (f *openFile) Size() int64                { return f.info.Size() }
