package sinks

import (
	"bufio"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// The two state files that grow with the number of outputs are written entry by entry,
// a line each. A bufio.Writer keeps its first error for the end.

// writeInventory writes the inventory to come.
func (p *Plan) writeInventory(w *bufio.Writer) {
	writeHead(w, "outputs")
	writeList(w, p.entries)
	if len(p.dirs) > 0 {
		w.WriteString(`,"dirs":`)
		writeList(w, slices.Values(p.dirs))
	}
	if p.shownDir != "" {
		w.WriteString(`,"shownDir":"` + p.shownDir + `"`)
	}
	w.WriteString("}\n")
}

// writeJournal writes the steps of the commit to come.
func (p *Plan) writeJournal(w *bufio.Writer) {
	writeHead(w, "ops")
	writeList(w, func(yield func(*op) bool) {
		for i := range p.ops {
			if !yield(&p.ops[i]) {
				return
			}
		}
	})
	if p.inventoryIsEmpty() {
		w.WriteString(`,"empty":true`)
	}
	w.WriteString("}\n")
}

func writeHead(w *bufio.Writer, list string) {
	fmt.Fprintf(w, `{"version":%d,%q:`, stateVersion, list)
}

// writeList writes a JSON array.
func writeList[T any](w *bufio.Writer, items iter.Seq[T]) {
	enc := json.NewEncoder(w)
	before := byte('[')
	for item := range items {
		w.WriteByte(before)
		_ = enc.Encode(item) // strings and numbers; w keeps its own error
		before = ','
	}
	if before == '[' {
		w.WriteByte(before)
	}
	w.WriteByte(']')
}
