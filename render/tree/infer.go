package tree

import (
	"strings"
)

// InferTypes lets each text below n take the type that YAML's core schema gives it: a number,
// a bool or null. That happens only where the text overrides nothing; elsewhere it takes the
// type of the value that it overrides. An empty text and "~" stay text, and so does text that
// readers of YAML disagree on, like 0777.
func (n *Node) InferTypes() {
	if n.flags&isText != 0 {
		n.flags |= inferType
	}
	kids := n.Children()
	for i := range kids {
		kids[i].InferTypes()
	}
}

// ApplyInferredType converts a text after InferTypes. It is for texts that override nothing.
func (n *Node) ApplyInferredType() {
	s, ok := n.val.(string)
	if !ok || n.flags&isText == 0 || n.flags&inferType == 0 {
		return
	}
	n.flags &^= isText
	if v, err := ResolveScalar(s); err == nil && (v != nil || strings.EqualFold(s, "null")) {
		n.val = v
	}
}
