package pack

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// memory is a Store. What is of an odd length it says it holds.
type memory struct {
	mu    sync.Mutex
	blobs map[plumbing.Hash][]byte
	gets  int
}

func newMemory() *memory { return &memory{blobs: map[plumbing.Hash][]byte{}} }

func (m *memory) Put(id plumbing.Hash, data []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs[id] = bytes.Clone(data)
	if len(data)%2 == 0 {
		return nil, nil
	}
	return m.blobs[id], nil
}

func (m *memory) Get(id plumbing.Hash, buf []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gets++
	data, ok := m.blobs[id]
	if !ok {
		return nil, errors.New("no such blob")
	}
	return append(buf, data...), nil
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.blobs)
}

// An object is what a test wants in a pack. A zero size stands for that of data.
type object struct {
	kind plumbing.ObjectType
	data []byte
	size int
	back int           // of an OFS_DELTA: how many objects before is the base
	ref  plumbing.Hash // of a REF_DELTA
	raw  []byte        // instead of the zlib stream of data
}

// writePack makes a pack of any order and kind.
func writePack(objects ...object) []byte {
	var b bytes.Buffer
	b.WriteString("PACK")
	binary.Write(&b, binary.BigEndian, [2]uint32{2, uint32(len(objects))})
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		if o.size == 0 {
			o.size = len(o.data)
		}
		b.Write(typeAndSize(o.kind, o.size))
		switch o.kind {
		case plumbing.OFSDeltaObject:
			b.Write(distance(b.Len() - len(typeAndSize(o.kind, o.size)) - offsets[max(i-o.back, 0)]))
		case plumbing.REFDeltaObject:
			b.Write(o.ref[:])
		}
		if o.raw == nil {
			o.raw = deflated(o.data)
		}
		b.Write(o.raw)
	}
	return sealed(b.Bytes())
}

func sealed(p []byte) []byte {
	sum := sha1.Sum(p)
	return append(p[:len(p):len(p)], sum[:]...)
}

func typeAndSize(kind plumbing.ObjectType, size int) []byte {
	b := []byte{byte(kind)<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(size&0x7f))
	}
	return b
}

func distance(n int) []byte {
	b := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		b = append(b, byte(n&0x7f)|0x80)
	}
	slices.Reverse(b)
	return b
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// inserting is a delta that makes text out of any base, longer than 0 and below 128 bytes,
// after a copy of the base's first n bytes.
func inserting(base []byte, n int, text string) []byte {
	d := binary.AppendUvarint(nil, uint64(len(base)))
	d = binary.AppendUvarint(d, uint64(n+len(text)))
	if n > 0 {
		d = append(d, 0x80|0x10|0x20, byte(n), byte(n>>8))
	}
	return append(append(d, byte(len(text))), text...)
}

func idOf(o object) plumbing.Hash { return plumbing.ComputeHash(o.kind, o.data) }

func blob(text string) object { return object{kind: plumbing.BlobObject, data: []byte(text)} }

// tree is made of lines "mode name" that stand for the objects; the order is the caller's.
func tree(entries ...any) object {
	var b bytes.Buffer
	for i := 0; i < len(entries); i += 2 {
		fmt.Fprintf(&b, "%s\x00", entries[i])
		switch o := entries[i+1].(type) {
		case object:
			id := idOf(o)
			b.Write(id[:])
		case plumbing.Hash:
			b.Write(o[:])
		}
	}
	return object{kind: plumbing.TreeObject, data: b.Bytes()}
}

func commit(t object) object {
	text := fmt.Sprintf("tree %s\nauthor a <a@example.com> 1 +0000\ncommitter a <a@example.com> 1 +0000\n\nx\n", idOf(t))
	return object{kind: plumbing.CommitObject, data: []byte(text)}
}

func readPack(t *testing.T, data []byte, lim Limits) (*Objects, *memory, error) {
	t.Helper()
	m := newMemory()
	o, err := Read(t.Context(), bytes.NewReader(data), m, lim, nil)
	return o, m, err
}

// is tells whether err is one problem, of that cause and code, whose text has a part.
func is(err error, c diag.Cause, code, part string) bool {
	all := diag.Problems(err, diag.CauseUnknown)
	return len(all) == 1 && all[0].Cause == c && all[0].Code == code && strings.Contains(all[0].Text, part)
}

// dribble gives one byte at a time.
type dribble struct{ r io.Reader }

func (d dribble) Read(p []byte) (int, error) { return d.r.Read(p[:min(1, len(p))]) }
