package render

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/render/content"
	"confit/render/content/reveal"
	"confit/render/rendertest"
	"confit/render/specfile"
	"confit/render/template"
	"confit/render/tree"
	"confit/render/values"
)

// readers are entries that read by every way there is, each only some of the values.
func readers() map[string]Entry {
	inline := func(text string) Entry { return Entry{Inline: text} }
	return map[string]Entry{
		"each":        {Each: "sites", Inline: "{{ .Key }} {{ .Item.host }}", To: "each/{{ .Key }}"},
		"each a map":  {Each: "labels", Inline: "{{ .Key }}", To: "map/{{ .Key }}"},
		"each named":  {Each: "sites", Inline: "x", To: "named/{{ .Key }}{{ .Item.port }}"},
		"each whole":  {Each: "sites", Inline: "{{ .Item.deep | toYaml }}", To: "whole/{{ .Key }}", When: "on"},
		"when":        {When: "off", Inline: "never", To: "never"},
		"values":      {Values: "db", To: "db.json"},
		"include":     inline(`{{ define "d" }}{{ .host }}{{ end }}{{ include "d" .Values.db }}{{ template "d" (dict "host" .Values.name "x" .Values.n) }}`),
		"context":     inline(`{{ define "c" }}{{ .root.Values.db.port }}{{ .own.k }}{{ end }}{{ include "c" (dict "root" $ "own" .Values.db.deep "no" .Values.labels) }}`),
		"list":        inline(`{{ define "l" }}{{ $r := index . 0 }}{{ $r.Values.text }}{{ (index . 1).host }}{{ end }}{{ include "l" (list $ .Values.db .Values.f) }}`),
		"tpl":         inline(`{{ tpl "{{ .Values.name }}{{ range .Values.hosts }}{{ . }}{{ end }}" . }}{{ tpl .Values.text (dict "v" .Values.n) }}`),
		"pick":        inline(`{{ pick .Values.db "host" "tags" | toJson }}{{ (pick .Values.labels "a" "b").b }}`),
		"omit":        inline(`{{ omit .Values.db "host" "deep" | toJson }}{{ omit .Values.labels "a" | keys | toJson }}`),
		"pluck":       inline(`{{ pluck "host" .Values.db .Values.db.deep | toJson }}{{ pluck "port" .Values.db | len }}`),
		"get":         inline(`{{ get .Values.db "host" }}{{ get (get .Values "db") "port" }}{{ get .Values "none2" | default "x" }}`),
		"dig":         inline(`{{ dig "db" "deep" "k" 0 .Values }}{{ dig "db" "no" "x" .Values.name .Values }}`),
		"index":       inline(`{{ index .Values "db" "deep" "host" }}{{ index (list .Values.n .Values.port) 1 }}{{ with index .Values "labels" }}{{ .a }}{{ end }}`),
		"keys":        inline(`{{ keys .Values.db .Values.labels | join "," }}{{ range $k, $v := .Values.db }}{{ $k }}{{ end }}{{ range $k, $_ := .Values.hosts }}{{ $k }}{{ end }}`),
		"len":         inline(`{{ len .Values.db }}{{ len .Values.hosts }}{{ len .Values.ports }}{{ len .Values.text }}`),
		"hasKey":      inline(`{{ hasKey .Values.db "host" }}{{ hasKey .Values "nope" }}{{ if hasKey .Values.labels "a" }}{{ .Values.labels.a }}{{ end }}`),
		"if":          inline(`{{ if .Values.on }}{{ .Values.name }}{{ else }}{{ .Values.n }}{{ end }}{{ if and .Values.off .Values.f }}x{{ end }}{{ if .Values.labels }}l{{ end }}`),
		"set":         inline(`{{ $d := dict "db" .Values.db "n" .Values.n }}{{ $_ := set $d "x" .Values.f }}{{ $d.db.host }}{{ (deepCopy .Values.labels).a }}`),
		"merge":       inline(`{{ (merge (dict "a" 1) .Values.labels).b }}{{ (mergeOverwrite (dict) .Values.db.deep).k }}`),
		"first, last": inline(`{{ first .Values.sites | toJson }}{{ (last (list .Values.db .Values)).name }}{{ range rest .Values.hosts }}{{ . }}{{ end }}`),
		"coalesce":    inline(`{{ coalesce .Values.none3 .Values.name .Values.text }}{{ default .Values.n .Values.port }}{{ ternary .Values.f .Values.half .Values.on }}`),
	}
}

// A madeOf is an output, with what was read for it and for its entry.
type madeOf struct {
	content.Output
	reads values.ReadSet
}

func realBytes(o content.Output) []byte {
	b, _ := reveal.Bytes(o.Content) // in memory
	return b
}

// fromSpec is an entry as the spec would give it.
func fromSpec(e Entry) Entry {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for name, value := range map[string]string{"inline": e.Inline, "values": e.Values, "to": e.To, "each": e.Each, "when": e.When} {
		if value != "" {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value})
		}
	}
	var out Entry
	if err := specfile.Decode("spec", ".", n, &out); err != nil {
		panic(err)
	}
	return out
}

// wide renders all of readers over v, and gives what succeeds.
func wide(v *values.Values) map[string]madeOf {
	all := map[string]madeOf{}
	for name, e := range readers() {
		r, err := Render([]Entry{fromSpec(e)}, Input{Values: v, Files: template.NewFiles(nil)})
		if err != nil {
			continue // it depends on the values
		}
		for i, o := range r.Outputs {
			o.Path = name + ": " + o.Path
			reads := v.NewReadSet()
			reads.Join(r.read)
			if r.reads[i] != nil {
				reads.Join(r.reads[i].ReadSet)
			}
			all[o.Path] = madeOf{o, reads}
		}
	}
	return all
}

// TestUnreadOfEntries: changing a leaf that neither an output nor the spec for it has
// read changes nothing of the output: not its name, not its bytes, not its secrecy.
func TestUnreadOfEntries(t *testing.T) {
	unread, succeeded := 0, map[string]bool{}
	for seed := range uint64(6) {
		v := rendertest.ValuesOf(t, rendertest.NodeOf(rendertest.RandomValues(rand.New(rand.NewPCG(seed, 3))), &tree.Origin{File: "v"}))
		before := wide(v)
		for name := range before {
			entry, _, _ := strings.Cut(name, ": ")
			succeeded[entry] = true
		}
		for _, leaf := range rendertest.LeavesOf(v.Root()) {
			old := leaf.Value()
			leaf.SetValue(changed(old))
			after := wide(v)
			leaf.SetValue(old)
			for name, was := range before {
				if was.reads.Has(leaf) {
					continue
				}
				unread++
				is, there := after[name]
				if !there || !bytes.Equal(realBytes(was.Output), realBytes(is.Output)) || was.Content.IsSensitive() != is.Content.IsSensitive() {
					t.Errorf("%s: %v was not read, but changing it makes %q of %q", name, leaf.Path(), realBytes(is.Output), realBytes(was.Output))
				}
			}
		}
	}
	for name := range readers() {
		if !succeeded[name] && name != "when" {
			t.Errorf("%s never makes an output", name)
		}
	}
	if unread < 1000 {
		t.Errorf("only %d values were not read", unread)
	}
}

// changed is another value of the same type, as true as before or not.
func changed(v any) any {
	switch v := v.(type) {
	case string:
		return v + "~"
	case bool:
		return !v
	case int64:
		return v + 1
	}
	return int64(12)
}
