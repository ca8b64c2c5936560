package template

import (
	"confit/render/content"
	"confit/render/tree"
)

// scalar gives what a leaf of the values holds, counting it as read; any other value
// as it is.
func (e *eval) scalar(v any) any {
	n, ok := v.(*tree.Node)
	if !ok || !n.IsLeaf() {
		return v
	}
	return e.leaf(n)
}

// leaf reads one leaf. In a masked run a sensitive one is Mask, unless it is empty.
func (e *eval) leaf(n *tree.Node) any {
	e.reads.Add(n)
	if e.masked && n.Sensitive() && !tree.EmptyValue(n.Value()) {
		return content.Mask
	}
	return n.Value()
}
