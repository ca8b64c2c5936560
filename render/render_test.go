package render

import (
	"strings"
	"testing"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/rendertest"
	"confit/render/specfile"
	"confit/render/template"
	"confit/render/tree"
	"confit/render/values"
)

func TestFormatFunctions(t *testing.T) {
	const values = "db: {host: a b, port: 1.10}\nlist: [1]\nquoted: it's\nn: 5"
	for in, want := range map[string]string{
		`{{ toToml .Values.db }}`:                          "host = \"a b\"\nport = 1.10\n",
		`{{ (fromToml "[a]\nb = 1.10").a.b }}`:             "1.10",
		`{{ toProperties .Values.db }}`:                    "host=a b\nport=1.10",
		`{{ toIni (dict "s" .Values.db) }}`:                "[s]\nhost = a b\nport = 1.10",
		`{{ toEnv .Values.db }}`:                           "host='a b'\nport=1.10",
		`{{ shellQuote .Values.quoted }}`:                  `'it'\''s'`,
		`{{ shellQuote .Values.db.port }}`:                 `1.10`,
		`{{ iniQuote .Values.db.host }}`:                   "a b",
		`{{ iniQuote "php" "a;b" }}`:                       "'a;b'",
		`{{ toIni "go-ini" (dict "s" (dict "a" "b#c")) }}`: "[s]\na = \"\"\"b#c\"\"\"",
		`{{ propertiesEscape " a=b" }}`:                    `\ a\=b`,
		`{{ toToml .Values | fromToml | toJson }}`:         `{"db":{"host":"a b","port":1.10},"list":[1],"n":5,"quoted":"it's"}`,
	} {
		if out, err := one(t, values, in); err != nil || string(realBytes(out)) != want {
			t.Errorf("%s = %q, %v, want %q", in, out.Content.Masked(), err, want)
		}
	}
	for in, want := range map[string]string{
		`{{ toProperties .Values }}`:   "list is a list, which has no form in properties",
		`{{ toEnv .Values }}`:          "db is a map, which has no form in env",
		`{{ shellQuote .Values.db }}`:  "cannot write a map",
		`{{ fromToml "a = hunter2" }}`: "not valid TOML: unexpected character",
	} {
		if _, err := one(t, values, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

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

// one renders a single inline template over YAML values.
func one(t *testing.T, yaml, text string) (content.Output, error) {
	t.Helper()
	return oneOf(t, text, values.Layer{Root: rendertest.RootOf(t, yaml, &tree.Origin{Source: "file values.yaml", File: "values.yaml"})})
}

func oneOf(t *testing.T, text string, layers ...values.Layer) (content.Output, error) {
	t.Helper()
	v, err := values.Merge(layers, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := content.Found{Files: []*content.File{{Path: "app.conf.tmpl", From: "app.conf.tmpl", Data: []byte(text)}}, Single: true}
	outs, err := Render([]Entry{{Template: "app.conf.tmpl", To: "app.conf", Places: specfile.Places{Fields: map[string]specfile.Field{"template": {}}}}}, Input{
		Values: v, Files: template.NewFiles(nil), Found: map[string]content.Found{"app.conf.tmpl": found},
	})
	if err != nil {
		return content.Output{}, err
	}
	return outs.Outputs[0], nil
}

func TestTemplates(t *testing.T) {
	const values = `
port: 8080
version: 1.10
big: 12345678901234567890
ten: 10000000
name: web
on: "off"
empty: ""
db: {host: db.local, port: 5432}
hosts: [a, b]
none: null
`
	for name, c := range map[string]struct{ in, want string }{
		"plain":              {"listen {{ .Values.port }};", "listen 8080;"},
		"fidelity":           {"{{ .Values.version }} {{ .Values.big }} {{ .Values.ten }}", "1.10 12345678901234567890 10000000"},
		"default of absent":  {"{{ .Values.a.b.c | default 1 }}", "1"},
		"default of null":    {"{{ .Values.none | default 2 }}", "2"},
		"range list":         {"{{ range $i, $h := .Values.hosts }}{{ $i }}={{ $h }} {{ end }}", "0=a 1=b "},
		"range map":          {"{{ range $k, $v := .Values.db }}{{ $k }}={{ $v }};{{ end }}", "host=db.local;port=5432;"},
		"range else":         {"{{ range .Values.absent }}x{{ else }}none{{ end }}", "none"},
		"with":               {"{{ with .Values.db }}{{ .host }}{{ end }}", "db.local"},
		"break":              {"{{ range .Values.hosts }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "a"},
		"define include":     {`{{ define "x" }}[{{ .host }}]{{ end }}{{ include "x" .Values.db | upper }}`, "[DB.LOCAL]"},
		"tpl":                {`{{ tpl "{{ .Values.name }}!" . }}`, "web!"},
		"dict context":       {`{{ define "y" }}{{ .root.Values.name }}{{ .n }}{{ end }}{{ template "y" (dict "root" . "n" 3) }}`, "web3"},
		"toYaml":             {`{{ .Values.db | toYaml }}`, "host: db.local\nport: 5432"},
		"toJson":             {`{{ .Values | toJson }}`, `{"big":12345678901234567890,"db":{"host":"db.local","port":5432},"empty":"","hosts":["a","b"],"name":"web","on":"off","port":8080,"ten":10000000,"version":1.10}`},
		"printf":             {`{{ printf "%s:%d %5.1f %q" .Values.name .Values.port .Values.port .Values.version }}`, `web:8080 8080.0 "1.10"`},
		"and or":             {`{{ and .Values.port .Values.name }} {{ or .Values.empty .Values.absent "z" }}`, "web z"},
		"ternary":            {`{{ ternary "y" "n" (eq .Values.port 8080.0) }}`, "y"},
		"index":              {`{{ index .Values.hosts 1 }} {{ index .Values "db" "host" }}`, "b db.local"},
		"set own":            {`{{ $d := dict "a" 1 }}{{ $_ := set $d "b" .Values.port }}{{ $d.b }}`, "8080"},
		"keys sorted":        {`{{ keys .Values.db | join "," }}`, "host,port"},
		"assign":             {`{{ $x := 1 }}{{ range .Values.hosts }}{{ $x = . }}{{ end }}{{ $x }}`, "b"},
		"arith":              {`{{ add .Values.port 1 }} {{ mul 2 .Values.db.port }}`, "8081 10864"},
		"semver":             {`{{ (semver "1.2.3").Minor }}`, "2"},
		"quote num":          {`{{ quote .Values.version }} {{ .Values.version | toString | replace "." "_" }}`, `"1.10" 1_10`},
		"dig":                {`{{ dig "db" "host" "none" .Values }} {{ dig "db" "x" "none" .Values }}`, "db.local none"},
		"range int":          {`{{ range 3 }}{{ . }}{{ end }}`, "012"},
		"trim nl":            {"a\n{{- if .Values.port }}\nb\n{{- end }}", "a\nb"},
		"nested dict toYaml": {`{{ dict "a" .Values.db "b" (list 1 .Values.version) | toYaml }}`, "a:\n  host: db.local\n  port: 5432\nb:\n- 1\n- 1.10"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := one(t, values, c.in)
			if err != nil {
				t.Fatalf("%s: %v", c.in, err)
			}
			if string(got.Content.Masked()) != c.want {
				t.Errorf("render(%s) = %q, want %q", c.in, got.Content.Masked(), c.want)
			}
		})
	}
}

func TestTemplateErrors(t *testing.T) {
	const values = "port: 8080\ndb: {host: db.local, port: 5432}\nhosts: [a, b]\nname: x\n"
	for name, c := range map[string]struct{ in, want string }{
		"missing":          {"port: {{ .Values.prot }}", "app.conf.tmpl:1:17: no value for .Values.prot"},
		"missing deep":     {"\n  {{ .Values.db.hots }}", "app.conf.tmpl:2:16: no value for .Values.db.hots"},
		"missing in func":  {"{{ .Values.absent | upper }}", "app.conf.tmpl:1:11: no value for .Values.absent"},
		"missing via var":  {"{{ $x := .Values.absent }}\n{{ $x }}", "app.conf.tmpl:2:4: no value for .Values.absent"},
		"missing in list":  {`{{ list .Values.absent | join "," }}`, "app.conf.tmpl:1:16: no value for .Values.absent"},
		"through scalar":   {"{{ .Values.name.first }}", "app.conf.tmpl:1:16: .Values.name is a string, not a map: it has no first"},
		"raw map":          {"{{ .Values.db }}", "app.conf.tmpl:1:4: a map has no text of its own"},
		"raw list":         {"{{ print .Values.hosts }}", "app.conf.tmpl:1:4: print cannot write a list"},
		"set data":         {`{{ set .Values.db "x" 1 }}`, "app.conf.tmpl:1:4: .Values.db is data, which set cannot change"},
		"forbidden":        {"x {{ now }}", "app.conf.tmpl:1:6: the function now is not offered"},
		"unknown function": {"x {{ quoet 1 }}", "app.conf.tmpl:1:6: there is no function quoet"},
		"syntax":           {"a\n{{ if }}", "app.conf.tmpl:2:1: missing value for if"},
		"wrong type":       {"{{ upper .Values.port }}", "app.conf.tmpl:1:4: upper wants a string as argument 1, not an int"},
		"atoi":             {"{{ atoi .Values.name }}", "app.conf.tmpl:1:4: atoi: the text is not a whole number"},
		"fail":             {`{{ fail "no way" }}`, "app.conf.tmpl:1:4: no way"},
		"required":         {`{{ required "need x" .Values.x }}`, "app.conf.tmpl:1:4: need x"},
		"endless include":  {`{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`, "templates include each other more than 64 deep"},
		"no template":      {`{{ include "a" . }}`, "app.conf.tmpl:1:4: there is no template a"},
		"printf":           {`{{ printf "%d" .Values.name }}`, "app.conf.tmpl:1:4: printf: %d cannot write a string"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := one(t, values, c.in)
			if err == nil {
				t.Fatalf("render(%s) = %q, want an error", c.in, got.Content.Masked())
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("render(%s):\n got %q\nwant %q", c.in, err, c.want)
			}
		})
	}
}

func TestAllMissingAtOnce(t *testing.T) {
	_, err := one(t, "a: 1", "{{ .Values.x }} {{ .Values.y }} {{ range .Values.z }}{{ end }}{{ .Values.w | upper }}")
	if got := len(diag.Problems(err, diag.CauseData)); got != 3 {
		t.Errorf("%d problems, want 3: %v", got, err)
	}
}

func TestSecrets(t *testing.T) {
	secret := &tree.Origin{Source: "secret /s", File: "/s/s.yaml", Sensitive: true}
	for name, c := range map[string]struct {
		in, masked string
		sensitive  bool
	}{
		"printed":    {"pw={{ .Values.pw }} n={{ .Values.name }}", "pw=MASKED n=web", true},
		"unread":     {"n={{ .Values.name }}", "n=web", false},
		"encoded":    {"{{ .Values.pw | b64enc }}", "TUFTS0VE", true},
		"cut":        {"{{ substr 0 3 .Values.pw }}", "MAS", true},
		"number":     {"{{ .Values.pin }}", "MASKED", true},
		"as number":  {"{{ printf \"%d\" .Values.pin }}", "MASKED", true},
		"asked":      {"{{ if .Values.pw }}set{{ end }}", "set", true},
		"empty":      {"[{{ .Values.nopw }}]", "[]", true},
		"all values": {"{{ toYaml .Values }}", "name: web\nnopw: \"\"\npin: MASKED\npw: MASKED", true},
		"field":      {"{{ .Values.pw | len }}", "6", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := oneOf(t, c.in, values.Layer{Root: rendertest.RootOf(t, "name: web", &tree.Origin{File: "v.yaml"})},
				values.Layer{Root: rendertest.RootOf(t, "pw: hunter2\npin: 4711\nnopw: ''", secret)})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Content.Masked()) != c.masked || got.Content.IsSensitive() != c.sensitive {
				t.Errorf("render(%s) shows %q (sensitive %v), want %q", c.in, got.Content.Masked(), got.Content.IsSensitive(), c.masked)
			}
			if strings.Contains(string(got.Content.Masked()), "hunter2") {
				t.Error("the secret is shown")
			}
		})
	}
}

func TestOutputPath(t *testing.T) {
	for _, c := range []struct{ to, name, want string }{
		{"", "a/b", "a/b"},
		{".", "a/b", "a/b"},
		{"./", "a", "a"},
		{"x", "a/b", "x/a/b"},
		{"x/", "", "x"},
		{"", "sub/", "sub"},
		{"x", "sub/", "x/sub"},
		{"", "", ""},
		{"x/../y", "a", "y/a"},
	} {
		if got := outputPath(c.to, c.name); got != c.want {
			t.Errorf("outputPath(%q, %q) = %q, want %q", c.to, c.name, got, c.want)
		}
	}
}
