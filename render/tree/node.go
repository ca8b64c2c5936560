package tree

import (
	"sort"

	"confit/render/diag"
)

// An Origin says where values came from: one file, mounted key or variable of one source.
// The nodes add the line.
type Origin struct {
	Source    string // the source as errors name it, like "configMap /config-in"
	File      string // path of the file; "" for a variable that holds its value itself
	Var       string // environment variable, also one that names the file; "" for none
	SignedBy  string // who signed the Git commit or tag that the file is of; "" where nobody checked
	Sensitive bool
	StandIn   bool // the values stand in for those of a Secret that is not at hand

	// Incidental values are there whether or not somebody wants them: a file that is one text,
	// the labels of a pod.
	Incidental bool

	Budget *diag.Budget // that the nodes are charged to; may be nil
}

// A Node is one value of the configuration, a map, a list or a scalar, with the place that it
// came from. Nodes are read-only after a merge.
type Node struct {
	parent *Node
	val    any // nil, bool, int64, float64, Num, string, Members or Items
	key    string
	origin *Origin
	line   int32
	id     int32 // number among all leaves, for sets of values
	shared int32 // of copies that aliases in one file make: a number for each original; 0 for none
	flags  flags
}

type flags uint8

const (
	sensitive   flags = 1 << iota
	isText            // without a type: takes the type of the value that it overrides
	inferType         // takes the type that YAML gives it where it overrides nothing
	isPlain           // written in YAML without quotes
	hasPlainKey       // its key was written in YAML without quotes
	secretKey         // its key was read from a secret, and nothing public has it
)

type (
	// Members are the values of a map, sorted by key.
	Members []Node
	// Items are the values of a list.
	Items []Node
)

// Value is nil, a bool, int64, float64, Num or string for a scalar, Members for a map, Items
// for a list.
func (n *Node) Value() any { return n.val }

// IsNull tells whether n is null.
func (n *Node) IsNull() bool { return n.val == nil }

// IsMap tells whether n is a map.
func (n *Node) IsMap() bool { _, ok := n.val.(Members); return ok }

// IsList tells whether n is a list.
func (n *Node) IsList() bool { _, ok := n.val.(Items); return ok }

// IsLeaf tells whether n is a scalar.
func (n *Node) IsLeaf() bool { return !n.IsMap() && !n.IsList() }

// IsText tells whether n has no type of its own.
func (n *Node) IsText() bool { return n.flags&isText != 0 }

// Key is the name of n in its map.
func (n *Node) Key() string { return n.key }

// Keys are the sorted names of a map's members that may be shown.
func (n *Node) Keys() []string {
	m, _ := n.Value().(Members)
	out := make([]string, 0, len(m))
	for i := range m {
		if !m[i].HasSecretKey() {
			out = append(out, m[i].Key())
		}
	}
	return out
}

// Near says where the member of n is set whose name resembles key most.
func (n *Node) Near(key string) []diag.Mention {
	near := diag.Nearest(key, n.Keys())
	kids := n.Children()
	for i := range kids {
		if k := &kids[i]; len(near) > 0 && !k.HasSecretKey() && diag.Quoted(k.key) == near[0] && k.Pos().File != "" {
			return []diag.Mention{{Text: diag.Quoted(k.Path().String()) + " is set", Pos: k.Pos()}}
		}
	}
	return nil
}

// Children are the members or items of n; nil for a scalar.
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

// Parent is the map or list around n.
func (n *Node) Parent() *Node { return n.parent }

// ID is the number of a leaf among all leaves of the values. A map or list has the number of
// its last leaf, or of the leaf before it.
func (n *Node) ID() int { return int(n.id) }

// Kind is KindOf the value.
func (n *Node) Kind() string { return KindOf(n.val) }

// KindOf names the type of a value in the words of error messages.
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

// Origin says where n came from. It is nil for a node that a merge made.
func (n *Node) Origin() *Origin { return n.origin }

// Line is the line that n was written in; 0 means unknown.
func (n *Node) Line() int { return int(n.line) }

// Pos is the place that n was written at.
func (n *Node) Pos() diag.Pos {
	switch {
	case n.origin == nil:
		return diag.Pos{}
	case n.origin.Var != "" && n.origin.File == "":
		return diag.Pos{File: "env " + n.origin.Var}
	}
	return diag.Pos{File: n.origin.File, Line: int(n.line)}
}

// SourceName names the source that n came from.
func (n *Node) SourceName() string {
	if n.origin == nil {
		return "the values"
	}
	return n.origin.Source
}

// SignedBy says who signed the Git commit or tag that n came from; "" where nobody checked.
func (n *Node) SignedBy() string {
	if n.origin == nil {
		return ""
	}
	return n.origin.SignedBy
}
