package pack

import (
	"bytes"
	"io"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

// UnknownSize is the size of a File whose blob is not among restored objects.
const UnknownSize = -1

// maxListedBlobs bounds the blobs that Listed returns, in bytes.
const maxListedBlobs = 1 << 20

// maxHeader bounds the header of an object: its kind and its size.
const maxHeader = 32

// A Raw is an object with its content, without the header.
type Raw struct {
	Kind plumbing.ObjectType
	Data []byte
}

// Write writes the object in the form that Git hashes: "kind size\0" and the content.
func (r Raw) Write(w io.Writer) {
	header := append(r.Kind.Bytes(), ' ')
	_, _ = w.Write(append(strconv.AppendInt(header, int64(len(r.Data)), 10), 0))
	_, _ = w.Write(r.Data)
}

// Listed returns what Files has read, in the order of the first use: trees, symlinks, and blobs
// that stand for a file elsewhere. From these and the commit, Files lists the same files and
// defects, unless the blobs have more than maxListedBlobs bytes.
func (o *Objects) Listed() []Raw { return o.listed }

// Restore reads objects that Raw.Write wrote one after the other. It computes the id of each,
// so nothing but an id leads to an object. Restore returns false for a malformed object, for
// one made to collide with another one's SHA-1, and for more than Limits.Objects.
//
// Files lists a blob that is not among the objects with UnknownSize.
func Restore(data []byte, lim Limits) (*Objects, bool) {
	lim = lim.withDefaults()
	o := &Objects{
		index: map[plumbing.Hash]int32{}, contents: map[int32][]byte{}, placeholders: map[plumbing.Hash]placeholder{}, partial: true,
	}
	h := newHasher()
	for len(data) > 0 {
		r, rest, ok := cutObject(data)
		if !ok || !isWellFormed(r.Kind, r.Data) || len(o.entries) >= lim.Objects {
			return nil, false
		}
		id, ok := h.id(r.Kind, r.Data)
		if !ok {
			return nil, false
		}
		if in := placeholderOf(r.Data); in != noPlaceholder && r.Kind == plumbing.BlobObject {
			o.placeholders[id] = in
		}
		at := int32(len(o.entries))
		o.entries = append(o.entries, entry{id: id, size: int64(len(r.Data)), kind: r.Kind})
		o.index[id], o.contents[at] = at, r.Data
		data = rest
	}
	return o, true
}

// cutObject cuts the first object off.
func cutObject(data []byte) (r Raw, rest []byte, ok bool) {
	header, _, ok := bytes.Cut(data[:min(len(data), maxHeader)], []byte{0})
	kind, digits, ok2 := bytes.Cut(header, []byte(" "))
	size, err := strconv.ParseUint(string(digits), 10, 31)
	if rest = data[min(len(header)+1, len(data)):]; !ok || !ok2 || err != nil || size > uint64(len(rest)) {
		return r, nil, false
	}
	r.Kind, err = plumbing.ParseObjectType(string(kind))
	if err != nil || r.Kind.IsDelta() || !r.Kind.Valid() {
		return r, nil, false
	}
	r.Data = rest[:size:size]
	return r, rest[size:], true
}

// Blobs calls use with each blob of restored objects.
func (o *Objects) Blobs(use func(id plumbing.Hash, data []byte)) {
	for i, e := range o.entries {
		if e.kind == plumbing.BlobObject {
			use(e.id, o.contents[int32(i)])
		}
	}
}

// tree returns a tree, and records it for Listed.
func (o *Objects) tree(id plumbing.Hash) ([]byte, bool) {
	raw, ok := o.content(id, plumbing.TreeObject)
	if ok {
		o.record(o.index[id], raw)
	}
	return raw, ok
}

// readBlob returns the content of a blob, and records it for Listed.
func (o *Objects) readBlob(at int32) ([]byte, error) {
	data, ok := o.contents[at]
	if !ok {
		var err error
		if data, err = o.store.Get(o.entries[at].id, nil); err != nil {
			return nil, err
		}
	}
	if n := int64(len(data)); !o.entries[at].listed && n <= maxListedBlobs-o.blobBytes {
		o.blobBytes += n
		o.record(at, data)
	}
	return data, nil
}

// recordBlob records a blob whose content or size makes a Defect.
func (o *Objects) recordBlob(id plumbing.Hash) error {
	at := o.index[id]
	if e := &o.entries[at]; e.listed || e.size > maxListedBlobs-o.blobBytes {
		return nil
	}
	_, err := o.readBlob(at)
	return err
}

// record adds an object once to those that Listed returns.
func (o *Objects) record(at int32, data []byte) {
	if e := &o.entries[at]; !e.listed {
		e.listed = true
		o.listed = append(o.listed, Raw{e.kind, data})
	}
}

// blobSize returns false for a missing blob.
func (o *Objects) blobSize(id plumbing.Hash) (int64, bool) {
	i, ok := o.index[id]
	if !ok {
		return UnknownSize, o.partial
	}
	return o.entries[i].size, o.entries[i].kind == plumbing.BlobObject
}
