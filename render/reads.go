package render

// A readSet holds the leaves that an output has read, one bit each.
type readSet struct {
	bits   []uint64
	secret bool // one of them was sensitive
}

func newReadSet(leaves int) readSet { return readSet{bits: make([]uint64, (leaves+63)/64)} }

func (r *readSet) add(n *Node) {
	r.bits[n.id>>6] |= 1 << (n.id & 63)
	r.secret = r.secret || n.sensitive()
}

func (r *readSet) has(n *Node) bool { return r.bits[n.id>>6]&(1<<(n.id&63)) != 0 }
