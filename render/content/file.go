package content

import (
	"io/fs"
)

// A File is one file of a source: a template, content to copy, or what .Files reads.
type File struct {
	Path      string // below the root of its tree
	Data      []byte
	Blob      Blob // in place of Data, for what stays out of memory
	Mode      fs.FileMode
	Sensitive bool
	StandIn   bool   // for a file of a Secret that is not at hand
	Tree      string // name of the source; "" for one without a name
	From      string // where it was read from, for positions
	Inode     Inode  // of the file that it was read from
}

// An Inode is the identity of a file on disk, by whatever path it is read. It is zero for
// content that has none.
type Inode struct{ Dev, Ino uint64 }

// Bytes returns the content, of memory or of the blob.
func (f File) Bytes() ([]byte, error) {
	if f.Blob != nil {
		return f.Blob.Bytes()
	}
	return f.Data, nil
}

// Size is the number of bytes of the content.
func (f File) Size() int64 {
	if f.Blob != nil {
		return f.Blob.Size()
	}
	return int64(len(f.Data))
}
