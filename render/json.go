package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// DecodeJSON reads one JSON value into nodes of origin o, digits and all. Errors
// never quote a value.
func DecodeJSON(data []byte, o *Origin) (*Node, error) {
	if line, ok := badUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	d := jsonDecoder{data: data, origin: o, dec: json.NewDecoder(bytes.NewReader(data)), line: 1, keys: map[string]string{}}
	d.dec.UseNumber()
	n, err := d.value(0)
	if err == nil {
		_, err = d.dec.Token()
		if err == nil {
			return nil, d.problem("json-syntax", "something follows the JSON value", "keep one value a file")
		}
		if errors.Is(err, io.EOF) {
			return &n, nil
		}
	}
	return nil, d.explain(err)
}

type jsonDecoder struct {
	data   []byte
	origin *Origin
	dec    *json.Decoder
	line   int   // of offset
	offset int64 // counted so far
	keys   map[string]string
}

func (d *jsonDecoder) value(depth int) (Node, error) {
	tok, err := d.dec.Token()
	if err != nil {
		return Node{}, err
	}
	n := Node{origin: d.origin, line: int32(d.here())}
	if depth > maxDepth {
		return n, d.problem("too-deep", "nested more than 100 deep", "flatten the data")
	}
	switch t := tok.(type) {
	case json.Delim:
		if t == '{' {
			n.val, err = d.object(depth)
		} else {
			n.val, err = d.array(depth)
		}
	case json.Number:
		n.val = jsonNumber(t.String())
		n.markOrigin()
	default:
		n.val = t
		n.markOrigin()
	}
	return n, err
}

func (d *jsonDecoder) object(depth int) (any, error) {
	var m members
	for d.dec.More() {
		tok, err := d.dec.Token()
		if err != nil {
			return nil, err
		}
		key, line := d.intern(tok.(string)), d.here()
		n, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.key, n.line = key, int32(line)
		m = append(m, n)
	}
	if _, err := d.dec.Token(); err != nil {
		return nil, err
	}
	return m, sortUnique(m, d.origin)
}

func (d *jsonDecoder) array(depth int) (any, error) {
	list := items{}
	for d.dec.More() {
		n, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	_, err := d.dec.Token()
	return list, err
}

func (d *jsonDecoder) intern(s string) string {
	if known, ok := d.keys[s]; ok {
		return known
	}
	d.keys[s] = s
	return s
}

// here is the line of the token just read.
func (d *jsonDecoder) here() int {
	end := d.dec.InputOffset()
	d.line += bytes.Count(d.data[d.offset:end], []byte("\n"))
	d.offset = end
	return d.line
}

func (d *jsonDecoder) problem(code, text, hint string) *Problem {
	return dataProblem(d.origin, d.here(), code, text, hint)
}

// explain words an error of the decoder, whose own text quotes what it met.
func (d *jsonDecoder) explain(err error) error {
	var p *Problem
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(d.data[:min(int(syntax.Offset), len(d.data))], []byte("\n"))
		return dataProblem(d.origin, line, "json-syntax", "not valid JSON", "look for a missing or extra comma, quote or bracket before this place")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		line := 1 + bytes.Count(d.data, []byte("\n"))
		return dataProblem(d.origin, line, "json-syntax", "the JSON value ends too early", "close what is open: a quote, a bracket or a brace")
	}
	return d.problem("json-syntax", "not valid JSON", "")
}

// jsonNumber keeps the text of a number.
func jsonNumber(s string) any {
	if !strings.ContainsAny(s, ".eE") {
		return integer(s)
	}
	f, _ := strconv.ParseFloat(s, 64)
	return number(s, f)
}

// sortUnique sorts the members of a map and refuses a key that comes twice.
func sortUnique(m members, o *Origin) error {
	slices.SortFunc(m, func(a, b Node) int { return cmp.Or(strings.Compare(a.key, b.key), int(a.line-b.line)) })
	for i := 1; i < len(m); i++ {
		if m[i].key == m[i-1].key {
			return dataProblem(o, int(m[i].line), "duplicate-key",
				"the key "+Quoted(m[i].key)+" is there already, in line "+strconv.Itoa(int(m[i-1].line)),
				"keep one of the two")
		}
	}
	return nil
}
