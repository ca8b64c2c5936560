package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
)

// DecodeJSON reads one JSON value into nodes of origin o. Numbers keep their digits.
func DecodeJSON(data []byte, o *tree.Origin) (*tree.Node, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if line, ok := invalidUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	d := jsonDecoder{data: data, origin: o, dec: json.NewDecoder(bytes.NewReader(data)), line: 1, keys: map[string]string{}}
	d.dec.UseNumber()
	n, err := d.value(0)
	if err == nil {
		if _, err = d.dec.Token(); err == nil {
			return nil, d.problem("json-syntax", "something follows the JSON value", "keep one value a file")
		}
		if errors.Is(err, io.EOF) {
			return &n, nil
		}
	}
	return nil, d.syntaxProblem(err)
}

type jsonDecoder struct {
	data   []byte
	origin *tree.Origin
	dec    *json.Decoder
	line   int   // the line of offset
	offset int64 // the end of the last token whose line was asked
	keys   map[string]string
}

// token reads the next token. It refuses a lone surrogate escape, which encoding/json silently
// replaces by U+FFFD.
func (d *jsonDecoder) token() (json.Token, error) {
	start := d.dec.InputOffset()
	tok, err := d.dec.Token()
	if s, ok := tok.(string); ok && strings.ContainsRune(s, utf8.RuneError) && hasLoneSurrogate(d.data[start:d.dec.InputOffset()]) {
		return nil, d.problem("bad-escape", "an escape is half of a surrogate pair, which is no character", `write both halves, like \ud83d\ude00, or the character itself`)
	}
	return tok, err
}

// hasLoneSurrogate finds an escape of one half of a surrogate pair without the other half.
func hasLoneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		r := escapedUnit(text[i:])
		switch {
		case !utf16.IsSurrogate(r):
			i++
		case utf16.DecodeRune(r, escapedUnit(text[i+6:])) == utf8.RuneError:
			return true
		default:
			i += 11
		}
	}
	return false
}

// escapedUnit is the UTF-16 unit of the \uXXXX at the start of text, or 0.
func escapedUnit(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	n, _ := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n)
}

func (d *jsonDecoder) value(depth int) (tree.Node, error) {
	tok, err := d.token()
	if err != nil {
		return tree.Node{}, err
	}
	line := d.currentLine()
	if depth > MaxDepth {
		return tree.Node{}, d.problem("too-deep", "nested more than 100 deep", "flatten the data")
	}
	var val any
	switch t := tok.(type) {
	case json.Delim:
		if t == '{' {
			val, err = d.object(depth)
		} else {
			val, err = d.array(depth)
		}
	case json.Number:
		val = jsonNumber(t.String())
	default:
		val = t
	}
	return tree.New(val, line, d.origin), err
}

func (d *jsonDecoder) object(depth int) (any, error) {
	var m tree.Members
	for d.dec.More() {
		tok, err := d.token()
		if err != nil {
			return nil, err
		}
		key, line := d.intern(tok.(string)), d.currentLine()
		n, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.SetKey(key)
		n.SetLine(line)
		m = diag.Append(d.origin.Budget, m, n)
	}
	if _, err := d.dec.Token(); err != nil {
		return nil, err
	}
	return m, sortUnique(m, d.origin)
}

func (d *jsonDecoder) array(depth int) (any, error) {
	list := tree.Items{}
	for d.dec.More() {
		n, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = diag.Append(d.origin.Budget, list, n)
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

// currentLine is the line of the last token.
func (d *jsonDecoder) currentLine() int {
	end := d.dec.InputOffset()
	d.line += bytes.Count(d.data[d.offset:end], []byte("\n"))
	d.offset = end
	return d.line
}

func (d *jsonDecoder) problem(code, text, hint string) *diag.Problem {
	return dataProblem(d.origin, d.currentLine(), code, text, hint)
}

// syntaxProblem words an error of the decoder, whose own text quotes the document. A second
// reading gives the place: a token reader does not check brackets.
func (d *jsonDecoder) syntaxProblem(err error) error {
	var p *diag.Problem
	if errors.As(err, &p) {
		return p
	}
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(d.data, new(json.RawMessage)), &syntax) {
		return d.problem("json-syntax", "not valid JSON", "")
	}
	if strings.HasPrefix(syntax.Error(), "unexpected end") {
		line := 1 + bytes.Count(d.data, []byte("\n"))
		return dataProblem(d.origin, line, "json-syntax", "the JSON value ends too early", "close what is open: a quote, a bracket or a brace")
	}
	before := d.data[:syntax.Offset-1]
	p = dataProblem(d.origin, 1+bytes.Count(before, []byte("\n")), "json-syntax", "not valid JSON", "look for a missing or extra comma, quote or bracket before this place")
	if !d.origin.Sensitive { // the place would tell how far an unquoted secret parses
		reason, hint := jsonMistake(before, d.data[syntax.Offset-1:])
		p.Text, p.Hint = "not valid JSON: "+cmp.Or(reason, jsonReason(syntax.Error())), hint
		p.Pos.Col = 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
	}
	return p
}

// jsonMistake recognizes forms of other notations at the place of a syntax error.
func jsonMistake(before, at []byte) (reason, hint string) {
	slash := bytes.HasSuffix(before, []byte("/")) && (at[0] == '/' || at[0] == '*')
	switch {
	case slash || at[0] == '#' || bytes.HasPrefix(at, []byte("//")) || bytes.HasPrefix(at, []byte("/*")):
		return "JSON has no comments", "delete the comment, or write the file as YAML, with # before comments"
	case (at[0] == '}' || at[0] == ']') && bytes.HasSuffix(bytes.TrimRight(before, " \t\r\n"), []byte(",")):
		return "a comma follows the last value", "delete the comma"
	}
	return "", ""
}

// jsonReason explains a syntax error of encoding/json by a phrase in its message. The first
// match counts. The message itself quotes a character of the file, which may be a secret.
func jsonReason(text string) string {
	for _, r := range [][2]string{
		{"beginning of value", "a value is missing, or is not in quotes"},
		{"object key string", "a key is missing, or is not in quotes"},
		{"after object key:value pair", "a comma or } is missing before this place"},
		{"after object key", "a colon is missing before this place"},
		{"after array element", "a comma or ] is missing before this place"},
		{"in string literal", "a string goes over the end of its line, or has another control character in it"},
		{"in string escape code", "JSON does not have this escape"},
		{"hexadecimal character escape", `four hexadecimal digits follow \u`},
		{"numeric literal", "this is no number of JSON"},
		{"in literal", "a word is true, false or null; a text is in quotes"},
		{"after top-level value", "something follows the JSON value"},
	} {
		if strings.Contains(text, r[0]) {
			return r[1]
		}
	}
	return "it breaks off before this place"
}

// jsonNumber converts a number and keeps its text.
func jsonNumber(s string) any {
	if !strings.ContainsAny(s, ".eE") {
		return tree.Integer(s)
	}
	f, _ := strconv.ParseFloat(s, 64)
	return tree.Number(s, f)
}

// byKey sorts the members of a map by key, and equal keys by line. It costs the binary
// 10 kB less than slices.SortFunc does for a struct of this size.
type byKey tree.Members

func (m byKey) Len() int      { return len(m) }
func (m byKey) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m byKey) Less(i, j int) bool {
	return cmp.Or(strings.Compare(m[i].Key(), m[j].Key()), m[i].Line()-m[j].Line()) < 0
}

// sortUnique sorts the members of a map and refuses a key that comes twice.
func sortUnique(m tree.Members, o *tree.Origin) error {
	sort.Sort(byKey(m))
	for i := 1; i < len(m); i++ {
		if m[i].Key() == m[i-1].Key() {
			return duplicateProblem(o, m[i].Key(), m[i].Line(), m[i-1].Line(), "keep one of the two")
		}
	}
	return nil
}
