package rendertest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// SortedNames are the keys of a map, sorted.
func SortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Rounds is the number of random templates for a property: fewer with -short.
func Rounds(n int) uint64 {
	if testing.Short() {
		n /= 10
	}
	return uint64(n)
}

// LeavesOf lists the scalars of n.
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

// NodeOf makes nodes of Go values.
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

// ValuesOf merges layers.
func ValuesOf(t testing.TB, layers ...*tree.Node) *values.Values {
	t.Helper()
	var in []values.Layer
	for _, n := range layers {
		in = append(in, values.Layer{Root: n})
	}
	v, err := values.Merge(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// RootOf parses YAML.
func RootOf(t testing.TB, text string, o *tree.Origin) *tree.Node {
	t.Helper()
	n, err := format.DecodeYAML([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// RandomValues makes values with the names of rootDot.
func RandomValues(r *rand.Rand) map[string]any {
	words := []string{"", "a", "web", "Hello World", "x/y.z", "tab\tnew\nline", "ünï", "42", "a,b,c", "false", "<&'\">", "10.0.0.1"}
	word := func() any { return words[r.IntN(len(words))] }
	list := func(item func() any) []any {
		out := []any{}
		for range r.IntN(4) {
			out = append(out, item())
		}
		return out
	}
	num := func() any { return []any{int64(0), int64(1), int64(-7), int64(8080), int64(1) << 40}[r.IntN(5)] }
	db := func() any {
		return map[string]any{"host": word(), "port": num(), "tags": list(word), "deep": map[string]any{"host": word(), "k": num()}}
	}
	return map[string]any{
		"name": word(), "text": "some Text here", "empty": "", "path": "/etc/app/x.conf", "digits": "42", "lines": "a\nb\n\nc",
		"n": num(), "port": int64(8080), "zero": int64(0), "neg": int64(-3), "f": 1.5, "half": []any{0.5, -2.25, 1e21}[r.IntN(3)],
		"on": true, "off": false, "hosts": list(word), "none": []any{}, "ports": list(num), "nothing": map[string]any{},
		"sites": list(db), "db": db(), "labels": map[string]any{"b": word(), "a": word(), "c.d": word()},
	}
}
