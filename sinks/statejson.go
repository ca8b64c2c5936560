package sinks

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"strconv"
)

// The two state files that grow with the number of outputs are written piece by piece,
// in the bytes that encoding/json would make of the whole. A bufio.Writer keeps its first
// error for the end.

// writeManifest writes the manifest to come.
func (p *Plan) writeManifest(w *bufio.Writer) {
	start(w, "outputs")
	first := true
	p.entries(func(e *entry) bool {
		w.Write(e.appendTo(comma(w, &first)))
		return true
	})
	w.WriteByte(']')
	if len(p.dirs) > 0 {
		w.WriteString(`,"dirs":[`)
		first = true
		for _, dir := range p.dirs {
			w.Write(appendText(comma(w, &first), dir))
		}
		w.WriteByte(']')
	}
	w.WriteByte('}')
}

// writeJournal writes the steps of the commit to come.
func (p *Plan) writeJournal(w *bufio.Writer) {
	start(w, "ops")
	first := true
	for i := range p.ops {
		w.Write(p.ops[i].appendTo(comma(w, &first)))
	}
	w.WriteByte(']')
	if p.empty() {
		w.WriteString(`,"empty":true`)
	}
	w.WriteByte('}')
}

func start(w *bufio.Writer, list string) {
	w.WriteString(`{"version":` + strconv.Itoa(stateVersion) + `,"` + list + `":[`)
}

// comma gives a buffer for the next item of a list, which begins with the comma before it.
func comma(w *bufio.Writer, first *bool) []byte {
	b := w.AvailableBuffer()
	if !*first {
		b = append(b, ',')
	}
	*first = false
	return b
}

func (e *entry) appendTo(b []byte) []byte {
	b = appendText(append(b, `{"path":`...), e.Path)
	b = appendText(append(b, `,"mode":`...), e.Mode)
	if e.Size != 0 {
		b = strconv.AppendInt(append(b, `,"size":`...), e.Size, 10)
	}
	if e.SHA256 != "" {
		b = appendText(append(b, `,"sha256":`...), e.SHA256)
	}
	if e.Blob != "" {
		b = appendText(append(b, `,"blob":`...), e.Blob)
	}
	if e.Sensitive {
		b = append(b, `,"sensitive":true`...)
	}
	if len(e.Masked) > 0 {
		b = base64.StdEncoding.AppendEncode(append(b, `,"masked":"`...), e.Masked)
		b = append(b, '"')
	}
	return append(b, '}')
}

func (o *op) appendTo(b []byte) []byte {
	b = appendText(append(b, `{"do":`...), o.Do)
	b = appendText(append(b, `,"path":`...), o.Path)
	if o.New {
		b = append(b, `,"new":true`...)
	}
	if o.Mode != 0 {
		b = strconv.AppendUint(append(b, `,"mode":`...), uint64(o.Mode), 10)
	}
	if o.Was != 0 {
		b = strconv.AppendUint(append(b, `,"was":`...), uint64(o.Was), 10)
	}
	return append(b, '}')
}

// appendText writes s as JSON.
func appendText(b []byte, s string) []byte {
	if !plain(s) {
		quoted, _ := json.Marshal(s)
		return append(b, quoted...)
	}
	b = append(append(b, '"'), s...)
	return append(b, '"')
}

// plain tells whether s is its own form in JSON.
func plain(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
