package values

import (
	"testing"

	"confit/render/format"
	"confit/render/tree"
)

// FuzzMerge merges three layers at once and one after the other: the same values.
func FuzzMerge(f *testing.F) {
	f.Add(`{"a":{"b":1},"l":[1,2],"m":[{"n":1,"v":2}]}`, `{"a":{"b":null,"c":[]},"l":[3],"m":[{"n":1,"v":null},{"n":2}]}`, `{"a":null,"l":null,"m":[{"n":2,"w":{}}]}`)
	f.Add(`{"a":1}`, `{"a":{"b":"x"}}`, `{}`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		layer := func(text string) (Layer, bool) {
			n, err := format.DecodeJSON([]byte(text), &tree.Origin{File: "f"})
			rules := []ListRule{{At: tree.Path{{Key: "l"}}}, {At: tree.Path{{Key: "m"}}, By: "n"}}
			return Layer{Root: n, Lists: rules}, err == nil && n.IsMap()
		}
		merge := func(texts ...string) (string, error) {
			var layers []Layer
			for _, text := range texts {
				l, _ := layer(text)
				layers = append(layers, l)
			}
			v, err := Merge(layers, nil)
			if err != nil {
				return "", err
			}
			return format.EncodeJSON(tree.Plain(v.root), "", false)
		}
		for _, text := range []string{a, b, c} {
			if _, ok := layer(text); !ok {
				return
			}
		}
		all, err := merge(a, b, c)
		first, errFirst := merge(a, b)
		if err != nil || errFirst != nil {
			return
		}
		if steps, err := merge(first, c); err != nil || steps != all {
			t.Errorf("Merge(%s, %s, %s) = %s, and in steps %s, %v", a, b, c, all, steps, err)
		}
	})
}
