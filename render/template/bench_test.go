package template

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"text/template"

	"confit/render/rendertest"
	"confit/render/tree"
	"confit/render/values"
)

// benchTemplate is about 2 KB of what configuration templates do.
func benchTemplate(i int) string {
	part := fmt.Sprintf(`# server %d
{{- with .Values.db }}
host = {{ .host | quote }}
port = {{ .port }}
url = {{ printf "postgres://%%s:%%d/%%s" .host .port (.name | default "app") }}
{{- end }}
{{- range $i, $h := .Values.hosts }}
upstream_{{ $i }} = {{ $h | upper | trimSuffix ".LOCAL" }}
{{- end }}
{{- if and .Values.debug (gt .Values.port 1024) }}
level = debug
{{- else if eq .Values.name "web" }}
level = {{ .Values.level | default "info" | lower }}
{{- else }}
level = warn
{{- end }}
{{- range $k, $v := .Values.labels }}
{{ $k }}: {{ $v | trunc 20 | replace "_" "-" }}
{{- end }}
{{ include "block" (dict "root" $ "n" %d) | indent 2 }}
`, i, i)
	return `{{ define "block" }}name: {{ .root.Values.name }}
n: {{ add .n 1 }}
{{ end }}` + strings.Repeat(part, 3)
}

var benchValues = map[string]any{
	"name": "web", "port": int64(8080), "debug": false, "level": "INFO",
	"db":     map[string]any{"host": "db.local", "port": int64(5432), "name": "shop"},
	"hosts":  []any{"a.local", "b.local", "c.local", "d.local"},
	"labels": map[string]any{"app_name": "web_shop", "tier": "front", "team": "a_team", "zone": "eu_1"},
}

// BenchmarkTemplates executes 100 templates of 2 KB, parsed before.
func BenchmarkTemplates(b *testing.B) {
	const count = 100
	b.Run("confit", func(b *testing.B) {
		v := rendertest.ValuesOf(b, rendertest.NodeOf(benchValues, &tree.Origin{}))
		var progs []*Program
		for i := range count {
			progs = append(progs, benchProgram(b, benchTemplate(i)))
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range progs {
				benchRun(b, p, v)
			}
		}
	})
	b.Run("text-template", func(b *testing.B) {
		var all []*template.Template
		for i := range count {
			t := template.Must(helmLike.base.Clone())
			t.Funcs((&reference{}).helm(t))
			all = append(all, template.Must(t.Funcs(plainSprig()).Parse(benchTemplate(i))))
		}
		dot := map[string]any{"Values": benchValues}
		b.ReportAllocs()
		for b.Loop() {
			for _, t := range all {
				var out bytes.Buffer
				if err := t.Execute(&out, dot); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// plainSprig is sprig without what the differential test adds to watch it.
func plainSprig() template.FuncMap {
	m := template.FuncMap{}
	maps.Copy(m, helmLike.plain)
	return m
}

func benchProgram(b *testing.B, text string) *Program {
	b.Helper()
	main, own, err := parseSource(&Source{Name: "main", Text: text}, "", "", testEngine)
	if err != nil {
		b.Fatal(err)
	}
	return &Program{main: main, own: own}
}

func benchRun(b *testing.B, p *Program, v *values.Values) int {
	b.Helper()
	e := &eval{engine: testEngine, reads: v.NewReadSet(), prog: p}
	e.run(map[string]any{"Values": v.Root()})
	if len(e.problems) > 0 {
		b.Fatal(e.problems[0])
	}
	return len(e.out)
}

// BenchmarkLoop ranges over 10 MB of values.
func BenchmarkLoop(b *testing.B) {
	const text = `{{ range $i, $s := .Values.sites }}server {{ $s.name }} {
  listen {{ $s.port }};
  root {{ $s.root | quote }};{{ if $s.tls }}
  ssl on;{{ end }}
}
{{ end }}`
	var sites []any
	for i := range 80_000 {
		sites = append(sites, map[string]any{"name": fmt.Sprintf("site-%06d.example.com", i), "port": int64(1024 + i), "root": "/srv/www/sites/and/a/long/path/" + fmt.Sprint(i), "tls": i%2 == 0})
	}
	data := map[string]any{"sites": sites}
	b.Run("confit", func(b *testing.B) {
		v := rendertest.ValuesOf(b, rendertest.NodeOf(data, &tree.Origin{}))
		p := benchProgram(b, text)
		b.ReportAllocs()
		for b.Loop() {
			b.SetBytes(int64(benchRun(b, p, v)))
		}
	})
	b.Run("text-template", func(b *testing.B) {
		t := template.Must(template.New("main").Funcs(plainSprig()).Parse(text))
		dot := map[string]any{"Values": data}
		b.ReportAllocs()
		for b.Loop() {
			var out bytes.Buffer
			if err := t.Execute(&out, dot); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(out.Len()))
		}
	})
}
