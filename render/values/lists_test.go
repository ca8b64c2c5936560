package values

import (
	"fmt"
	"strings"
	"testing"

	"confit/render/tree"
)

func withLists(l Layer, rules ...ListRule) Layer {
	l.Lists = rules
	return l
}

func TestLists(t *testing.T) {
	at := tree.Path{{Key: "l"}}
	add, byN := ListRule{At: at}, ListRule{At: at, By: "n"}
	for name, c := range map[string]struct {
		layers []Layer
		want   string
	}{
		"append":            {[]Layer{jsonLayer(t, "a", `{"l":[1,2]}`), withLists(jsonLayer(t, "b", `{"l":[2,null]}`), add)}, `{"l":[1,2,2,null]}`},
		"append twice":      {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), withLists(jsonLayer(t, "b", `{"l":[2]}`), add), withLists(jsonLayer(t, "c", `{"l":[3]}`), add)}, `{"l":[1,2,3]}`},
		"then replace":      {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), withLists(jsonLayer(t, "b", `{"l":[2]}`), add), jsonLayer(t, "c", `{"l":[3]}`)}, `{"l":[3]}`},
		"replace first":     {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), jsonLayer(t, "b", `{"l":[2]}`), withLists(jsonLayer(t, "c", `{"l":[3]}`), add)}, `{"l":[2,3]}`},
		"nothing below":     {[]Layer{withLists(jsonLayer(t, "b", `{"l":[2]}`), add)}, `{"l":[2]}`},
		"over a scalar":     {[]Layer{jsonLayer(t, "a", `{"l":1}`), withLists(jsonLayer(t, "b", `{"l":[2]}`), add)}, `{"l":[2]}`},
		"after null":        {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), jsonLayer(t, "b", `{"l":null}`), withLists(jsonLayer(t, "c", `{"l":[2]}`), add)}, `{"l":[2]}`},
		"by":                {[]Layer{jsonLayer(t, "a", `{"l":[{"n":"x","v":1,"w":1},{"n":"y"}]}`), withLists(jsonLayer(t, "b", `{"l":[{"n":"z"},{"n":"x","v":2,"w":null}]}`), byN)}, `{"l":[{"n":"x","v":2},{"n":"y"},{"n":"z"}]}`},
		"by twice":          {[]Layer{jsonLayer(t, "a", `{"l":[{"n":1}]}`), withLists(jsonLayer(t, "b", `{"l":[{"n":2,"v":1}]}`), byN), withLists(jsonLayer(t, "c", `{"l":[{"n":2,"v":2},{"n":1,"v":3}]}`), byN)}, `{"l":[{"n":1,"v":3},{"n":2,"v":2}]}`},
		"append then by":    {[]Layer{jsonLayer(t, "a", `{"l":[{"n":1}]}`), withLists(jsonLayer(t, "b", `{"l":[{"n":2}]}`), add), withLists(jsonLayer(t, "c", `{"l":[{"n":2,"v":2}]}`), byN)}, `{"l":[{"n":1},{"n":2,"v":2}]}`},
		"by then append":    {[]Layer{jsonLayer(t, "a", `{"l":[{"n":1}]}`), withLists(jsonLayer(t, "b", `{"l":[{"n":1,"v":1}]}`), byN), withLists(jsonLayer(t, "c", `{"l":[5]}`), add)}, `{"l":[{"n":1,"v":1},5]}`},
		"a variable":        {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), withLists(text("L", "[2]"), add)}, `{"l":[1,2]}`},
		"before a variable": {[]Layer{jsonLayer(t, "a", `{"l":[1]}`), withLists(jsonLayer(t, "b", `{"l":[2]}`), add), text("X", "1")}, `{"l":[1,2],"x":"1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := merged(t, c.layers...); err != nil || got != c.want {
				t.Errorf("Merge = %s, %v, want %s", got, err, c.want)
			}
		})
	}
	for name, c := range map[string]struct{ base, over, want string }{
		"no name":    {`{"l":[{"n":1}]}`, `{"l":[{"m":"hunter2"}]}`, "b:1: an item of l has no n"},
		"no map":     {`{"l":[{"n":1}]}`, `{"l":["hunter2"]}`, "b:1: an item of l has no n"},
		"twice":      {`{"l":[{"n":1}]}`, `{"l":[{"n":2},{"n":2}]}`, "b:1: two items of l have the same n"},
		"twice base": {`{"l":[{"n":1},{"n":1}]}`, `{"l":[]}`, "a:1: two items of l have the same n"},
		"clash":      {`{"l":[{"n":1,"v":{"a":1}}]}`, `{"l":[{"n":1,"v":2}]}`, "b:1: l[0].v is an int here"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := merged(t, jsonLayer(t, "a", c.base), withLists(jsonLayer(t, "b", c.over), byN))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("Merge = %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

// TestListsOfManyLayers joins a list from a thousand layers.
func TestListsOfManyLayers(t *testing.T) {
	for _, by := range []string{"", "n"} {
		layers := []Layer{jsonLayer(t, "a", `{"l":[]}`)}
		for i := range 1000 {
			var b strings.Builder
			for j := range 100 {
				fmt.Fprintf(&b, `,{"n":"%d"}`, i*50+j)
			}
			layers = append(layers, withLists(jsonLayer(t, "b", `{"l":[`+b.String()[1:]+`]}`), ListRule{At: tree.Path{{Key: "l"}}, By: by}))
		}
		v, err := Merge(layers, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := 100_000
		if by != "" {
			want = 50_050
		}
		if got := len(v.root.Child("l").Children()); got != want {
			t.Errorf("%d items by %q, want %d", got, by, want)
		}
	}
}
