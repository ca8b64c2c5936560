package sinks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"confit/render/content"
)

// TestStateJSON reads what is written entry by entry as one JSON value, whatever is in it.
func TestStateJSON(t *testing.T) {
	hostile := []string{"<x>&", "a", "a b/c", `q"u\o`, "zz", "ü/\u2028\U0001f600"} // sorted
	p := &Plan{kept: []*entry{{Path: "A", Mode: "0600", Blob: "b10b"}, {Path: "m", Mode: "0644", Size: 1, SHA256: "5a"}}}
	want := inventory{Version: stateVersion, Outputs: slices.Clone(p.kept)}
	steps := journal{Version: stateVersion}
	for i, path := range hostile {
		o := &content.Output{Path: path, Mode: 0o640, Content: content.Sensitive([]byte("hunter2"), []byte(content.Mask))}
		if i%2 == 0 {
			o.Mode, o.Content = 0o644, content.Plain([]byte(path)[:i/2])
		}
		p.files = append(p.files, file{out: o, kind: Create})
		e := entryOf(o)
		e.addHash(o)
		want.Outputs = append(want.Outputs, &e)
		p.ops = append(p.ops, op{Do: doWrite, Path: path, New: i%2 == 0, out: o}, op{Do: doChmod, Path: path, Mode: 0o755, Was: 0o700})
	}
	want.sort()
	steps.Ops = p.ops
	for _, dirs := range [][]string{nil, {"a b", "ü"}} {
		p.dirs, want.Dirs = dirs, dirs
		sameJSON(t, p.writeInventory, want)
		sameJSON(t, p.writeJournal, steps)
	}
	sameJSON(t, (&Plan{}).writeInventory, inventory{Version: stateVersion, Outputs: []*entry{}})
	sameJSON(t, (&Plan{}).writeJournal, journal{Version: stateVersion, Ops: []op{}, Empty: true})
}

// sameJSON wants of write a line for each entry, and what v is as JSON.
func sameJSON(t *testing.T, write func(*bufio.Writer), v any) {
	t.Helper()
	var got, flat bytes.Buffer
	w := bufio.NewWriterSize(&got, 16)
	write(w)
	must(t, w.Flush())
	must(t, json.Compact(&flat, got.Bytes()))
	want, err := json.Marshal(v)
	must(t, err)
	if flat.String() != string(want) {
		t.Errorf("got %s, want %s", got.Bytes(), want)
	}
}
