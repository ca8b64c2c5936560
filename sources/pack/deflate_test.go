package pack

import (
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// deflations are streams of every kind of block, with what they hold.
func deflations(t testing.TB) map[string][]byte {
	g := rand.New(rand.NewPCG(1, 2))
	var words strings.Builder
	for words.Len() < 200_000 {
		fmt.Fprintf(&words, "word%d: %d %016x\n", g.IntN(500), g.IntN(1000), g.Uint64())
	}
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(g.Uint32())
	}
	all := map[string][]byte{}
	for name, text := range map[string][]byte{
		"nothing": {}, "a byte": []byte("x"), "a word": []byte("hello, hello, hello"),
		"words": []byte(words.String()), "noise": noise,
		"zeros": make([]byte, 300_000), "pairs": bytes.Repeat([]byte("ab"), 50_000), "far": append(noise[:40_000:40_000], noise[:40_000]...),
	} {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, 1, 6, 9} {
			var b bytes.Buffer
			w, err := flate.NewWriter(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			for part := range bytes.SplitAfterSeq(text, []byte("7\n")) {
				_, _ = w.Write(part)
				if level == 9 && g.IntN(200) == 0 {
					_ = w.Flush() // an empty stored block
				}
			}
			_ = w.Close()
			all[fmt.Sprintf("%s at %d", name, level)] = b.Bytes()
		}
	}
	return all
}

// likeStandard inflates data, whatever it is, with the standard library and with ours: they
// give the same, take the same of the input, or both refuse.
func likeStandard(t *testing.T, data []byte, wrap func(io.Reader) io.Reader) {
	t.Helper()
	r := bytes.NewReader(data)
	want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(r), 1<<20))
	if len(want) == 1<<20 {
		return // a bomb, which the length refuses
	}
	for _, length := range []int{len(want), len(want) + 1, max(len(want), 1) - 1} {
		d := deflateReader{in: bufio.NewReaderSize(wrap(bytes.NewReader(data)), 64)}
		got, err := d.inflate(nil, length)
		rest, _ := io.ReadAll(d.in)
		switch {
		case wantErr != nil || length != len(want):
			if err == nil {
				t.Fatalf("%d bytes of %.40x: no error, want %v", length, data, wantErr)
			}
		case err != nil:
			t.Fatalf("%d bytes of %.40x: %v", length, data, err)
		case !bytes.Equal(got, want):
			t.Fatalf("%.40x does not inflate to what it should", data)
		case len(rest) != r.Len():
			t.Fatalf("%.40x: %d bytes are left, want %d", data, len(rest), r.Len())
		}
	}
}

func whole(r io.Reader) io.Reader { return r }

func TestInflate(t *testing.T) {
	for name, data := range deflations(t) {
		t.Run(name, func(t *testing.T) {
			for _, tail := range []string{"", "x", "what follows after it"} {
				likeStandard(t, append(data[:len(data):len(data)], tail...), whole)
				likeStandard(t, append(data[:len(data):len(data)], tail...), iotest.HalfReader)
				likeStandard(t, append(data[:len(data):len(data)], tail...), iotest.OneByteReader)
			}
			for range 50 {
				n := rand.IntN(len(data))
				likeStandard(t, data[:n], whole)
				harmed := bytes.Clone(data)
				harmed[n] ^= 1 << rand.IntN(8)
				likeStandard(t, harmed, whole)
			}
		})
	}
}

// FuzzInflate holds the inflater to that of the standard library.
func FuzzInflate(f *testing.F) {
	for _, data := range deflations(f) {
		if len(data) < 4096 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { likeStandard(t, data, whole) })
}
