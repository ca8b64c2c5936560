package values

import (
	"math/bits"

	"confit/render/tree"
)

// A ReadSet holds the leaves that an output has read, one bit each.
type ReadSet struct {
	words   []uint64
	Secret  bool // one of them is sensitive
	StandIn bool // one of them stands in for a value that nobody knows
}

// NewReadSet makes an empty set for the leaves of v, which may be nil.
func (v *Values) NewReadSet() ReadSet {
	if v == nil {
		return ReadSet{}
	}
	return ReadSet{words: make([]uint64, (v.leaves+63)/64)}
}

// Add adds a leaf.
func (r *ReadSet) Add(n *tree.Node) {
	r.words[n.ID()>>6] |= 1 << (n.ID() & 63)
	r.Secret = r.Secret || n.Sensitive()
	r.StandIn = r.StandIn || n.IsStandIn()
}

// AddAll adds all leaves of n. It does not set Secret: to ask whether a value exists reveals
// no secret.
func (r *ReadSet) AddAll(n *tree.Node) {
	kids := n.Children()
	if n.IsLeaf() {
		r.words[n.ID()>>6] |= 1 << (n.ID() & 63)
	}
	for i := range kids {
		r.AddAll(&kids[i])
	}
}

// Each calls f with the ID of each leaf in the set, in order.
func (r *ReadSet) Each(f func(id int)) {
	for i, word := range r.words {
		for ; word != 0; word &= word - 1 {
			f(i<<6 + bits.TrailingZeros64(word))
		}
	}
}

// Join adds the leaves of another set.
func (r *ReadSet) Join(o ReadSet) {
	for i := range o.words {
		r.words[i] |= o.words[i]
	}
	r.Secret, r.StandIn = r.Secret || o.Secret, r.StandIn || o.StandIn
}

// Has tells whether the set holds a leaf.
func (r *ReadSet) Has(n *tree.Node) bool { return r.words[n.ID()>>6]&(1<<(n.ID()&63)) != 0 }
