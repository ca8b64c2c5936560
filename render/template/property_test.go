package template

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"confit/render/diag"
	"confit/render/rendertest"
	"confit/render/tree"
)

// TestUnreadIsUnused: changing a leaf that an output has not read changes nothing.
func TestUnreadIsUnused(t *testing.T) {
	changes := 0
	for seed := range rendertest.Rounds(250) {
		text := rendertest.NewGen(seed).Template()
		v := rendertest.ValuesOf(t, rendertest.NodeOf(rendertest.RandomValues(rand.New(rand.NewPCG(seed, 3))), &tree.Origin{File: "v"}))
		before := ours(t, text, v, false)
		for _, leaf := range rendertest.LeavesOf(v.Root()) {
			if before.reads.Has(leaf) {
				continue
			}
			old := leaf.Value()
			for _, other := range []any{"other", "", int64(12), nil} {
				if reflect.TypeOf(other) == reflect.TypeOf(old) || seed%4 == 0 {
					leaf.SetValue(other)
					changes++
					sameRun(t, text, before, ours(t, text, v, false), valuePath(leaf, ""))
				}
			}
			leaf.SetValue(old)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d changes", changes)
}

func sameRun(t *testing.T, text string, a, b *eval, what string) {
	t.Helper()
	limited := func(e *eval) bool {
		return len(e.problems) > 0 && e.problems[len(e.problems)-1].Cause == diag.CauseLimit
	}
	if limited(a) || limited(b) {
		return
	}
	var p, q string
	for _, x := range a.problems {
		p += x.Error() + "\n"
	}
	for _, x := range b.problems {
		q += x.Error() + "\n"
	}
	if !bytes.Equal(a.out, b.out) || p != q {
		t.Errorf("%s was not read, but changing it makes %q %s of %q %s\n%s", what, b.out, q, a.out, p, text)
	}
}

// TestPrintf: what printf gives never has fmt's marks of a mistake.
func TestPrintf(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	parts := strings.Split("%|%|%|s|d|v|q|x|X|t|5|05|.2|-8|+|#| |*|[1]|[2]|f|g|e|c|U|T|b|o|%%|a|,|[3|0|p|w|z|.|..|é", "|")
	v := rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{"s": "text", "i": int64(42), "f": 1.5, "b": true, "n": tree.Num{Text: "1.10", V: 1.1}}, &tree.Origin{File: "v"}))
	fine := 0
	for range rendertest.Rounds(40000) {
		var format strings.Builder
		format.WriteString("%")
		for range 1 + r.IntN(6) {
			format.WriteString(parts[r.IntN(len(parts))])
		}
		var args strings.Builder
		for range r.IntN(4) {
			args.WriteString([]string{" .Values.s", " .Values.i", " .Values.f", " .Values.b", " .Values.n", " 3", " -1", ` "x"`}[r.IntN(8)])
		}
		e := ours(t, fmt.Sprintf("{{ printf %q%s }}", format.String(), args.String()), v, false)
		if len(e.problems) > 0 {
			continue
		}
		if fine++; bytes.Contains(e.out, []byte("%!")) {
			t.Fatalf("printf %q%s gives %q", format.String(), args.String(), e.out)
		}
	}
	if fine < int(rendertest.Rounds(40000))/20 {
		t.Errorf("only %d formats were right", fine)
	}
}
