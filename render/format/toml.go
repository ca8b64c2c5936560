package format

import (
	"bytes"
	"errors"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"confit/render/diag"
	"confit/render/tree"
)

// DecodeTOML reads a TOML document into nodes of origin o. Digits stay as written but
// for the underscores between them; dates are strings. Errors never quote a value.
func DecodeTOML(data []byte, o *tree.Origin) (*tree.Node, error) {
	if line, ok := invalidUTF8(data); ok {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	d := tomlDecoder{origin: o, root: &tomlTable{kind: tomlHeader}}
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

// byteOrderMark is what editors on Windows put before UTF-8 text.
const byteOrderMark = "\ufeff"

type tomlDecoder struct {
	parser   unstable.Parser
	origin   *tree.Origin
	newlines []int // their offsets
	root     *tomlTable
}

// A tomlTable is what stands under a key while the document is read, and how it came
// there: that decides what may be added to it.
type tomlTable struct {
	kind tomlKind
	line int
	node tree.Node             // of a value
	keys map[string]*tomlTable // of a table
	list []*tomlTable          // of an array of tables
}

type tomlKind uint8

const (
	tomlValue    tomlKind = iota // closed: a scalar, an array, an inline table
	tomlDotted                   // made by a dotted key
	tomlImplicit                 // made on the way of a longer header
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
		t = parent.put(name, &tomlTable{kind: tomlHeader, line: line})
	case t.kind == tomlImplicit:
		t.kind, t.line = tomlHeader, line
	default:
		return nil, d.twice(name, line, t)
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
		t = parent.put(name, &tomlTable{kind: tomlArray, line: line})
	} else if t.kind != tomlArray {
		return nil, d.twice(name, line, t)
	}
	item := &tomlTable{kind: tomlHeader, line: line}
	t.list = append(t.list, item)
	return item, nil
}

// descend goes along a header to the table that holds its last name.
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
			next = t.put(name, &tomlTable{kind: tomlImplicit, line: at})
		case next.kind == tomlValue:
			return nil, "", 0, d.twice(name, at, next)
		case next.kind == tomlArray:
			next = next.list[len(next.list)-1]
		}
		t = next
	}
	return nil, "", 0, errors.New("a header without a name")
}

// assign puts the value of "key = value" into a table.
func (d *tomlDecoder) assign(t *tomlTable, e *unstable.Node, depth int) error {
	key := e.Key()
	for key.Next() {
		name, line := string(key.Node().Data), d.line(key.Node().Raw)
		next := t.keys[name]
		if !key.IsLast() {
			if next == nil {
				next = t.put(name, &tomlTable{kind: tomlDotted, line: line})
			} else if next.kind != tomlDotted {
				return d.twice(name, line, next)
			}
			t = next
			continue
		}
		if next != nil {
			return d.twice(name, line, next)
		}
		n, err := d.value(e.Value(), line, depth+1)
		if err != nil {
			return err
		}
		t.put(name, &tomlTable{line: line, node: n})
	}
	return nil
}

func (t *tomlTable) put(name string, child *tomlTable) *tomlTable {
	if t.keys == nil {
		t.keys = map[string]*tomlTable{}
	}
	t.keys[name] = child
	return child
}

// value makes a node of a value; one that has no place of its own is at line.
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
			line, list = item.Line(), append(list, item)
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

// node makes a node of a table and all below it.
func (d *tomlDecoder) node(t *tomlTable, depth int) (n tree.Node, err error) {
	switch {
	case depth > MaxDepth:
		return n, d.tooDeep(t.line)
	case t.kind == tomlValue:
		n = t.node
		n.SetLine(t.line)
		return n, nil
	case t.kind == tomlArray:
		list := make(tree.Items, len(t.list))
		for i, item := range t.list {
			if list[i], err = d.node(item, depth+1); err != nil {
				return n, err
			}
		}
		return tree.New(list, t.line, d.origin), nil
	}
	m := make(tree.Members, 0, len(t.keys))
	for key, child := range t.keys {
		c, err := d.node(child, depth+1)
		if err != nil {
			return n, err
		}
		c.SetKey(key)
		m = append(m, c)
	}
	return tree.New(m, t.line, d.origin), sortUnique(m, d.origin)
}

// line is the line that a range of the document begins in.
func (d *tomlDecoder) line(r unstable.Range) int {
	return 1 + sort.SearchInts(d.newlines, int(r.Offset))
}

func (d *tomlDecoder) twice(name string, line int, first *tomlTable) error {
	return dataProblem(d.origin, line, "duplicate-key",
		"the key "+diag.Quoted(name)+" is there already, in line "+strconv.Itoa(first.line), "keep one of the two; a table is written in one place only")
}

func (d *tomlDecoder) tooDeep(line int) error {
	return dataProblem(d.origin, line, "too-deep", "nested more than 100 deep", "flatten the data")
}

// syntax says what the parser said, without the character it met.
func (d *tomlDecoder) syntax(err error) error {
	line, text := 0, "not valid TOML"
	var pe *unstable.ParserError
	if errors.As(err, &pe) {
		said, _, _ := strings.Cut(pe.Message, "U+")
		text += ": " + strings.TrimSuffix(strings.TrimRight(said, ": "), " but got")
		if at := cap(d.parser.Data()) - cap(pe.Highlight); at >= 0 && at <= len(d.parser.Data()) {
			line = d.line(unstable.Range{Offset: uint32(at)})
		}
	}
	return dataProblem(d.origin, line, "toml-syntax", text, "text needs quotes in TOML; look at the quotes and brackets of this line")
}
