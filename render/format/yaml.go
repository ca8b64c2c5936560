package format

import (
	"bytes"
	"errors"
	"io"
	"sort"
	"strconv"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/tree"
)

const (
	MaxDepth     = 100     // of nested maps and lists
	minExpansion = 100_000 // nodes that aliases of any file may expand to
)

// DecodeYAML reads one YAML document into nodes of origin o. It refuses duplicate keys,
// several documents, custom tags, and numbers that YAML 1.1 and 1.2 read differently.
func DecodeYAML(data []byte, o *tree.Origin) (*tree.Node, error) {
	return decodeYAML(data, o, parseYAML)
}

// decodeFirstYAML reads the first document and ignores the others.
func decodeFirstYAML(data []byte, o *tree.Origin) (*tree.Node, error) {
	return decodeYAML(data, o, parseFirstYAML)
}

func decodeYAML(data []byte, o *tree.Origin, parse func(io.Reader) (*yaml.Node, error)) (*tree.Node, error) {
	if line, ok := invalidUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	doc, err := parse(chargedReader{bytes.NewReader(data), o.Budget})
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
func ParseYAML(data []byte) (*yaml.Node, error) { return parseYAML(bytes.NewReader(data)) }

// A chargedReader charges a budget for the nodes that the library makes of what it reads.
type chargedReader struct {
	io.Reader
	budget *diag.Budget
}

func (r chargedReader) Read(text []byte) (int, error) {
	const bytesOfNodes = 100 // at most, of a byte of text: two bytes are an item of a list
	n, err := r.Reader.Read(text)
	r.budget.Charge(n * bytesOfNodes)
	return n, err
}

func parseYAML(text io.Reader) (*yaml.Node, error) {
	dec := yaml.NewDecoder(text)
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

func parseFirstYAML(text io.Reader) (*yaml.Node, error) {
	var doc yaml.Node
	err := yaml.NewDecoder(text).Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
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
	keys   map[string]string // interns keys
	budget int               // remaining nodes

	anchors int                // anchors around the current node
	shared  map[*yaml.Node]int // numbers of the nodes that an alias can repeat
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
	if y.Anchor != "" {
		d.anchors++
	}
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
	n := tree.New(val, y.Line, d.origin)
	if d.anchors > 0 {
		n.SetShared(d.numberOf(y))
	}
	if y.Anchor != "" {
		d.anchors--
	}
	if isPlain(y) {
		n.SetPlain()
	}
	return n, err
}

// numberOf is the number of a node that an alias can repeat.
func (d *yamlDecoder) numberOf(y *yaml.Node) int {
	if d.shared == nil {
		d.shared = map[*yaml.Node]int{}
	}
	if d.shared[y] == 0 {
		d.shared[y] = len(d.shared) + 1
	}
	return d.shared[y]
}

// isPlain tells whether a scalar has neither quotes nor a tag.
func isPlain(y *yaml.Node) bool { return y.Kind == yaml.ScalarNode && y.Style == 0 }

func (d *yamlDecoder) alias(y *yaml.Node, depth int) (tree.Node, error) {
	n, err := d.node(y.Alias, depth+1)
	n.SetLine(y.Line)
	return n, err
}

func (d *yamlDecoder) sequence(y *yaml.Node, depth int) (any, error) {
	if err := d.checkTag(y, "!!seq"); err != nil {
		return nil, err
	}
	d.origin.Reserve(len(y.Content))
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
	if err := d.checkTag(y, "!!map"); err != nil {
		return nil, err
	}
	d.origin.Reserve(len(y.Content) / 2)
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
		if isPlain(k) {
			n.SetPlainKey()
		}
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

// mergeKey adds the keys of the value of "<<" to m. The value is a map or a list of maps.
// Keys of m win over it, and an earlier map of the list wins over a later one.
func (d *yamlDecoder) mergeKey(m tree.Members, v *yaml.Node, depth int) (tree.Members, error) {
	n, err := d.node(v, depth+1)
	if err != nil {
		return nil, err
	}
	bases := []tree.Node{n}
	if n.IsList() {
		bases = n.Children()
	}
	for i := range bases {
		if !bases[i].IsMap() {
			return nil, d.problem(v, "bad-merge", "<< takes a map or a list of maps", `quote the key if it is meant as a name: "<<"`)
		}
		own := tree.New(m, 0, nil)
		merged := m
		for _, c := range bases[i].Children() {
			if own.Child(c.Key()) == nil {
				merged = append(merged, c)
			}
		}
		sort.Slice(merged, func(i, j int) bool { return merged[i].Key() < merged[j].Key() })
		m = merged
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
		return nil, d.checkTag(y, "")
	case want == "float" && tree.KindOf(v) == "int":
		return v, nil
	case want != tree.KindOf(v):
		return nil, d.problem(y, "bad-tag", "the value is not of the type that its tag "+tag+" says", "drop the tag or mend the value")
	}
	return v, nil
}

// checkTag refuses an explicit tag other than want. The error does not show the tag: it may
// be a password that begins with !.
func (d *yamlDecoder) checkTag(y *yaml.Node, want string) error {
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
