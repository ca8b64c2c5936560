package sources

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/render/specfile"
	"confit/sources/verify"
)

// The line about a fetch names who signed, whatever their names are.
func TestSaySigners(t *testing.T) {
	alice, eve := verify.Signer{Name: "alice@example.com", Key: "SHA256:x"}, verify.Signer{Name: "Eve\n::error", Key: "ABCD"}
	for want, by := range map[string][]verify.Signer{
		"site: 3 files": nil,
		"site: 3 files, signed by alice@example.com (SHA256:x)":          {alice},
		`site: 3 files, signed by "Eve\n:\x3aerror" (ABCD)`:              {eve},
		"site: 3 files, signed by alice@example.com (SHA256:x) and FFFF": {alice, {Key: "FFFF"}},
	} {
		var got string
		e := gitFetch{git: &Git{Say: func(text string) { got = text }}, summary: "site: 3 files"}
		if e.reportFetch(by); got != want {
			t.Errorf("reportFetch(%v) = %q, want %q", by, got, want)
		}
	}
	e := gitFetch{git: &Git{Say: func(text string) { t.Errorf("without a fetch: %q", text) }}}
	e.reportFetch([]verify.Signer{alice})
}

// A source is named once, also where it has no name but its URL.
func TestPrefixed(t *testing.T) {
	const url = "https://git.example.com/x.git"
	for _, c := range []struct{ spec, text, want string }{
		{"git: " + url, url + ": connection refused", "git " + url + ": connection refused"},
		{"git: " + url, "it has no such tag", "git " + url + ": it has no such tag"},
		{"{name: site, git: '" + url + "'}", url + ": connection refused", "site: " + url + ": connection refused"},
	} {
		var n yaml.Node
		var s Spec
		if err := yaml.Unmarshal([]byte(c.spec), &n); err != nil {
			t.Fatal(err)
		}
		if err := specfile.Decode("confit.yaml", ".", n.Content[0], &s); err != nil {
			t.Fatal(err)
		}
		if got := s.prefixed(c.text); got != c.want {
			t.Errorf("prefixed(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
