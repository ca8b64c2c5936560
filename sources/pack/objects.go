package pack

import (
	"bytes"
	"encoding/hex"

	"github.com/go-git/go-git/v5/plumbing"
)

// Objects are the verified objects of a pack. The slices that its methods return share memory
// with it: do not change them.
type Objects struct {
	entries      []entry
	index        map[plumbing.Hash]int32
	contents     map[int32][]byte
	placeholders map[plumbing.Hash]placeholder
	large        map[plumbing.Hash]int64 // sizes of the blobs over Limits.File
	store        Store
	listed       []Raw // see Listed
	blobBytes    int64 // of the blobs among them
	partial      bool  // Restore made them: blobs may be missing
}

// A Commit is a commit with what confit reads of it.
type Commit struct {
	Raw  []byte // the object without the "commit N\0" in front
	Tree plumbing.Hash
}

// A Tag is an annotated tag.
type Tag struct {
	Raw    []byte // the object without the "tag N\0" in front
	Target plumbing.Hash
}

// Commit returns false if the pack has no commit of this id.
func (o *Objects) Commit(id plumbing.Hash) (Commit, bool) {
	raw, ok := o.content(id, plumbing.CommitObject)
	if !ok {
		return Commit{}, false
	}
	return parseCommit(raw)
}

// Tag returns false if the pack has no annotated tag of this id.
func (o *Objects) Tag(id plumbing.Hash) (Tag, bool) {
	raw, ok := o.content(id, plumbing.TagObject)
	if !ok {
		return Tag{}, false
	}
	return ParseTag(raw)
}

// Peel follows an annotated tag, and the tags that it is a tag of. It returns the tags, the
// outer first, and the object behind them. An id that is no tag is that object itself.
func (o *Objects) Peel(id plumbing.Hash) (tags []Tag, object plumbing.Hash) {
	for {
		t, ok := o.Tag(id)
		if !ok {
			return tags, id
		}
		tags, id = append(tags, t), t.Target // no circle: an id is the hash of its target's id
	}
}

// Kind returns the type of an object; InvalidObject if the pack does not have it.
func (o *Objects) Kind(id plumbing.Hash) plumbing.ObjectType {
	if i, ok := o.index[id]; ok {
		return o.entries[i].kind
	}
	return plumbing.InvalidObject
}

// content returns the bytes of a commit, tree or tag.
func (o *Objects) content(id plumbing.Hash, kind plumbing.ObjectType) ([]byte, bool) {
	i, ok := o.index[id]
	if !ok || o.entries[i].kind != kind {
		return nil, false
	}
	return o.contents[i], true
}

// isWellFormed says whether a commit or tag has the headers that confit reads. The walker
// checks trees.
func isWellFormed(kind plumbing.ObjectType, raw []byte) (ok bool) {
	switch kind {
	case plumbing.CommitObject:
		_, ok = parseCommit(raw)
	case plumbing.TagObject:
		_, ok = ParseTag(raw)
	default:
		ok = true
	}
	return ok
}

func parseCommit(raw []byte) (Commit, bool) {
	tree, _, ok := cutHeader(raw, "tree ")
	if !ok {
		return Commit{}, false
	}
	id, ok := parseID(tree)
	return Commit{Raw: raw, Tree: id}, ok
}

// ParseTag reads an annotated tag. It returns false for one without the headers that confit
// reads.
func ParseTag(raw []byte) (Tag, bool) {
	object, rest, ok1 := cutHeader(raw, "object ")
	kind, rest, ok2 := cutHeader(rest, "type ")
	_, _, ok3 := cutHeader(rest, "tag ")
	if !ok1 || !ok2 || !ok3 {
		return Tag{}, false
	}
	id, ok := parseID(object)
	t, err := plumbing.ParseObjectType(string(kind))
	if !ok || err != nil || t.IsDelta() || t == plumbing.AnyObject {
		return Tag{}, false
	}
	return Tag{Raw: raw, Target: id}, true
}

// cutHeader cuts off the first line, which must begin with prefix.
func cutHeader(raw []byte, prefix string) (value, rest []byte, ok bool) {
	line, rest, ok := bytes.Cut(raw, []byte("\n"))
	if !ok {
		return nil, nil, false
	}
	value, ok = bytes.CutPrefix(line, []byte(prefix))
	return value, rest, ok
}

func parseID(text []byte) (id plumbing.Hash, ok bool) {
	if len(text) != hex.EncodedLen(len(id)) {
		return id, false
	}
	_, err := hex.Decode(id[:], text)
	return id, err == nil
}
