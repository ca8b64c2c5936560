package render

import (
	"confit/render/tree"
)

// A ReadSet holds the leaves that an output has read, one bit each.
type ReadSet struct {
	bits   []uint64
	secret bool // one of them was sensitive
}

// NewReadSet is an empty set for the leaves of v, which may be nil.
func (v *Values) NewReadSet() ReadSet {
	if v == nil {
		return ReadSet{}
	}
	return ReadSet{bits: make([]uint64, (v.leaves+63)/64)}
}

func (r *ReadSet) add(n *tree.Node) {
	r.bits[n.ID()>>6] |= 1 << (n.ID() & 63)
	r.secret = r.secret || n.Sensitive()
}

// addAll adds every leaf at and below n, but does not make a secret of what asks whether
// something is there.
func (r *ReadSet) addAll(n *tree.Node) {
	kids := n.Children()
	if n.IsLeaf() {
		r.bits[n.ID()>>6] |= 1 << (n.ID() & 63)
	}
	for i := range kids {
		r.addAll(&kids[i])
	}
}

// join adds what another set has.
func (r *ReadSet) join(o ReadSet) {
	for i := range o.bits {
		r.bits[i] |= o.bits[i]
	}
	r.secret = r.secret || o.secret
}

func (r *ReadSet) has(n *tree.Node) bool { return r.bits[n.ID()>>6]&(1<<(n.ID()&63)) != 0 }
