package render

// keys are the names of a map's members, sorted.
func (n *Node) keys() []string {
	m, _ := n.Value().(Members)
	out := make([]string, len(m))
	for i := range m {
		out[i] = m[i].Key()
	}
	return out
}
