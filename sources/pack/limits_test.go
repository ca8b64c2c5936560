package pack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// TestTreeBombs has a few small objects that stand for more than any disk holds.
func TestTreeBombs(t *testing.T) {
	wide := func(levels int, leaf object) []object {
		all := []object{leaf}
		for range levels {
			var entries []any
			for i := range 10 {
				entries = append(entries, fmt.Sprintf("40000 %d", i), all[len(all)-1])
			}
			all = append(all, tree(entries...))
		}
		return all
	}
	deep := []object{tree("100644 f", sample)}
	for range 65 {
		deep = append(deep, tree("40000 d", deep[len(deep)-1]))
	}
	links := []object{blob("b")}
	var entries []any
	for i := range 30 { // each twice as large as the next one
		next := blob(fmt.Sprintf("../%02d", i+1))
		d := tree("120000 a", next, "120000 b", next)
		if i == 29 {
			d = tree("100644 f", sample)
		}
		links = append(links, next, d)
		entries = append(entries, fmt.Sprintf("40000 %02d", i), d)
	}
	links = append(links, tree(entries...))
	for name, test := range map[string]struct {
		objects []object
		part    string
	}{
		"files":         {wide(10, tree("100644 f", sample)), "10000"},
		"empty folders": {wide(10, tree()), "10000 directories"},
		"deep":          {deep, "64 directories deep"},
		"links":         {links, "10000"},
	} {
		t.Run(name, func(t *testing.T) {
			root := test.objects[len(test.objects)-1]
			if _, err := filesOf(t, "", Limits{}, root, test.objects...); !is(err, diag.CauseLimit, "git-limit", test.part) {
				t.Errorf("Files = %v, want git-limit and %q", err, test.part)
			}
		})
	}
	if files, err := filesOf(t, "", Limits{}, deep[64], deep...); err != nil || len(files) != 1 {
		t.Errorf("Files, 64 deep = %v, %v", files, err)
	}
}

func TestLimits(t *testing.T) {
	zeros := make([]byte, 1<<20)
	base := object{kind: plumbing.BlobObject, data: zeros}
	grow := binary.AppendUvarint(binary.AppendUvarint(nil, 1<<20), 30<<20)
	for range 30 {
		grow = append(grow, 0xe0, 0, 0x10) // copy 1 MiB from the start
	}
	var many, trees []object
	for i := range 40 {
		many = append(many, base, ref(blob(fmt.Sprint("absent ", i)), zeros[:1000]))
		trees = append(trees, object{kind: plumbing.TreeObject, data: bytes.Repeat([]byte{byte(i)}, 10000)})
	}
	parked := []object{}
	for range 40 {
		parked = append(parked, ref(blob("absent"), zeros[:10000]))
	}
	for name, test := range map[string]struct {
		data []byte
		lim  Limits
		part string
	}{
		"wire":            {writePack(many...), Limits{Pack: 1000}, "larger than the limit of 1000 bytes"},
		"objects":         {writePack(many...), Limits{Objects: 79}, "80 objects"},
		"one tree":        {writePack(object{kind: plumbing.TreeObject, data: zeros}), Limits{File: 1<<20 - 1}, "1048576 bytes"},
		"delta of a blob": {writePack(base, ref(base, zeros[:100])), Limits{File: 1<<20 - 1}, "1048576 bytes"},
		"blob of a bomb":  {writePack(base), Limits{File: 1 << 10, Total: 1<<20 - 1}, "1048576 bytes"},
		"a claim":         {writePack(object{kind: 3, data: []byte("x"), size: 1 << 50}), Limits{}, "1125899906842624 bytes"},
		"zlib bomb":       {writePack(many...), Limits{Total: 10 << 20}, "10 MiB"},
		"delta bomb":      {writePack(base, ref(base, grow)), Limits{}, "31457280 bytes"},
		"delta bomb, all": {writePack(base, ref(base, grow)), Limits{File: 64 << 20, Total: 16 << 20}, "16 MiB"},
		"trees":           {writePack(trees...), Limits{Pack: 100_000}, "memory"},
		"waiting":         {writePack(parked...), Limits{Pack: 100_000}, "memory"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readPack(t, test.data, test.lim)
			if !is(err, diag.CauseLimit, "git-limit", test.part) {
				t.Errorf("Read = %v, want git-limit and %q", err, test.part)
			}
		})
	}
	if _, m, err := readPack(t, writePack(base, ref(base, grow)), Limits{File: 32 << 20}); err != nil || len(m.blobs) != 2 {
		t.Errorf("the delta bomb within its limits: %v", err)
	}
}

type failing struct{ memory }

var errFull = fmt.Errorf("disk full: %w", io.EOF)

func (*failing) Put(plumbing.Hash, []byte) ([]byte, error) { return nil, errFull }

// TestEnds has all the ways in which a Read ends that are not the pack's doing.
func TestEnds(t *testing.T) {
	data := writePack(blob("x"), blob("y"))
	if _, err := Read(t.Context(), bytes.NewReader(data), &failing{}, Limits{}, nil); !errors.Is(err, errFull) {
		t.Errorf("Read with a full store = %v", err)
	}
	secret := errors.New("https://user:hunter2@example.com: broken pipe")
	broken := io.MultiReader(bytes.NewReader(data[:30]), errorReader{secret})
	if _, err := Read(t.Context(), broken, newMemory(), Limits{}, nil); !is(err, diag.CauseRemote, "git-pack", "broke after 30 bytes") || strings.Contains(err.Error(), "hunter2") || !errors.Is(err, secret) {
		t.Errorf("Read with a broken connection = %v", err)
	}
	var steps []int
	o, err := Read(t.Context(), dribble{bytes.NewReader(data)}, newMemory(), Limits{}, func(done, total int) { steps = append(steps, done, total) })
	if err != nil || fmt.Sprint(steps) != "[1 2 2 2]" || len(o.index) != 2 {
		t.Errorf("Read byte by byte = %v, %v", steps, err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// TestCancel has a server that falls silent.
func TestCancel(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	why := errors.New("out of time")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		data := writePack(blob("x"), blob("y"))
		w.Write(data[:len(data)-25])
		cancel(why)
	}()
	if _, err := Read(ctx, r, newMemory(), Limits{}, nil); err != why {
		t.Errorf("Read = %v, want %v", err, why)
	}
}
