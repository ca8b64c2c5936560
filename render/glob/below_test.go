package glob

import "testing"

func TestBelow(t *testing.T) {
	for _, test := range []struct {
		pattern, dir string
		want         bool
	}{
		{"*.yaml", "a", false},
		{"*", "a", false},
		{"a/*", "a", true},
		{"a/*", "b", false},
		{"*/*.yaml", "a", true},
		{"*/*.yaml", "a/b", false},
		{"a/*/c", "a/b", true},
		{"**", "a/b/c", true},
		{"a/**/x", "a/b/c", true},
		{"a/**", "b", false},
		{"**/x/y", "x", true},
		{"a", "a", false},
	} {
		if got := MayMatchBelow(test.pattern, test.dir); got != test.want {
			t.Errorf("MayMatchBelow(%q, %q) = %v, want %v", test.pattern, test.dir, got, test.want)
		}
	}
}
