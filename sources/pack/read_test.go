package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

func ofs(back int, base, d []byte) object {
	return object{kind: plumbing.OFSDeltaObject, back: back, data: d}
}

func ref(base object, d []byte) object {
	return object{kind: plumbing.REFDeltaObject, ref: idOf(base), data: d}
}

// TestOrder has deltas before and after their bases, in chains, of every kind.
func TestOrder(t *testing.T) {
	var chain []object // whole
	var links []object // the same, as deltas by id of the one before
	for i := range 200 {
		text := fmt.Sprintf("%s%d,", string(bytes.Repeat([]byte("x"), 100)), i)
		chain = append(chain, blob(text))
		if i > 0 {
			links = append(links, ref(chain[i-1], inserting(chain[i-1].data, 100, text[100:])))
		}
	}
	one, two := blob("one"), blob("two")
	t1 := tree("100644 a", one)
	t2 := object{kind: plumbing.TreeObject, data: append(bytes.Clone(t1.data), tree("100644 b", two).data...)}
	dt := ref(t1, inserting(t1.data, len(t1.data), string(tree("100644 b", two).data)))
	c := commit(t2)
	for name, objects := range map[string][]object{
		"bases first": append([]object{chain[0], one, two, t1, dt, c}, links...),
		"bases last":  append(reversed(links), dt, c, t1, two, one, chain[0]),
		"shuffled":    shuffled(append(reversed(links), dt, c, t1, two, one, chain[0])),
		"twice":       append([]object{chain[0], one, one, two, dt, dt, t1, t1, c, chain[0]}, append(links, links...)...),
		"by place": append([]object{one, two, t1, ofs(1, nil, dt.data), c, chain[0], {kind: plumbing.OFSDeltaObject, back: 1, data: links[0].data}},
			links[1:]...),
	} {
		t.Run(name, func(t *testing.T) {
			o, m, err := readPack(t, writePack(objects...), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range append(chain, one, two) {
				if got := m.blobs[idOf(b)]; !bytes.Equal(got, b.data) {
					t.Errorf("blob %s = %q, want %q", idOf(b), got, b.data)
				}
			}
			files, err := o.Files(idOf(c), "", Limits{})
			if err != nil || len(files) != 2 {
				t.Errorf("Files = %v, %v, want a and b", files, err)
			}
		})
	}
}

// keptBack is a reader that gives the last byte only when the store has all blobs.
type keptBack struct {
	data  []byte
	store *memory
	blobs int
}

func (k *keptBack) Read(p []byte) (int, error) {
	switch {
	case len(k.data) == 0:
		return 0, io.EOF
	case len(k.data) > 1:
		n := copy(p, k.data[:len(k.data)-1])
		k.data = k.data[n:]
		return n, nil
	}
	for k.store.len() < k.blobs {
		time.Sleep(time.Millisecond)
	}
	n := copy(p, k.data)
	k.data = k.data[n:]
	return n, nil
}

// TestKeptBack: the objects are done before the end of the pack is there.
func TestKeptBack(t *testing.T) {
	for _, n := range []int{1, 10, 500} {
		var objects []object
		for i := range n {
			objects = append(objects, blob(strings.Repeat(fmt.Sprint(i, " "), 10)))
		}
		data, m := writePack(objects...), newMemory()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := Read(ctx, &keptBack{data, m, n}, m, Limits{}, nil); err != nil {
			t.Errorf("%d objects: %v", n, err)
		}
	}
}

func reversed(in []object) (out []object) {
	for i := range in {
		out = append(out, in[len(in)-1-i])
	}
	return out
}

func shuffled(in []object) []object {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
	return in
}

// TestFarBase makes sure that a base which has left the cache comes from the store.
func TestFarBase(t *testing.T) {
	base := blob("base")
	objects := []object{base}
	for i := range 3 * cacheSize >> 20 {
		objects = append(objects, object{kind: plumbing.BlobObject, data: bytes.Repeat([]byte{byte(i)}, 1<<20)})
	}
	objects = append(objects, ref(base, inserting(base.data, 4, "d")))
	_, m, err := readPack(t, writePack(objects...), Limits{})
	if err != nil || m.gets != 1 || m.blobs[idOf(blob("based"))] == nil {
		t.Errorf("Read = %v with %d blobs and %d gets, want one get", err, len(m.blobs), m.gets)
	}
}

// TestSizes reads objects around the sizes at which a buffer grows, and refuses those whose
// stream is longer or shorter than the pack says.
func TestSizes(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 1<<minClass - 1, 1 << minClass, 1<<maxClass - 1, 1 << maxClass, 1<<maxClass + 1, 3<<maxClass + 3} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(g.Uint32())
		}
		o := object{kind: plumbing.BlobObject, data: data}
		whole, m := writePack(o, blob("the next one")), newMemory()
		if _, err := Read(t.Context(), bytes.NewReader(whole), m, Limits{}, nil); err != nil || !bytes.Equal(m.blobs[idOf(o)], data) {
			t.Errorf("Read of %d bytes: %v", n, err)
		}
		for _, claimed := range []int{n + 1, n + 1<<maxClass, n - 1} {
			if o.size = claimed; claimed <= 0 {
				continue
			}
			if _, _, err := readPack(t, writePack(o, blob("the next one")), Limits{}); !is(err, diag.CauseRemote, "git-pack", "inflated") {
				t.Errorf("Read of %d bytes that claim to be %d: %v", n, claimed, err)
			}
		}
	}
}

func TestTagAndCommit(t *testing.T) {
	root := tree()
	c := commit(root)
	tag := object{kind: plumbing.TagObject, data: []byte("object " + idOf(c).String() + "\ntype commit\ntag v1\n\nx")}
	o, _, err := readPack(t, writePack(c, root, tag), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := o.Tag(idOf(tag)); !ok || got.Target != idOf(c) || !bytes.Equal(got.Raw, tag.data) {
		t.Errorf("Tag = %+v, %t", got, ok)
	}
	if got, ok := o.Commit(idOf(c)); !ok || got.Tree != idOf(root) || !bytes.Equal(got.Raw, c.data) {
		t.Errorf("Commit = %+v, %t", got, ok)
	}
	if _, ok := o.Commit(idOf(tag)); ok {
		t.Error("a tag is a commit")
	}
	if files, err := o.Files(idOf(c), "", Limits{}); err != nil || len(files) != 0 {
		t.Errorf("Files of the empty tree = %v, %v", files, err)
	}
	if _, err := o.Files(idOf(tag), "", Limits{}); !is(err, diag.CauseRemote, "git-pack", "lacks") {
		t.Errorf("Files of no commit: %v", err)
	}
}

func TestDamaged(t *testing.T) {
	base := blob("a base of some length")
	good := writePack(base, ofs(1, base.data, inserting(base.data, 6, "case")), commit(tree()), tree("100644 a", base))
	patched := func(at int, b byte) []byte {
		p := bytes.Clone(good[:len(good)-20])
		p[at] = b
		return sealed(p)
	}
	delta := func(from, to uint64, steps ...byte) []byte {
		d := binary.AppendUvarint(binary.AppendUvarint(nil, from), to)
		return writePack(base, ref(base, append(d, steps...)))
	}
	n := uint64(len(base.data))
	for name, test := range map[string]struct {
		data []byte
		part string
	}{
		"nothing":              {nil, "ends after 0 bytes"},
		"no pack":              {[]byte("<html>hello, this is a proxy"), "does not begin"},
		"version 3":            {patched(7, 3), "version 3"},
		"too few objects":      {patched(11, 3), "follows"},
		"too many objects":     {patched(11, 5), ""},
		"type 0":               {patched(12, 0x05), "no known type"},
		"type 5":               {patched(12, 0x55), "no known type"},
		"checksum":             {append(good[:len(good)-1:len(good)-1], good[len(good)-1]^1), "checksum does not match"},
		"more after the end":   {append(bytes.Clone(good), 0), "follows"},
		"twice":                {append(bytes.Clone(good), good...), "follows"},
		"size too small":       {writePack(object{kind: 3, data: []byte("hello"), size: 4}), "inflated"},
		"size too large":       {writePack(object{kind: 3, data: []byte("hello"), size: 6}), "inflated"},
		"size of 70 bits":      {sealed(append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01"), 0xb0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)), "possible size"},
		"no zlib":              {writePack(object{kind: 3, data: []byte("hello"), raw: []byte("hello hello hello")}), "inflated"},
		"zlib dictionary":      {writePack(object{kind: 3, data: []byte("hello"), raw: []byte{0x78, 0xbb, 0, 0, 0, 0, 0, 0, 0}}), "inflated"},
		"adler32 cut off":      {writePack(object{kind: 3, data: []byte("hello"), raw: bytes.TrimSuffix(deflated([]byte("hello")), []byte("\x02\x15"))}), ""},
		"more in the stream":   {writePack(object{kind: 3, data: []byte("hello"), raw: append(deflated([]byte("hello")), "more"...)}, blob("x")), ""},
		"adler32":              {writePack(object{kind: 3, data: []byte("hello"), raw: append(bytes.TrimSuffix(deflated([]byte("hello")), []byte("\x06\x2c\x02\x15")), 0, 0, 0, 0)}), "checksum of an object"},
		"no base by id":        {writePack(ref(base, inserting(base.data, 1, "x"))), "but not that object"},
		"no base by place":     {writePack(base, object{kind: 6, back: 1, data: []byte("x"), raw: []byte{}}), ""},
		"itself as base":       {writePack(object{kind: 6, back: 0, data: inserting(nil, 0, "x")}), "no object as its base"},
		"base of another size": {delta(n+1, 1, 0x90, 1), "does not fit"},
		"result too short":     {delta(n, 3, 0x90, 2), "does not fit"},
		"result too long":      {delta(n, 1, 0x90, 2), "does not fit"},
		"copy beyond the base": {delta(n, 2, 0x91, byte(n-1), 2), "does not fit"},
		"copy from far beyond": {delta(n, 2, 0x9f, 255, 255, 255, 255, 2), "does not fit"},
		"copy cut off":         {delta(n, 2, 0x9f, 1), "does not fit"},
		"insert cut off":       {delta(n, 3, 3, 'a'), "does not fit"},
		"reserved instruction": {delta(n, 1, 0, 1, 'a'), "does not fit"},
		"empty delta":          {writePack(base, ref(base, nil)), "does not fit"},
		"endless varint":       {writePack(base, ref(base, bytes.Repeat([]byte{255}, 30))), "does not fit"},
		"malformed commit":     {writePack(object{kind: 1, data: []byte("tree 123\n")}), "malformed"},
		"malformed tag":        {writePack(object{kind: 4, data: []byte("object x\ntype commit\ntag x\n")}), "malformed"},
		"tag of a delta":       {writePack(object{kind: 4, data: []byte("object " + idOf(base).String() + "\ntype ofs-delta\ntag x\n")}), "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := readPack(t, test.data, Limits{}); !is(err, diag.CauseRemote, "git-pack", test.part) {
				t.Errorf("Read = %v, want git-pack and %q", err, test.part)
			}
		})
	}
}

// TestFlips turns a bit of every byte of a pack, with the old checksum and with a right one,
// and cuts it off at every byte.
func TestFlips(t *testing.T) {
	base := blob("a base of some length")
	root := tree("100644 a", base, "100644 b", blob("a base!"))
	good := writePack(base, ofs(1, nil, inserting(base.data, 6, "!")), ref(base, inserting(base.data, 6, "?")), root, commit(root))
	if _, _, err := readPack(t, good, Limits{}); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		if _, _, err := readPack(t, good[:i], Limits{}); !is(err, diag.CauseRemote, "git-pack", "") {
			t.Fatalf("cut at %d: %v", i, err)
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if _, _, err := readPack(t, bad, Limits{}); err == nil {
			t.Fatalf("bit %d of byte %d was flipped: no error", i%8, i)
		}
		if i < len(good)-sha1.Size {
			readAny(t, sealed(bad[:len(bad)-sha1.Size]))
		}
	}
}

// readAny makes sure that whatever can be read has the ids it should have.
func readAny(t *testing.T, data []byte) {
	t.Helper()
	lim := Limits{Pack: 1 << 20, File: 1 << 16, Total: 1 << 20, Objects: 1000, Files: 1000}
	o, m, err := readPack(t, data, lim)
	if err != nil {
		var p *diag.Problem
		if o != nil || !errors.As(err, &p) || p.Code == "bug" {
			t.Fatalf("Read = %v, %v", o, err)
		}
		return
	}
	for id, data := range m.blobs {
		if want := plumbing.ComputeHash(plumbing.BlobObject, data); id != want {
			t.Errorf("id %s, want %s", id, want)
		}
	}
	for at, data := range o.contents {
		e := o.entries[at]
		if want := plumbing.ComputeHash(e.kind, data); e.id != want {
			t.Errorf("id %s, want %s", e.id, want)
		}
		if e.kind == plumbing.CommitObject {
			files, err := o.Files(e.id, "", lim)
			sound(t, files, err, lim)
		}
	}
}
