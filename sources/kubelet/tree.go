package kubelet

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"

	"confit/render/content"
	"confit/sources"
	"confit/sources/manifest"
)

// A node is a file or a directory in memory, or a directory of the machine that stands in for
// a volume.
type node struct {
	entries map[string]*node // of a directory
	outer   sources.FS       // the tree of the machine that has the directory; nil for memory
	at      string           // the directory in outer
	data    []byte
	mode    fs.FileMode
	key     *manifest.Key // that the file came from; nil for others
	secret  bool          // its bytes are those of a Secret or a token
	standIn bool          // its bytes stand in for those of a Secret that is not at hand
	broken  string        // why the file cannot be had, for a missing key of a subPath
	inode   content.Inode
}

var inodes atomic.Uint64

// newNode gives each node the identity that a file has on a disk.
func newNode(n node) *node {
	n.inode = content.Inode{Dev: 1, Ino: inodes.Add(1)}
	return &n
}

func newDir() *node { return newNode(node{entries: map[string]*node{}, mode: 0o755}) }

func (n *node) isDir() bool { return n.entries != nil || n.outer != nil }

var (
	errNotDir = errors.New("not a directory")
	errIsDir  = errors.New("is a directory")
)

// put places a file at a path below a directory, and makes the directories on the way. The
// file replaces another one there.
func (n *node) put(name string, file *node) error {
	for {
		first, rest, more := strings.Cut(name, "/")
		next := n.entries[first]
		switch {
		case !more && next != nil && next.isDir():
			return &fs.PathError{Op: "write", Path: name, Err: errIsDir}
		case !more:
			n.entries[first] = file
			return nil
		case next == nil:
			next = newDir()
			n.entries[first] = next
		case next.entries == nil:
			return &fs.PathError{Op: "write", Path: name, Err: errNotDir}
		}
		n, name = next, rest
	}
}

// find follows a path below a directory. It returns a directory of the machine with the rest
// of the path.
func (n *node) find(name string) (found *node, rest string) {
	for name != "." && name != "" {
		if n.outer != nil {
			return n, name
		}
		first, more, _ := strings.Cut(name, "/")
		if n = n.entries[first]; n == nil {
			return nil, ""
		}
		name = more
	}
	return n, ""
}

// validPath tells whether a path of a volume stays in it.
func validPath(p string) bool {
	return p != "" && !path.IsAbs(p) && !strings.HasPrefix(p, "..") && !strings.Contains("/"+p+"/", "/../")
}
