package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// At is the place in the manifest of a line and column of the key's text. Exact is false
// where the manifest writes the text in another form, such as base64 or one quoted line; the
// place is then that of the whole value.
func (k *Key) At(line, col int) (at diag.Pos, exact bool) {
	at = k.Pos()
	if !k.plain || line < 1 {
		return at, false
	}
	switch style := k.Value.Style; {
	case style&yaml.LiteralStyle != 0:
		at.Line += line
		at.Col = 0
		if col > 0 {
			at.Col = k.Data.doc.indentation(k.Value) + col
		}
		return at, true
	case style == 0 && line == 1 && !strings.Contains(k.Value.Value, "\n"):
		at.Col += max(col, 1) - 1
		return at, true
	}
	return at, false
}

// indentation is how far the lines of a literal block are indented.
func (d *document) indentation(n *yaml.Node) int {
	text := d.text
	for range n.Line - d.line + 1 { // the block begins in the line after |
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	value := strings.TrimLeft(n.Value, "\n")
	own := len(value) - len(strings.TrimLeft(value, " ")) // blanks that belong to the text
	for line := range bytes.Lines(text) {
		if rest := bytes.TrimLeft(line, " "); len(bytes.TrimSpace(rest)) > 0 {
			return max(len(line)-len(rest)-own, 0)
		}
	}
	return 0
}
