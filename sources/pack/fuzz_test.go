package pack

import (
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// FuzzRead reads any bytes as a pack whose checksum is right.
func FuzzRead(f *testing.F) {
	base := blob("a base of some length")
	root := tree("100644 a", base, "120000 l", blob("a"))
	tag := object{kind: plumbing.TagObject, data: []byte("object " + idOf(base).String() + "\ntype blob\ntag v1\n")}
	for _, p := range [][]byte{
		writePack(),
		writePack(base),
		writePack(base, ofs(1, nil, inserting(base.data, 6, "!")), blob("a"), root, commit(root), tag),
		writePack(ref(base, inserting(base.data, 6, "?")), base),
	} {
		f.Add(p[:len(p)-20])
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAny(t, sealed(data)) })
}

// FuzzFiles walks trees made of any bytes. What an id stands for is chosen by its first
// byte, so that trees may contain each other, which hashes do not allow.
func FuzzFiles(f *testing.F) {
	for _, trees := range []string{
		"100644 a\x00\x80120000 b\x00\x81",
		"40000 a\x00\x01120000 b\x00\x82\xfe120000 c\x00\x83100755 d\x00\x80",
		"40000 a\x00\x00", // in itself
		"40000 a\x00\x01120000 b\x00\x84\xfe120000 a\x00\x85",
		"160000 m\x00\x00100644 .Git\x00\x80",
	} {
		f.Add([]byte(trees), "a", "a/../b/./c", "")
	}
	f.Fuzz(func(t *testing.T, data []byte, link1, link2, dir string) {
		o := madeUp(data, blob("x"), blob("a"), blob(link1), blob(link2), blob("../b"), blob(".."))
		lim := Limits{Files: 50, Depth: 8}
		files, err := o.Files(madeID(0xff), dir, lim)
		sound(t, files, err, lim)
	})
}

func madeID(first byte) plumbing.Hash { return plumbing.Hash{first} }

// madeUp has trees 0, 1, … as separated by 0xfe, where one byte stands for an id, the blobs
// as 0x80, 0x81, … and a commit of tree 0.
func madeUp(data []byte, blobs ...object) *Objects {
	m := newMemory()
	o := &Objects{index: map[plumbing.Hash]int32{}, contents: map[int32][]byte{}, store: m}
	add := func(id plumbing.Hash, kind plumbing.ObjectType, data []byte) {
		o.index[id] = int32(len(o.entries))
		o.contents[int32(len(o.entries))] = data
		o.entries = append(o.entries, entry{id: id, size: int64(len(data)), kind: kind})
	}
	for i, b := range blobs {
		m.Put(madeID(0x80|byte(i)), b.data)
		add(madeID(0x80|byte(i)), b.kind, b.data)
	}
	var raw []byte
	var n byte
	for i := 0; i < len(data); i++ {
		raw = append(raw, data[i])
		switch {
		case data[i] == 0xfe && n < 0x7f:
			add(madeID(n), plumbing.TreeObject, raw[:len(raw)-1])
			raw, n = nil, n+1
		case data[i] == 0 && i+1 < len(data):
			id := madeID(data[i+1])
			raw = append(raw, id[:]...)
			i++
		}
	}
	add(madeID(n), plumbing.TreeObject, raw)
	add(madeID(0xff), plumbing.CommitObject, []byte("tree "+madeID(0).String()+"\n"))
	return o
}
