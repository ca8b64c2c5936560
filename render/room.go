package render

import "strings"

// large asks for room for something that is about to be made.
func (e *eval) large(bytes int) {
	if bytes >= askFrom && e.lib.room != nil {
		e.lib.room(bytes, 0)
	}
}

// An escapes is how many bytes a format makes of a control character, and of each byte of
// more, at most. The zero value is that of a format that has none.
type escapes struct {
	long int
	more string
}

var (
	inQuotes     = escapes{long: 4} // of Go and of YAML
	inJSON       = escapes{long: 6}
	inJSONOfHTML = escapes{6, "<>&"}
	inHTML       = escapes{5, `<>&'"`}
	inJS         = escapes{6, "<>&=\n\r\t"}
	inShell      = escapes{4, "'"}
)

// size is how long a text is in the format. Quotes, backslashes and the commonest control
// characters take two bytes.
func (x escapes) size(s string) int {
	n := len(s)
	if x.long == 0 {
		return n
	}
	for i := range len(x.more) {
		n += (x.long - 1) * strings.Count(s, x.more[i:i+1])
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t':
			n++
		case c < ' ', c == 0x7f:
			n += x.long - 1
		}
	}
	return n
}

// treeNode is what one value takes at once in the tree that YAML is written from, and in the
// queue of events that the library keeps until all is written: half of what it takes in all.
const treeNode = 1024

// tree asks for room for a plain value as YAML.
func (e *eval) tree(v any) { e.large(treeSize(v)) }

// treeSize counts a text four times: as an event, in a buffer that doubles, and as the
// result. The end of a map or a list is an event, too.
func treeSize(v any) int {
	n := treeNode
	switch v := v.(type) {
	case string:
		n += 4 * inQuotes.size(v)
	case map[string]any:
		n += treeNode
		for k, c := range v {
			n += treeNode + 4*inQuotes.size(k) + treeSize(c)
		}
	case []any:
		n += treeNode
		for _, c := range v {
			n += treeSize(c)
		}
	}
	return n
}

// decoding asks for room for the values that a text holds.
func (e *eval) decoding(s string) {
	const node = 192 // what one takes at once, more or less, with what the library makes of it
	nodes := strings.Count(s, ",") + strings.Count(s, ":") + strings.Count(s, "\n")
	e.large(3*len(s) + node*nodes)
}

// json asks for room for a plain value as JSON. encoding/json first makes it without
// spaces and indents that, both in buffers that double; then it is copied.
func (e *eval) json(v any, indent int, in escapes) { e.large(4 * jsonSize(v, indent, 0, in)) }

// flat asks for room for a plain value in a format that takes about as much as JSON.
func (e *eval) flat(v any) { e.json(v, 0, inJSON) }

// jsonSize is about how long a plain value is as JSON.
func jsonSize(v any, indent, depth int, in escapes) int {
	const scalar = 6
	n := scalar + indent*depth
	switch v := v.(type) {
	case string:
		n += in.size(v)
	case map[string]any:
		n += indent * depth // before the brace that closes it
		for k, c := range v {
			n += scalar + in.size(k) + jsonSize(c, indent, depth+1, in)
		}
	case []any:
		n += indent * depth
		for _, c := range v {
			n += jsonSize(c, indent, depth+1, in)
		}
	}
	return n
}

// count tells of each MiB of what was made in all: many small texts, be they of many
// outputs, are one large.
func (l *library) count(bytes int) {
	total := l.made.Add(int64(bytes))
	if full := total>>20 - (total-int64(bytes))>>20; full > 0 && l.room != nil {
		l.room(0, int(full)<<20)
	}
}
