package pack

import (
	"bytes"

	"github.com/go-git/go-git/v5/plumbing"
)

// The modes of an entry of a tree, after canonicalMode.
const (
	modeTree      = 0o040000
	modeFile      = 0o100644
	modeExec      = 0o100755
	modeLink      = 0o120000
	modeSubmodule = 0o160000
)

const modeType = 0o170000 // the bits of a mode that tell the type

// canonicalMode reads a mode like Git: of the permissions, only that of the owner to execute
// a file counts. Old tools wrote 0100664, 0100666 and others.
func canonicalMode(mode uint32) uint32 {
	switch kind := mode & modeType; {
	case kind == modeFile&modeType && mode&0o100 != 0:
		return modeExec
	case kind == modeFile&modeType:
		return modeFile
	case kind == modeTree || kind == modeLink || kind == modeSubmodule:
		return kind
	}
	return mode
}

type treeEntry struct {
	mode uint32
	name []byte
	id   plumbing.Hash
}

func (e treeEntry) isFile() bool {
	return e.mode == modeFile || e.mode == modeExec
}

// nextEntry cuts the first entry off a tree: mode in octal, space, name, NUL, id. Old tools
// wrote zeros before the mode, which Git skips.
func nextEntry(raw []byte) (e treeEntry, rest []byte, ok bool) {
	mode, rest, ok := bytes.Cut(raw, []byte(" "))
	if !ok || len(mode) == 0 || len(bytes.TrimLeft(mode, "0")) > 6 {
		return e, nil, false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return e, nil, false
		}
		e.mode = e.mode<<3 | uint32(c-'0')
	}
	e.mode = canonicalMode(e.mode)
	e.name, rest, ok = bytes.Cut(rest, []byte{0})
	if !ok || len(rest) < len(e.id) {
		return e, nil, false
	}
	copy(e.id[:], rest)
	return e, rest[len(e.id):], true
}

// sortsBefore compares two entries in Git's order: by name, with a slash after the name of a
// tree.
func (e treeEntry) sortsBefore(next treeEntry) bool {
	n := min(len(e.name), len(next.name))
	if c := bytes.Compare(e.name[:n], next.name[:n]); c != 0 {
		return c < 0
	}
	return e.byteAt(n) < next.byteAt(n)
}

func (e treeEntry) byteAt(n int) byte {
	switch {
	case n < len(e.name):
		return e.name[n]
	case e.mode == modeTree:
		return '/'
	}
	return 0
}
