package render

// A readSet holds the leaves that an output has read, one bit each.
type readSet struct {
	bits   []uint64
	secret bool // one of them was sensitive
}

func newReadSet(leaves int) readSet { return readSet{bits: make([]uint64, (leaves+63)/64)} }

func (r *readSet) add(n *Node) {
	r.bits[n.ID()>>6] |= 1 << (n.ID() & 63)
	r.secret = r.secret || n.sensitive()
}

// addAll adds every leaf at and below n, but does not make a secret of what asks whether
// something is there.
func (r *readSet) addAll(n *Node) {
	kids := n.children()
	if n.isLeaf() {
		r.bits[n.ID()>>6] |= 1 << (n.ID() & 63)
	}
	for i := range kids {
		r.addAll(&kids[i])
	}
}

// join adds what another set has.
func (r *readSet) join(o readSet) {
	for i := range o.bits {
		r.bits[i] |= o.bits[i]
	}
	r.secret = r.secret || o.secret
}

func (r *readSet) has(n *Node) bool { return r.bits[n.ID()>>6]&(1<<(n.ID()&63)) != 0 }

func (r *reading) has(n *Node) bool { return r != nil && r.readSet.has(n) }
