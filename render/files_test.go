package render

import (
	"testing"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/rendertest"
	"confit/render/specfile"
	"confit/render/template"
	"confit/render/tree"
)

// TestFilesOver: what .Files and .Files.Glob give can be tested, counted and ranged over,
// each path once; the text of a sensitive file is a secret, its path is none.
func TestFilesOver(t *testing.T) {
	files := template.NewFiles([]content.File{
		{Path: "conf/b.ini", Data: []byte("old")},
		{Path: "conf/a.ini", Data: []byte("a")},
		{Path: "conf/b.ini", Data: []byte("b"), Tree: "site"},
		{Path: "keys/tls.key", Data: []byte("hunter2"), Sensitive: true},
	})
	for name, c := range map[string]struct {
		in, masked string
		sensitive  bool
	}{
		"glob":   {`{{ range $p, $t := .Files.Glob "conf/*" }}{{ base $p }}={{ $t }};{{ end }}`, "a.ini=a;b.ini=b;", false},
		"dot":    {`{{ range .Files.Glob "conf/*" }}{{ . }}{{ end }}`, "ab", false},
		"all":    {`{{ range $p, $t := .Files }}{{ $p }}={{ $t }};{{ end }}`, "conf/a.ini=a;conf/b.ini=b;keys/tls.key=MASKED;", true},
		"none":   {`{{ range .Files.Glob "x/*" }}x{{ else }}none{{ end }}{{ if .Files.Glob "x/*" }}x{{ end }}`, "none", false},
		"some":   {`{{ with .Files.Glob "keys/*" }}{{ len . }}{{ end }}{{ len .Files }}`, "13", false},
		"broken": {`{{ range .Files }}{{ . }}{{ break }}{{ end }}`, "a", false},
	} {
		t.Run(name, func(t *testing.T) {
			entry := Entry{Inline: c.in, To: "app.conf", Places: specfile.Places{Fields: map[string]specfile.Field{"inline": {Pos: diag.Pos{File: "confit.yaml"}}}}}
			r, err := Render([]Entry{entry}, Input{Values: rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{}, &tree.Origin{})), Files: files})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Outputs[0].Content
			if string(got.Masked()) != c.masked || got.IsSensitive() != c.sensitive {
				t.Errorf("%s shows %q (sensitive %v), want %q (%v)", c.in, got.Masked(), got.IsSensitive(), c.masked, c.sensitive)
			}
		})
	}
}
