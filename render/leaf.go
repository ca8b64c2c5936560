package render

import (
	"confit/render/content"
)

// scalar gives what a leaf of the values holds, counting it as read; any other value
// as it is.
func (e *eval) scalar(v any) any {
	n, ok := v.(*Node)
	if !ok || !n.isLeaf() {
		return v
	}
	return e.leaf(n)
}

// leaf reads one leaf. In a masked run a sensitive one is Mask, unless it is empty.
func (e *eval) leaf(n *Node) any {
	e.reads.add(n)
	if e.masked && n.sensitive() && !emptyValue(n.Value()) {
		return content.Mask
	}
	return n.Value()
}

func emptyValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case int64:
		return v == 0
	case float64:
		return v == 0
	case Num:
		return emptyValue(v.V)
	}
	return false
}
