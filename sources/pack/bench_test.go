package pack

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// nowhere is a Store that keeps nothing: it has been told what it may be asked for.
type nowhere map[plumbing.Hash][]byte

func (nowhere) Put(plumbing.Hash, []byte) ([]byte, error) { return nil, nil }

func (n nowhere) Get(id plumbing.Hash, buf []byte) ([]byte, error) { return append(buf, n[id]...), nil }

// BenchmarkRead reads a pack of many files; "inflate only" is the floor, with the standard
// library: each object inflated once, nothing kept.
func BenchmarkRead(b *testing.B) {
	for _, files := range []int{100, 5000} {
		data, total, store := manyFiles(files)
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(total)
			for b.Loop() {
				o, err := Read(b.Context(), bytes.NewReader(data), store, Limits{}, nil)
				if err != nil || len(o.index) < files {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("files=%d/inflate only", files), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(total)
			for b.Loop() {
				if err := inflateOnly(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReadSmall reads many objects of a line, as which deltas and trees come as well.
func BenchmarkReadSmall(b *testing.B) {
	var objects []object
	var total int64
	for i := range 20_000 {
		objects = append(objects, blob(fmt.Sprintf("file number %d\n", i)))
		total += int64(len(objects[i].data))
	}
	data := writePack(objects...)
	b.SetBytes(total)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(b.Context(), bytes.NewReader(data), nowhere{}, Limits{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFiles walks the trees of such a pack.
func BenchmarkFiles(b *testing.B) {
	const files = 5000
	data, _, store := manyFiles(files)
	o, err := Read(b.Context(), bytes.NewReader(data), store, Limits{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var head plumbing.Hash
	for _, e := range o.entries {
		if e.kind == plumbing.CommitObject {
			head = e.id
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := o.Files(head, "", Limits{}); err != nil || len(got) != files {
			b.Fatal(len(got), err)
		}
	}
}

// manyFiles is a pack of files of 10 kB in folders of a hundred, half of the bytes words
// and half of them numbers. Each tenth is a delta.
func manyFiles(n int) (data []byte, total int64, store nowhere) {
	store = nowhere{}
	g := rand.New(rand.NewPCG(1, 2))
	var objects []object
	var folders, files []any
	for i := range n {
		var text strings.Builder
		for text.Len() < 10_000 {
			fmt.Fprintf(&text, "word%d-%d: setting%d %d %016x\n", g.IntN(500), g.IntN(1000), g.IntN(500), g.IntN(1_000_000), g.Uint64())
		}
		o := blob(text.String())
		if last := len(objects) - 1; i%10 == 9 && objects[last].kind == plumbing.BlobObject {
			base := objects[last]
			o = blob(string(base.data[:9000]) + "changed")
			objects = append(objects, ofs(1, nil, inserting(base.data, 9000, "changed")))
		} else {
			objects = append(objects, o)
		}
		total += int64(len(o.data))
		store[idOf(o)] = o.data
		files = append(files, fmt.Sprintf("100644 conf%02d.yaml", i%100), o)
		if i%100 == 99 || i == n-1 {
			folder := tree(files...)
			objects = append(objects, folder)
			folders, files = append(folders, fmt.Sprintf("40000 part%04d", i/100), folder), nil
		}
	}
	root := tree(folders...)
	return writePack(append(objects, root, commit(root))...), total, store
}

func inflateOnly(data []byte) error {
	r := bufio.NewReaderSize(bytes.NewReader(data[12:]), 64<<10)
	var z io.ReadCloser
	for range binary.BigEndian.Uint32(data[8:]) {
		b, err := r.ReadByte()
		for kind := b >> 4 & 7; b&0x80 != 0 || kind == 6; {
			if b&0x80 == 0 {
				kind = 0
			}
			b, err = r.ReadByte()
		}
		if err != nil {
			return err
		}
		if z == nil {
			z, err = zlib.NewReader(r)
		} else {
			err = z.(zlib.Resetter).Reset(r, nil)
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			return err
		}
	}
	return nil
}
