package sources

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/render"
)

// A source is named once, also where it has no name but its URL.
func TestSaying(t *testing.T) {
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
		if err := render.DecodeSpec("confit.yaml", ".", n.Content[0], &s); err != nil {
			t.Fatal(err)
		}
		if got := s.saying(c.text); got != c.want {
			t.Errorf("saying(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
