package tree

import (
	"slices"
	"testing"
)

// FuzzPath writes what it has parsed so that it is parsed again to the same.
func FuzzPath(f *testing.F) {
	for _, s := range []string{".", "a.b[0][12].c", `a\.b\[0\]\\.c`, "..", "a[", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		back, err := ParsePath(p.String())
		if err != nil || !slices.Equal(p, back) {
			t.Errorf("ParsePath(%q) = %#v, and its text %q = %#v, %v", s, p, p.String(), back, err)
		}
	})
}

func TestPath(t *testing.T) {
	for in, want := range map[string]string{
		".": ".", "a": "a", "a.b": "a.b", ".a.b": "a.b", `a\.b.c`: `a\.b.c`, "a[0].b": "a[0].b", `a\[0]`: `a\[0]`, "a[0][1]": "a[0][1]",
		`a\\b`: `a\\b`,
	} {
		p, err := ParsePath(in)
		if err != nil || p.String() != want {
			t.Errorf("ParsePath(%s) = %s, %v, want %s", in, p, err, want)
		}
	}
	for _, in := range []string{"a..b", "a.", "a[x]", "a[0", "a[0]b", "a[-1]", "a[99999999]", ".."} {
		if p, err := ParsePath(in); err == nil {
			t.Errorf("ParsePath(%s) = %s, want an error", in, p)
		}
	}
}
