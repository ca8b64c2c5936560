package pack

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func save(objects ...object) []byte {
	var b bytes.Buffer
	for _, o := range objects {
		Raw{o.kind, o.data}.Write(&b)
	}
	return b.Bytes()
}

// Files lists the same from the commit and the objects of Listed as from the pack, the sizes
// apart.
func TestRestore(t *testing.T) {
	text, target := blob("text\n"), blob("../lib/b")
	lib, bin := tree("100644 b", text), tree("100755 a", text, "120000 l", target)
	unused := tree("100644 x", blob("unused"))
	root := tree("40000 bin", bin, "40000 lib", lib)
	sub := tree("40000 src", root, "40000 unused", unused)
	c := commit(sub)
	o, _, err := readPack(t, writePack(text, target, lib, bin, unused, blob("unused"), root, sub, c), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := o.Files(idOf(c), "src", Limits{})
	if err != nil || len(want) != 3 {
		t.Fatalf("Files = %v, %v", want, err)
	}
	listed := o.Listed()
	saved := save(c)
	for _, r := range listed {
		if bytes.Equal(r.Data, unused.data) || bytes.Equal(r.Data, text.data) {
			t.Errorf("%s %q is saved, and leads to no file", r.Kind, r.Data)
		}
		saved = append(saved, save(object{kind: r.Kind, data: r.Data})...)
	}
	restored, ok := Restore(saved, Limits{})
	if !ok {
		t.Fatal("Restore refuses its own objects")
	}
	got, err := restored.Files(idOf(c), "src", Limits{})
	for i := range got {
		if got[i].Size != UnknownSize {
			t.Errorf("%s has %d bytes", got[i].Path, got[i].Size)
		}
		got[i].Size = want[i].Size
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Files = %v, %v, want %v", got, err, want)
	}
	if again := restored.Listed(); !slices.EqualFunc(again, listed, func(a, b Raw) bool { return a.Kind == b.Kind && bytes.Equal(a.Data, b.Data) }) {
		t.Errorf("Listed = %v, want %v", again, listed)
	}
	for _, r := range listed { // each is needed
		o, ok := Restore(bytes.Replace(saved, save(object{kind: r.Kind, data: r.Data}), nil, 1), Limits{})
		if !ok {
			t.Fatal("Restore refuses fewer objects")
		}
		if files, err := o.Files(idOf(c), "src", Limits{}); err == nil {
			t.Errorf("without %s %q, Files = %v", r.Kind, r.Data, files)
		}
	}
}

// The targets of symlinks beyond maxListedBlobs are not saved.
func TestRestoreManyLinks(t *testing.T) {
	text := blob("text\n")
	objects, entries := []object{text}, []any{"100644 a", text}
	for i := range maxListedBlobs/4000 + 1 {
		o := blob(strings.Repeat("./", 1999) + strings.Repeat("/", i%2) + "./././"[:2*(i%3)] + strings.Repeat("/", i/6) + "a")
		objects = append(objects, o)
		entries = append(entries, "120000 l"+string(rune('a'+i/26))+string(rune('a'+i%26)), o)
	}
	root := tree(entries...)
	c := commit(root)
	o, _, err := readPack(t, writePack(append(objects, root, c)...), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Files(idOf(c), "", Limits{}); err != nil {
		t.Fatal(err)
	}
	bytes := 0
	for _, r := range o.Listed() {
		if r.Kind == plumbing.BlobObject {
			bytes += len(r.Data)
		}
	}
	if bytes > maxListedBlobs || bytes < maxListedBlobs/2 {
		t.Errorf("the symlinks have %d bytes, want up to %d", bytes, maxListedBlobs)
	}
}

// An entry with a Defect comes back with the same Defect.
func TestRestoreDefects(t *testing.T) {
	text := blob("text\n")
	lfs, crypt := blob("version https://git-lfs.github.com/spec/v1\n"), blob("\x00GITCRYPT\x00\x01")
	gone, empty, long := blob("gone/x"), blob(""), blob(strings.Repeat("x/", maxPath))
	dir := tree("100644 a", text, "100644 crypt", crypt, "120000 gone", gone, "100644 lfs", lfs, "160000 sub", text)
	links := tree("120000 crypt", blob("../dir/crypt"), "120000 empty", empty, "120000 long", long)
	root := tree("100644 A", text, "100644 a", text, "40000 dir", dir, "40000 links", links)
	c := commit(root)
	o, _, err := readPack(t, writePack(text, lfs, crypt, gone, empty, long, blob("../dir/crypt"), dir, links, root, c), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := o.Files(idOf(c), "", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	saved := save(c)
	for _, r := range o.Listed() {
		saved = append(saved, save(object{kind: r.Kind, data: r.Data})...)
	}
	restored, ok := Restore(saved, Limits{})
	if !ok {
		t.Fatal("Restore refuses its own objects")
	}
	got, err := restored.Files(idOf(c), "", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defects := 0
	same := slices.EqualFunc(got, want, func(a, b File) bool {
		if a.Defect == nil || b.Defect == nil {
			return a.Path == b.Path && a.ID == b.ID && a.Defect == b.Defect
		}
		defects++
		return a.Path == b.Path && *a.Defect == *b.Defect
	})
	if !same || defects != 8 {
		t.Errorf("Files = %+v with %d defects, want %+v", got, defects, want)
	}
}

// A malformed object makes Restore refuse all.
func TestRestoreMalformed(t *testing.T) {
	for name, data := range map[string]string{
		"no header": "x", "no end of the header": "blob 1", "no size": "blob \x00", "no kind": " 1\x00x", "an unknown kind": "note 1\x00x",
		"a delta": "ofs-delta 1\x00x", "a negative size": "blob -1\x00x", "a sign": "blob +1\x00x", "too few bytes": "blob 2\x00x",
		"a huge size": "blob 99999999999999999999\x00x", "a long header": "blob " + strings.Repeat("0", 40) + "1\x00x",
		"a commit of nothing": "commit 0\x00", "a tag of nothing": "tag 0\x00", "a rest": "blob 1\x00xy",
	} {
		if _, ok := Restore([]byte(data), Limits{}); ok {
			t.Errorf("%s: Restore takes %q", name, data)
		}
	}
}

// More than Limits.Objects are refused: an object takes more memory than it has bytes.
func TestRestoreLimit(t *testing.T) {
	data := save(blob("a"), blob("b"), blob("c"))
	if _, ok := Restore(data, Limits{Objects: 3}); !ok {
		t.Error("Restore refuses three objects")
	}
	if _, ok := Restore(data, Limits{Objects: 2}); ok {
		t.Error("Restore takes three objects")
	}
}

// FuzzRestore reads any bytes and walks the first commit. Whatever is listed has the hash that
// a tree on the way to it says.
func FuzzRestore(f *testing.F) {
	text, target := blob("text\n"), blob("d/a")
	dir := tree("100644 a", text)
	root := tree("40000 d", dir, "120000 l", target)
	c := commit(root)
	f.Add(save(c, root, dir, target, text))
	f.Add(save(c, root, dir))
	f.Add(save(text, text))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, ok := Restore(data, Limits{})
		if !ok {
			return
		}
		for i := range o.entries {
			e := &o.entries[i]
			if plumbing.ComputeHash(e.kind, o.contents[int32(i)]) != e.id {
				t.Fatalf("object %d has the id %s", i, e.id)
			}
			if e.kind == plumbing.CommitObject {
				_, _ = o.Files(e.id, "", Limits{Files: 100, Depth: 10})
			}
		}
	})
}
