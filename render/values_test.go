package render

import (
	"testing"

	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// nodeOf makes nodes of plain values.
func nodeOf(v any, o *tree.Origin) *tree.Node {
	switch v := v.(type) {
	case map[string]any:
		kids := map[string]*tree.Node{}
		for k, c := range v {
			kids[k] = nodeOf(c, o)
		}
		return tree.NewMap(o, kids)
	case []any:
		list := make(tree.Items, len(v))
		for i := range v {
			list[i] = *nodeOf(v[i], o)
		}
		n := tree.New(list, 0, o)
		return &n
	}
	n := tree.New(v, 0, o)
	return &n
}

func valuesOf(t testing.TB, layers ...*tree.Node) *values.Values {
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

// rootOf reads YAML.
func rootOf(t testing.TB, text string, o *tree.Origin) *tree.Node {
	t.Helper()
	n, err := format.DecodeYAML([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
