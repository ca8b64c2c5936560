package render

import (
	"testing"

	"confit/render/rendertest"
	"confit/render/tree"
	"confit/render/values"
)

// TestSensitiveByPath masks a value wherever one layer set it sensitively, even one that
// was overridden.
func TestSensitiveByPath(t *testing.T) {
	secret := &tree.Origin{Source: "secret /s", File: "/s/a.yaml", Sensitive: true}
	for name, layers := range map[string][]values.Layer{
		"secret last":   {{Root: rendertest.RootOf(t, "a: {b: [1]}", &tree.Origin{})}, {Root: rendertest.RootOf(t, "a: {b: [x]}", secret)}},
		"secret first":  {{Root: rendertest.RootOf(t, "a: {b: [x]}", secret)}, {Root: rendertest.RootOf(t, "a: {b: [1]}", &tree.Origin{})}},
		"through null":  {{Root: rendertest.RootOf(t, "a: {b: [x]}", secret)}, {Root: rendertest.RootOf(t, "a: {b: null}", &tree.Origin{})}, {Root: rendertest.RootOf(t, "a: {b: [1]}", &tree.Origin{})}},
		"text of a var": {{Root: rendertest.RootOf(t, "a: {b: [x]}", secret)}, {Vars: []values.Var{{Rest: "A_B", Value: "[1]", Origin: &tree.Origin{Source: "env", Var: "A_B"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := oneOf(t, "{{ toJson .Values.a }}", layers...)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(out.Content.Masked()), `{"b":["MASKED"]}`; got != want {
				t.Errorf("masked %s, want %s", got, want)
			}
		})
	}
}
