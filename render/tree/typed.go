package tree

import (
	"strings"
)

// ResolveText gives each text below n the type that YAML's core schema gives it: a
// number, a bool or null. It does so where the text overrides nothing; elsewhere the
// text takes the type of what it overrides, as any text does. An empty text and "~" stay
// text, and so does what readers of YAML disagree on, like 0777.
func (n *Node) ResolveText() {
	if n.flags&isText != 0 {
		n.flags |= orTyped
	}
	kids := n.Children()
	for i := range kids {
		kids[i].ResolveText()
	}
}

// TakeType resolves a text that overrides nothing.
func (n *Node) TakeType() {
	s, ok := n.val.(string)
	if !ok || n.flags&isText == 0 || n.flags&orTyped == 0 {
		return
	}
	n.flags &^= isText
	if v, err := ResolveScalar(s); err == nil && (v != nil || strings.EqualFold(s, "null")) {
		n.val = v
	}
}
