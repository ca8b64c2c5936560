package format

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/tree"
)

const (
	MaxDepth     = 100     // of nested maps and lists
	minExpansion = 100_000 // nodes that aliases may always make
)

// DecodeYAML reads one YAML document into nodes of origin o. It refuses what
// loses meaning: duplicate keys, several documents, custom tags, and numbers that
// YAML 1.1 and 1.2 read differently. Its errors never quote a value.
func DecodeYAML(data []byte, o *tree.Origin) (*tree.Node, error) {
	if line, ok := invalidUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	doc, err := ParseYAML(data)
	if err != nil {
		return nil, SyntaxProblem(o.File, diag.CauseData, data, err)
	}
	d := yamlDecoder{origin: o, keys: map[string]string{}, budget: minExpansion + len(data)}
	n := tree.New(tree.Members(nil), 0, o)
	if doc != nil {
		n, err = d.node(doc, 0)
	}
	if err != nil {
		return nil, err
	}
	if n.IsNull() {
		n.SetValue(tree.Members(nil))
	}
	return &n, nil
}

// ParseYAML reads the only document of data as YAML nodes; nil if there is none.
func ParseYAML(data []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&more); err == nil {
		return nil, &severalDocuments{line: more.Line}
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return doc.Content[0], nil
}

type severalDocuments struct{ line int }

func (e *severalDocuments) Error() string {
	return "yaml: line " + strconv.Itoa(e.line) + ": a second document starts here"
}

type yamlDecoder struct {
	origin *tree.Origin
	keys   map[string]string // one copy of each key
	budget int               // nodes that may still be made
}

func (d *yamlDecoder) node(y *yaml.Node, depth int) (tree.Node, error) {
	if depth > MaxDepth {
		return tree.Node{}, d.problem(y, "too-deep", "nested more than 100 deep", "flatten the data")
	}
	if d.budget--; d.budget < 0 {
		p := d.problem(y, "alias-bomb", "aliases expand to too many values", "write fewer aliases of aliases")
		p.Cause = diag.CauseLimit
		return tree.Node{}, p
	}
	var val any
	var err error
	switch y.Kind {
	case yaml.AliasNode:
		return d.alias(y, depth)
	case yaml.MappingNode:
		val, err = d.mapping(y, depth)
	case yaml.SequenceNode:
		val, err = d.sequence(y, depth)
	default:
		val, err = d.scalar(y)
	}
	return tree.New(val, y.Line, d.origin), err
}

func (d *yamlDecoder) alias(y *yaml.Node, depth int) (tree.Node, error) {
	n, err := d.node(y.Alias, depth+1)
	n.SetLine(y.Line)
	return n, err
}

func (d *yamlDecoder) sequence(y *yaml.Node, depth int) (any, error) {
	if err := d.tag(y, "!!seq"); err != nil {
		return nil, err
	}
	list := make(tree.Items, len(y.Content))
	for i, c := range y.Content {
		var err error
		if list[i], err = d.node(c, depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (d *yamlDecoder) mapping(y *yaml.Node, depth int) (any, error) {
	if err := d.tag(y, "!!map"); err != nil {
		return nil, err
	}
	m := make(tree.Members, 0, len(y.Content)/2)
	var merges []*yaml.Node
	for i := 0; i < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if k.Value == "<<" && k.Style == 0 && k.Kind == yaml.ScalarNode {
			merges = append(merges, v)
			continue
		}
		key, err := d.key(k)
		if err != nil {
			return nil, err
		}
		n, err := d.node(v, depth+1)
		if err != nil {
			return nil, err
		}
		n.SetKey(key)
		n.SetLine(k.Line)
		m = append(m, n)
	}
	if err := sortUnique(m, d.origin); err != nil {
		return nil, err
	}
	for _, v := range merges {
		var err error
		if m, err = d.mergeKey(m, v, depth); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// mergeKey adds what "<<" names: one map or a list of them, the first one wins, and
// keys that are there already win over all.
func (d *yamlDecoder) mergeKey(m tree.Members, v *yaml.Node, depth int) (tree.Members, error) {
	n, err := d.node(v, depth+1)
	if err != nil {
		return nil, err
	}
	from := []tree.Node{n}
	if n.IsList() {
		from = n.Children()
	}
	for i := range from {
		if !from[i].IsMap() {
			return nil, d.problem(v, "bad-merge", "<< takes a map or a list of maps", `quote the key if it is meant as a name: "<<"`)
		}
		base := tree.New(m, 0, nil)
		added := m
		for _, c := range from[i].Children() {
			if base.Child(c.Key()) == nil {
				added = append(added, c)
			}
		}
		sort.Slice(added, func(i, j int) bool { return added[i].Key() < added[j].Key() })
		m = added
	}
	return m, nil
}

func (d *yamlDecoder) key(k *yaml.Node) (string, error) {
	for k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		return "", d.problem(k, "bad-key", "a key is a map or a list", "use a plain text key")
	}
	if v, err := d.scalar(k); err != nil {
		return "", err
	} else if v == nil {
		return "", d.problem(k, "bad-key", "a key is null or empty", `write the key in quotes`)
	}
	if s, ok := d.keys[k.Value]; ok {
		return s, nil
	}
	d.keys[k.Value] = k.Value
	return k.Value, nil
}

func (d *yamlDecoder) scalar(y *yaml.Node) (any, error) {
	quoted := y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if y.Style&yaml.TaggedStyle != 0 {
		return d.tagged(y)
	}
	if quoted {
		return y.Value, nil
	}
	if y.Anchor != "" && y.Value == "" {
		return nil, d.problem(y, "bad-anchor", "an anchor stands here without a value", "text that begins with & needs quotes")
	}
	v, err := tree.ResolveScalar(y.Value)
	if err != nil {
		return nil, d.problem(y, "ambiguous-number", err.Error(), `write it in quotes if it is text, or as a plain decimal number`)
	}
	return v, nil
}

func (d *yamlDecoder) tagged(y *yaml.Node) (any, error) {
	tag := y.ShortTag()
	if tag == "!!str" || tag == "!" {
		return y.Value, nil
	}
	v, err := tree.ResolveScalar(y.Value)
	if err != nil {
		return nil, d.problem(y, "ambiguous-number", err.Error(), "write a plain decimal number")
	}
	want := map[string]string{"!!int": "int", "!!float": "float", "!!bool": "bool", "!!null": "null"}[tag]
	switch {
	case want == "":
		return nil, d.tag(y, "")
	case want == "float" && tree.KindOf(v) == "int":
		return v, nil
	case want != tree.KindOf(v):
		return nil, d.problem(y, "bad-tag", "the value is not of the type that its tag "+tag+" says", "drop the tag or mend the value")
	}
	return v, nil
}

// tag refuses an explicit tag other than want. It may be a password that begins with !, so
// it is not shown.
func (d *yamlDecoder) tag(y *yaml.Node, want string) error {
	if y.Style&yaml.TaggedStyle == 0 || y.ShortTag() == want {
		return nil
	}
	return d.problem(y, "custom-tag", "a tag of this kind has no meaning here", "drop the tag; text that begins with ! needs quotes")
}

func (d *yamlDecoder) problem(y *yaml.Node, code, text, hint string) *diag.Problem {
	p := dataProblem(d.origin, y.Line, code, text, hint)
	p.Pos.Col = y.Column
	return p
}

func dataProblem(o *tree.Origin, line int, code, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: diag.Pos{File: o.File, Line: line}, Text: text, Hint: hint}
}

func invalidUTF8(data []byte) (line int, bad bool) {
	if utf8.Valid(data) {
		return 0, false
	}
	line = 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return line, true
		}
		if r == '\n' {
			line++
		}
		data = data[size:]
	}
	return line, false
}

// unquoted is a message up to where it quotes more than a sign of YAML's own.
var unquoted = diag.LazyRegexp("^(?:[^'`\"]|'[^A-Za-z0-9']')*")

var (
	yamlLine = diag.LazyRegexp(`^yaml: (?:line (\d+): )?(.*)`)

	// parserSays is of messages whose line the library counts from 0.
	parserSays = diag.LazyRegexp(`^did not find expected (node content|key|<|'-'|',')|^found (undefined tag|duplicate %|incompatible YAML)`)
)

// SyntaxProblem says what the YAML parser said of data, without what it quoted.
func SyntaxProblem(file string, c diag.Cause, data []byte, err error) *diag.Problem {
	line, text := yamlSyntax(data, err)
	p := diag.Problemf(c, "yaml-syntax", diag.Pos{File: file, Line: line}, "%s", text)
	p.Hint = "check the indentation and the quotes around this line"
	if several := (*severalDocuments)(nil); errors.As(err, &several) {
		p.Text = "a second document starts here"
		p.Hint = "keep one document a file; a directory of files merges in byte order"
	}
	return p
}

// yamlSyntax is the line and the text of what the library says. It gives no line for the
// first one, for an alias and for a control character, and the end of the data for what is
// not closed and opens in the first line.
func yamlSyntax(data []byte, err error) (line int, text string) {
	m := yamlLine().FindStringSubmatch(err.Error())
	if m == nil {
		return 0, "not valid YAML"
	}
	line, _ = strconv.Atoi(m[1])
	said := m[2]
	text = "not valid YAML: " + strings.TrimSpace(unquoted().FindString(said))
	anchor, isAnchor := strings.CutPrefix(said, "unknown anchor '")
	switch {
	case isAnchor:
		anchor, _, _ = strings.Cut(anchor, "'")
		line = lineOf(data, bytes.Index(data, []byte("*"+anchor)))
		text = "not valid YAML: an alias names an anchor that is not there"
	case strings.HasPrefix(said, "control characters"):
		line = lineOf(data, bytes.IndexFunc(data, forbiddenInYAML))
	case parserSays().MatchString(said):
		line++
	}
	end := 1 + bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	if line == 0 || line > end && (strings.HasPrefix(said, "did not find expected ','") || strings.HasSuffix(said, "end of stream")) {
		line = 1
	}
	return min(line, end), text
}

// lineOf is the line of an offset; 0 where that is not known.
func lineOf(data []byte, offset int) int {
	if offset < 0 {
		return 0
	}
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

// forbiddenInYAML tells which characters YAML has in escapes only.
func forbiddenInYAML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
