package rendertest

import (
	"maps"
	"slices"
	"testing"

	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

func SortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Rounds is how many random templates a property is tried on.
func Rounds(n int) uint64 {
	if testing.Short() {
		n /= 10
	}
	return uint64(n)
}

func LeavesOf(n *tree.Node) []*tree.Node {
	if n.IsLeaf() {
		return []*tree.Node{n}
	}
	var all []*tree.Node
	kids := n.Children()
	for i := range kids {
		all = append(all, LeavesOf(&kids[i])...)
	}
	return all
}

// NodeOf makes nodes of plain values.
func NodeOf(v any, o *tree.Origin) *tree.Node {
	switch v := v.(type) {
	case map[string]any:
		kids := map[string]*tree.Node{}
		for k, c := range v {
			kids[k] = NodeOf(c, o)
		}
		return tree.NewMap(o, kids)
	case []any:
		list := make(tree.Items, len(v))
		for i := range v {
			list[i] = *NodeOf(v[i], o)
		}
		n := tree.New(list, 0, o)
		return &n
	}
	n := tree.New(v, 0, o)
	return &n
}

func ValuesOf(t testing.TB, layers ...*tree.Node) *values.Values {
	t.Helper()
	var in []values.Layer
	for _, n := range layers {
		in = append(in, values.Layer{Root: n})
	}
	v, err := values.Merge(in, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// RootOf reads YAML.
func RootOf(t testing.TB, text string, o *tree.Origin) *tree.Node {
	t.Helper()
	n, err := format.DecodeYAML([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
