package tree

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"confit/render/diag"
)

// MarshalJSON writes the number as it was written, where that is JSON.
func (n Num) MarshalJSON() ([]byte, error) {
	if json.Valid([]byte(n.Text)) {
		return []byte(n.Text), nil
	}
	return json.Marshal(n.V)
}

// Keys are the names of a map's members, sorted.
func (n *Node) Keys() []string {
	m, _ := n.Value().(Members)
	out := make([]string, len(m))
	for i := range m {
		out[i] = m[i].Key()
	}
	return out
}

// An Origin says where values came from: one file, mounted key or variable of
// one source. Its nodes add the line.
type Origin struct {
	Source    string // the source as errors name it, like "configMap /config-in"
	File      string // path of the file; "" for a variable that holds its value itself
	Var       string // environment variable, also one that names the file; "" for none
	Sensitive bool
}

// A Node is one value of the configuration: a map, a list or a scalar, with the
// place it came from. Nodes are read-only once Merge has returned.
type Node struct {
	parent *Node
	val    any // nil, bool, int64, float64, Num, string, Members or Items
	key    string
	origin *Origin
	line   int32
	id     int32 // place among all leaves, for the set of values that were read
	flags  flags
}

type flags uint8

const (
	sensitive   flags = 1 << iota
	isText            // came without a type: takes the type of what it overrides
	orTyped           // … and the type that YAML gives it where it overrides nothing
	isPlain           // written in YAML without quotes
	hasPlainKey       // … and so was its key
)

type (
	// Members are the values of a map, sorted by key.
	Members []Node
	// Items are the values of a list.
	Items []Node
)

// A Num is a number whose text is not Go's shortest form of it, like 1.10 or
// 0x1F: printed as Text, computed with as V, an int64 or a float64.
type Num struct {
	Text string
	V    any
}

// String is the number as it was written.
func (n Num) String() string { return n.Text }

// New is a value: nil, a bool, int64, float64, Num, string, Members or Items. A scalar of a
// sensitive origin is sensitive.
func New(val any, line int, o *Origin) Node {
	n := Node{val: val, origin: o, line: int32(line)}
	switch val.(type) {
	case Members, Items:
	default:
		n.markOrigin()
	}
	return n
}

// NewText is a scalar that has no type of its own: it takes that of the value it
// overrides, and is a string where it overrides nothing.
func NewText(s string, line int, o *Origin) *Node {
	n := &Node{val: s, origin: o, line: int32(line), flags: isText}
	n.markOrigin()
	return n
}

// NewMap is a map of the given nodes, which it copies.
func NewMap(o *Origin, nodes map[string]*Node) *Node {
	m := make(Members, 0, len(nodes))
	for key, n := range nodes {
		c := *n
		c.key = key
		m = append(m, c)
	}
	sort.Slice(m, func(i, j int) bool { return m[i].key < m[j].key })
	return &Node{val: m, origin: o}
}

// Under puts n in at path: {a: {b: n}} for "a.b".
func Under(path Path, n *Node) *Node {
	for i := len(path) - 1; i >= 0; i-- {
		n = NewMap(n.origin, map[string]*Node{path[i].Key: n})
	}
	return n
}

// Value is what a scalar holds; of a map its Members, of a list its Items.
func (n *Node) Value() any { return n.val }

// IsNull tells whether n is null, or nothing at all.
func (n *Node) IsNull() bool { return n.val == nil }

// Key is the name of n in the map that it is a member of.
func (n *Node) Key() string { return n.key }

// Line is the line that n was written in; 0 means unknown.
func (n *Node) Line() int { return int(n.line) }

// Origin says where n came from; nil of a node that merging made.
func (n *Node) Origin() *Origin { return n.origin }

// Parent is the map or list that n is in.
func (n *Node) Parent() *Node { return n.parent }

// ID is the number of a leaf among all leaves of the values.
func (n *Node) ID() int { return int(n.id) }

// IsText tells whether n came without a type.
func (n *Node) IsText() bool { return n.flags&isText != 0 }

func (n *Node) SetKey(key string) { n.key = key }

func (n *Node) SetLine(line int) { n.line = int32(line) }

func (n *Node) SetValue(v any) { n.val = v }

func (n *Node) SetParent(p *Node) { n.parent = p }

func (n *Node) SetID(id int) { n.id = int32(id) }

// Retyped is n with the value that its text has as another type.
func (n *Node) Retyped(v any) *Node {
	c := *n
	c.val = v
	c.flags &^= isText
	return &c
}

func (n *Node) markOrigin() {
	if n.origin != nil && n.origin.Sensitive {
		n.flags |= sensitive
	}
}

func (n *Node) IsMap() bool { _, ok := n.val.(Members); return ok }

func (n *Node) IsList() bool { _, ok := n.val.(Items); return ok }

func (n *Node) IsLeaf() bool { return n.Children() == nil && !n.IsMap() && !n.IsList() }

func (n *Node) Sensitive() bool { return n.flags&sensitive != 0 }

// Children are the nodes right below n: none for a scalar.
func (n *Node) Children() []Node {
	switch v := n.val.(type) {
	case Members:
		return v
	case Items:
		return v
	}
	return nil
}

// Child is the member of that name, or nil.
func (n *Node) Child(key string) *Node {
	m, _ := n.val.(Members)
	if len(m) <= 8 {
		for i := range m {
			if m[i].key == key {
				return &m[i]
			}
		}
		return nil
	}
	i := sort.Search(len(m), func(i int) bool { return m[i].key >= key })
	if i < len(m) && m[i].key == key {
		return &m[i]
	}
	return nil
}

// Kind names what n holds, in the words of the error messages.
func (n *Node) Kind() string { return KindOf(n.val) }

// Path is where n stands among the values.
func (n *Node) Path() Path {
	if n.parent == nil {
		return nil
	}
	step := Step{Key: n.key}
	if list, ok := n.parent.val.(Items); ok {
		step = Step{IsIndex: true}
		for &list[step.Index] != n {
			step.Index++
		}
	}
	return append(n.parent.Path(), step)
}

// Pos is the place n was written at.
func (n *Node) Pos() diag.Pos {
	switch {
	case n.origin == nil:
		return diag.Pos{}
	case n.origin.Var != "" && n.origin.File == "":
		return diag.Pos{File: "env " + n.origin.Var}
	}
	return diag.Pos{File: n.origin.File, Line: int(n.line)}
}

// SourceName names the source n came from.
func (n *Node) SourceName() string {
	if n.origin == nil {
		return "the values"
	}
	return n.origin.Source
}

// HasSensitive tells whether n or anything below it is sensitive.
func (n *Node) HasSensitive() bool {
	if n.Sensitive() {
		return true
	}
	kids := n.Children()
	for i := range kids {
		if kids[i].HasSensitive() {
			return true
		}
	}
	return false
}

// MarkSensitive makes everything below n sensitive, and n itself.
func (n *Node) MarkSensitive() {
	n.flags |= sensitive
	kids := n.Children()
	for i := range kids {
		kids[i].MarkSensitive()
	}
}

func KindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case int64, int, int32, uint64, uint32, uint, uint8, int8, int16, uint16:
		return "int"
	case float64, float32:
		return "float"
	case Num:
		return KindOf(v.V)
	case string, PlainText:
		return "string"
	case *Node:
		return v.Kind()
	case Members, map[string]any, *StyledMap:
		return "map"
	case Items, []any, []string:
		return "list"
	}
	return "value"
}

// Number gives a decimal number in its smallest form: an int64 or float64 if that
// prints as text again, else a Num.
func Number(text string, v any) any {
	switch x := v.(type) {
	case int64:
		if strconv.FormatInt(x, 10) == text {
			return x
		}
	case float64:
		if strconv.FormatFloat(x, 'g', -1, 64) == text {
			return x
		}
	}
	return Num{Text: text, V: v}
}

// MarkSensitiveKeys marks whatever match names, with all below it. It is asked of every key
// at any depth below n, with the path of keys that leads there, joined by dots: the items
// of a list have the path of the list.
func (n *Node) MarkSensitiveKeys(match func(key, path string) bool) { n.markMatches("", match) }

func (n *Node) markMatches(path string, match func(key, path string) bool) {
	kids := n.Children()
	for i := range kids {
		kid, at := &kids[i], path
		if n.IsMap() {
			at = strings.TrimPrefix(path+"."+kid.key, ".")
			if match(kid.key, at) {
				kid.MarkSensitive()
			}
		}
		kid.markMatches(at, match)
	}
}
