package template

import (
	"slices"
	"testing"

	"confit/render/content"
)

// A template may need the files that it names; where a name is computed, all of them.
func TestFilesNamed(t *testing.T) {
	for text, want := range map[string]struct {
		names []string
		all   bool
	}{
		`{{ .Values.x }} Files of x`:                                   {},
		`{{ .Files.Get "site:a.html" }}`:                               {names: []string{"site:a.html"}},
		"{{ $.Files.Lines `b` }}{{ (.Files.Glob \"c/*\").AsConfig }}":  {names: []string{"b", "c/*"}},
		`{{ .Files.GetBytes "a\"\u0041" }}`:                            {names: []string{`a"A`}},
		`{{ .Files.Get (printf "site:%s" .Values.page) }}`:             {all: true},
		`{{ "a" | .Files.Get }}`:                                       {all: true},
		`{{ .Files.Get "a" }}{{ with .Files }}{{ .Get "b" }}{{ end }}`: {names: []string{"a"}, all: true},
		`{{ .Files.AsConfig }}`:                                        {all: true},
		`{{ range $p, $t := .Files }}{{ $t }}{{ end }}`:                {all: true},
		`{{ (index . "Files").Get "a" }}`:                              {all: true},
		"{{ (get . `Files`).Get \"a\" }}":                              {all: true},
	} {
		names, all := FilesNamed(text)
		if !slices.Equal(names, want.names) || all != want.all {
			t.Errorf("FilesNamed(%s) = %q, %v, want %q, %v", text, names, all, want.names, want.all)
		}
	}
}

// A name means the files that .Files would give for it.
func TestIsNamed(t *testing.T) {
	f := &content.File{Tree: "site", Path: "html/a[1].html"}
	for name, want := range map[string]bool{
		"site:html/a[1].html": true, "html/a[1].html": true, "site:html/*": true, "site:**": true, "**/*.html": true,
		"other:html/a[1].html": false, "site:*": false, "a[1].html": false,
	} {
		if got := IsNamed(f, name); got != want {
			t.Errorf("IsNamed(%q) = %v, want %v", name, got, want)
		}
	}
}
