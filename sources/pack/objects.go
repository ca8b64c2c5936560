package pack

import (
	"bytes"
	"encoding/hex"

	"github.com/go-git/go-git/v5/plumbing"
)

// Objects are the verified objects of a pack. What it returns shares memory with it and
// is not to be changed.
type Objects struct {
	entries []entry
	ids     map[plumbing.Hash]int32
	kept    map[int32][]byte
	lfs     map[plumbing.Hash]struct{}
	store   Store
}

// A Commit is what is needed to verify one and to find its files.
type Commit struct {
	Raw  []byte // as it is signed and hashed
	Tree plumbing.Hash
}

// A Tag is an annotated tag.
type Tag struct {
	Raw    []byte // as it is signed and hashed
	Target plumbing.Hash
	Type   plumbing.ObjectType // of the target, as the tag says
	Name   string              // as the tag says; untrusted
}

// Commit is false for an id that is no commit of the pack.
func (o *Objects) Commit(id plumbing.Hash) (Commit, bool) {
	raw, ok := o.raw(id, plumbing.CommitObject)
	if !ok {
		return Commit{}, false
	}
	return parseCommit(raw)
}

// Tag is false for an id that is no annotated tag of the pack.
func (o *Objects) Tag(id plumbing.Hash) (Tag, bool) {
	raw, ok := o.raw(id, plumbing.TagObject)
	if !ok {
		return Tag{}, false
	}
	return parseTag(raw)
}

// raw gives the bytes of a commit, tree or tag.
func (o *Objects) raw(id plumbing.Hash, kind plumbing.ObjectType) ([]byte, bool) {
	at, ok := o.ids[id]
	if !ok || o.entries[at].kind != kind {
		return nil, false
	}
	return o.kept[at], true
}

// wellFormed tells whether an object has the lines that it is used for. Trees are judged
// when they are walked.
func wellFormed(kind plumbing.ObjectType, raw []byte) (ok bool) {
	switch kind {
	case plumbing.CommitObject:
		_, ok = parseCommit(raw)
	case plumbing.TagObject:
		_, ok = parseTag(raw)
	default:
		ok = true
	}
	return ok
}

func parseCommit(raw []byte) (Commit, bool) {
	tree, _, ok := header(raw, "tree ")
	if !ok {
		return Commit{}, false
	}
	id, ok := parseID(tree)
	return Commit{Raw: raw, Tree: id}, ok
}

func parseTag(raw []byte) (Tag, bool) {
	object, rest, ok1 := header(raw, "object ")
	kind, rest, ok2 := header(rest, "type ")
	name, _, ok3 := header(rest, "tag ")
	if !ok1 || !ok2 || !ok3 {
		return Tag{}, false
	}
	id, ok := parseID(object)
	t, err := plumbing.ParseObjectType(string(kind))
	if !ok || err != nil || t.IsDelta() || t == plumbing.AnyObject {
		return Tag{}, false
	}
	return Tag{Raw: raw, Target: id, Type: t, Name: string(name)}, true
}

// header takes the line that must come next.
func header(raw []byte, prefix string) (value, rest []byte, ok bool) {
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
