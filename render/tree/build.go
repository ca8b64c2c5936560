package tree

import (
	"sort"
	"unsafe"
)

// New makes a value: nil, a bool, int64, float64, Num, string, Members or Items. A scalar of
// a sensitive origin is sensitive.
func New(val any, line int, o *Origin) Node {
	n := Node{val: val, origin: o, line: int32(line)}
	n.charge()
	switch val.(type) {
	case Members, Items:
	default:
		n.markOrigin()
	}
	return n
}

const nodeSize = int(unsafe.Sizeof(Node{}))

// charge charges the budget of the origin for the node and for its place in a list or a map.
func (n *Node) charge() {
	if n.origin != nil {
		n.origin.Budget.Charge(2 * nodeSize)
	}
}

// Reserve announces a list or a map of so many nodes.
func (o *Origin) Reserve(nodes int) { o.Budget.Reserve(nodes * nodeSize) }

// NewText makes a scalar without a type of its own. It takes the type of the value that it
// overrides, and is a string where it overrides nothing.
func NewText(s string, line int, o *Origin) *Node {
	n := &Node{val: s, origin: o, line: int32(line), flags: isText}
	n.charge()
	n.markOrigin()
	return n
}

// NewMap makes a map of copies of the given nodes.
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

// Under puts n at a path: {a: {b: n}} for "a.b".
func Under(path Path, n *Node) *Node {
	for i := len(path) - 1; i >= 0; i-- {
		n = NewMap(n.origin, map[string]*Node{path[i].Key: n})
	}
	return n
}

// WithValue is a copy of n with a typed value in place of its text.
func (n *Node) WithValue(v any) *Node {
	c := *n
	c.val = v
	c.flags &^= isText
	return &c
}

// SetKey names n. This and the other setters are for packages that build or merge trees.
func (n *Node) SetKey(key string) { n.key = key }

// SetLine sets the line of n, while a tree is built.
func (n *Node) SetLine(line int) { n.line = int32(line) }

// SetValue replaces the value of n, while trees are merged.
func (n *Node) SetValue(v any) { n.val = v }

// SetShared gives n the number that all copies of one original have, while a file is decoded.
func (n *Node) SetShared(number int) { n.shared = int32(number) }

// SetParent links n to the map or list around it, after a merge.
func (n *Node) SetParent(p *Node) { n.parent = p }

// SetID numbers n, after a merge.
func (n *Node) SetID(id int) { n.id = int32(id) }
