package format

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"
	"unsafe"

	"github.com/pelletier/go-toml/v2/unstable"

	"confit/render/diag"
	"confit/render/tree"
)

// DecodeTOML reads a TOML document into nodes of origin o. Digits stay as written, without
// the underscores between them; dates are strings.
func DecodeTOML(data []byte, o *tree.Origin) (*tree.Node, error) {
	if line, ok := invalidUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if err := checkTOML10(data, o); err != nil {
		return nil, err
	}
	d := tomlDecoder{origin: o, root: &tomlTable{kind: tomlHeader}}
	o.Budget.Reserve(tomlMemory(data))
	d.newlines = make([]int, 0, bytes.Count(data, []byte("\n")))
	for i, c := range data {
		if c == '\n' {
			d.newlines = append(d.newlines, i)
		}
	}
	d.parser.Reset(data)
	table := d.root
	for d.parser.NextExpression() {
		e := d.parser.Expression()
		var err error
		switch e.Kind {
		case unstable.Table:
			table, err = d.header(e.Key())
		case unstable.ArrayTable:
			table, err = d.arrayHeader(e.Key())
		default:
			err = d.assign(table, e, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := d.parser.Error(); err != nil {
		return nil, d.syntax(err)
	}
	n, err := d.node(d.root, 0)
	return &n, err
}

// tomlMemory is about the memory for offsets of lines, and for the nodes that the parser makes
// of an expression before it returns: four of an inline table of one key, one of a comma, one of
// a dot in a key, which is in one line.
func tomlMemory(data []byte) int {
	const growth = 2
	count := func(c string) int { return bytes.Count(data, []byte(c)) }
	dots := 0
	for line := range bytes.Lines(data) {
		dots = max(dots, bytes.Count(line, []byte(".")))
	}
	return 8*count("\n") + growth*int(unsafe.Sizeof(unstable.Node{}))*(count(",")+4*count("{")+dots)
}

// byteOrderMark begins UTF-8 files of some editors on Windows.
const byteOrderMark = "\ufeff"

type tomlDecoder struct {
	parser   unstable.Parser
	origin   *tree.Origin
	newlines []int // offsets in the document
	root     *tomlTable
}

// A tomlTable is the value of a key while the document is read. Its kind decides whether
// later lines may add to it.
type tomlTable struct {
	kind tomlKind
	line int
	node tree.Node             // for tomlValue
	keys map[string]*tomlTable // for the kinds of tables
	list []*tomlTable          // for tomlArray
}

type tomlKind uint8

const (
	tomlValue    tomlKind = iota // closed: a scalar, an array, an inline table
	tomlDotted                   // made by a dotted key
	tomlImplicit                 // made as the parent of a header
	tomlHeader                   // made by its own header
	tomlArray                    // of tables
)

// header opens the table of a [header].
func (d *tomlDecoder) header(key unstable.Iterator) (*tomlTable, error) {
	parent, name, line, err := d.descend(key)
	if err != nil {
		return nil, err
	}
	t := parent.keys[name]
	switch {
	case t == nil:
		t = d.set(parent, name, &tomlTable{kind: tomlHeader, line: line})
	case t.kind == tomlImplicit:
		t.kind, t.line = tomlHeader, line
	default:
		return nil, d.duplicate(name, line, t)
	}
	return t, nil
}

// arrayHeader appends a table to the array of an [[array header]].
func (d *tomlDecoder) arrayHeader(key unstable.Iterator) (*tomlTable, error) {
	parent, name, line, err := d.descend(key)
	if err != nil {
		return nil, err
	}
	t := parent.keys[name]
	if t == nil {
		t = d.set(parent, name, &tomlTable{kind: tomlArray, line: line})
	} else if t.kind != tomlArray {
		return nil, d.duplicate(name, line, t)
	}
	item := &tomlTable{kind: tomlHeader, line: line}
	d.origin.Budget.Charge(int(unsafe.Sizeof(*item)))
	t.list = diag.Append(d.origin.Budget, t.list, item)
	return item, nil
}

// descend resolves a header to the table that holds its last name.
func (d *tomlDecoder) descend(key unstable.Iterator) (t *tomlTable, last string, line int, err error) {
	t = d.root
	for key.Next() {
		name, at := string(key.Node().Data), d.line(key.Node().Raw)
		if key.IsLast() {
			return t, name, at, nil
		}
		next := t.keys[name]
		switch {
		case next == nil:
			next = d.set(t, name, &tomlTable{kind: tomlImplicit, line: at})
		case next.kind == tomlValue:
			return nil, "", 0, d.duplicate(name, at, next)
		case next.kind == tomlArray:
			next = next.list[len(next.list)-1]
		}
		t = next
	}
	return nil, "", 0, errors.New("a header without a name")
}

// assign puts the value of "key = value" into a table. The key may be dotted: a.b leads
// through the table a, which assign makes where it is missing.
func (d *tomlDecoder) assign(t *tomlTable, e *unstable.Node, depth int) error {
	key := e.Key()
	for key.Next() {
		name, line := string(key.Node().Data), d.line(key.Node().Raw)
		next := t.keys[name]
		if !key.IsLast() {
			if next == nil {
				next = d.set(t, name, &tomlTable{kind: tomlDotted, line: line})
			} else if next.kind != tomlDotted {
				return d.duplicate(name, line, next)
			}
			t = next
			continue
		}
		if next != nil {
			return d.duplicate(name, line, next)
		}
		n, err := d.value(e.Value(), line, depth+1)
		if err != nil {
			return err
		}
		d.set(t, name, &tomlTable{line: line, node: n})
	}
	return nil
}

// set adds a value or a table to a table.
func (d *tomlDecoder) set(t *tomlTable, name string, child *tomlTable) *tomlTable {
	const entry = 300 // bytes of a map of one key
	d.origin.Budget.Charge(entry + int(unsafe.Sizeof(*child)))
	if t.keys == nil {
		t.keys = map[string]*tomlTable{}
	}
	t.keys[name] = child
	return child
}

// value makes a node of a value. The parser gives some values no place: they get line.
func (d *tomlDecoder) value(v *unstable.Node, line, depth int) (n tree.Node, err error) {
	if v.Raw.Length > 0 {
		line = d.line(v.Raw)
	}
	if depth > MaxDepth {
		return n, d.tooDeep(line)
	}
	switch v.Kind {
	case unstable.InlineTable:
		return d.inline(v, line, depth)
	case unstable.Array:
		list, at := tree.Items{}, line
		for it := v.Children(); it.Next(); {
			item, err := d.value(it.Node(), line, depth+1)
			if err != nil {
				return n, err
			}
			line, list = item.Line(), diag.Append(d.origin.Budget, list, item)
		}
		return tree.New(list, at, d.origin), nil
	}
	val, err := d.scalar(v, line)
	return tree.New(val, line, d.origin), err
}

func (d *tomlDecoder) inline(v *unstable.Node, line, depth int) (tree.Node, error) {
	t := &tomlTable{kind: tomlHeader, line: line}
	for it := v.Children(); it.Next(); {
		if err := d.assign(t, it.Node(), depth); err != nil {
			return tree.Node{}, err
		}
	}
	return d.node(t, depth)
}

// node makes a node of a table and of all below it.
func (d *tomlDecoder) node(t *tomlTable, depth int) (n tree.Node, err error) {
	switch {
	case depth > MaxDepth:
		return n, d.tooDeep(t.line)
	case t.kind == tomlValue:
		n = t.node
		n.SetLine(t.line)
		return n, nil
	case t.kind == tomlArray:
		d.origin.Reserve(len(t.list))
		list := make(tree.Items, len(t.list))
		for i, item := range t.list {
			if list[i], err = d.node(item, depth+1); err != nil {
				return n, err
			}
		}
		return tree.New(list, t.line, d.origin), nil
	}
	d.origin.Reserve(len(t.keys))
	m := make(tree.Members, 0, len(t.keys))
	for _, key := range slices.Sorted(maps.Keys(t.keys)) { // of several errors, the first is always the same
		c, err := d.node(t.keys[key], depth+1)
		if err != nil {
			return n, err
		}
		c.SetKey(key)
		m = append(m, c)
	}
	return tree.New(m, t.line, d.origin), nil
}

// line is the line in which a range of the document begins.
func (d *tomlDecoder) line(r unstable.Range) int {
	return 1 + sort.SearchInts(d.newlines, int(r.Offset))
}

func (d *tomlDecoder) duplicate(name string, line int, first *tomlTable) error {
	return duplicateProblem(d.origin, name, line, first.line, "keep one of the two; a table is written in one place only")
}

func (d *tomlDecoder) tooDeep(line int) error {
	return dataProblem(d.origin, line, "too-deep", "nested more than 100 deep", "flatten the data")
}

// syntax converts an error of the parser, without the character of the document that it names.
func (d *tomlDecoder) syntax(err error) error {
	line, text := 0, "not valid TOML"
	var pe *unstable.ParserError
	if errors.As(err, &pe) {
		message, _, _ := strings.Cut(pe.Message, "U+")
		text += ": " + strings.TrimSuffix(strings.TrimRight(message, ": "), " but got")
		if at := cap(d.parser.Data()) - cap(pe.Highlight); at >= 0 && at <= len(d.parser.Data()) {
			line = d.line(unstable.Range{Offset: uint32(at)})
		}
	}
	return dataProblem(d.origin, line, "toml-syntax", text, "text needs quotes in TOML; look at the quotes and brackets of this line")
}
