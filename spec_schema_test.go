package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"confit/render/format"
	"confit/render/schema"
	"confit/render/specfile"
	"confit/render/tree"
	"confit/render/values"
)

// refusals tells what confit finds wrong with a spec, and what its schema does.
func refusals(t *testing.T, schema *schema.Schema, name string, data []byte) (own, theirs error) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	sp := &spec{Name: "default"}
	own = specfile.Decode(name, ".", doc.Content[0], sp)
	if own == nil {
		own = sp.check(allSections, true)
	}
	root, err := format.DecodeYAML(data, &tree.Origin{File: name})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	values, err := values.Merge([]values.Layer{{Root: root}}, nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return own, schema.Validate(values)
}

func parseSpecSchema(t *testing.T) *schema.Schema {
	t.Helper()
	schema, err := schema.Parse("spec.schema.json", []byte(specSchema))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaAllows holds every spec of the examples and of the tests that confit takes
// against the schema.
func TestSchemaAllows(t *testing.T) {
	schema, count := parseSpecSchema(t), 0
	for name, data := range specsInTree(t) {
		own, theirs := refusals(t, schema, name, data)
		if own == nil {
			count++
		}
		if own == nil && theirs != nil {
			t.Errorf("%s: confit takes it, and the schema says: %v", name, theirs)
		}
	}
	if count < 50 {
		t.Errorf("%d specs were compared", count)
	}
}

// TestSchemaRefuses: an editor says of these what confit does.
func TestSchemaRefuses(t *testing.T) {
	schema := parseSpecSchema(t)
	const whole = "version: 1\nsources: [{file: a.yaml}]\nrender: [{inline: x, to: a}]\nsinks: [{dir: out}]\n"
	if own, theirs := refusals(t, schema, "whole", []byte(whole)); own != nil || theirs != nil {
		t.Fatalf("a spec that is whole: %v, %v", own, theirs)
	}
	for _, wrong := range []string{
		"version: 1 => version: 2", "version: 1 => nothing: 1", "version: 1 => version: 1\nname: a b", "version: 1 => version: 1\nschema: [a]",
		"file: a.yaml => files: a.yaml", "file: a.yaml => file: ''", "file: a.yaml => name: a", "file: a.yaml => file: a.yaml, dir: b",
		"file: a.yaml => file: a.yaml, name: a b", "file: a.yaml => file: a.yaml, nest: 1", "file: a.yaml => file: a.yaml, read: a",
		"file: a.yaml => file: a.yaml, sensitive: some", "file: a.yaml => file: a.yaml, format: xml", "file: a.yaml => env: A_, format: env",
		"file: a.yaml => downwardAPI: a, format: ini", "file: a.yaml => file: a.yaml, map: {A: a}", "file: a.yaml => env: ''",
		"file: a.yaml => env: A_, map: {A: .}", "file: a.yaml => env: A_, map: [A]", "file: a.yaml => file: a.yaml, fromFile: [A]",
		"file: a.yaml => file: a.yaml, unknown: error", "file: a.yaml => env: A_, unknown: fail", "file: a.yaml => env: A_, nestOn: ''", "file: a.yaml => env: A_, empty: drop",
		"file: a.yaml => file: a.yaml, lists: {a: prepend}", "file: a.yaml => file: a.yaml, lists: {a: {by: ''}}",
		"file: a.yaml => file: a.yaml, ref: main", "file: a.yaml => git: 'https://h/p', optional: true", "file: a.yaml => git: 'https://h/p', commit: 4f2a91c",
		"file: a.yaml => git: 'https://h/p', verify: {}", "file: a.yaml => git: 'https://h/p', verify: {openpgp: k, object: blob}",
		"file: a.yaml => git: 'https://h/p', startJitter: 20", "file: a.yaml => git: 'https://h/p', auth: {token: x}",
		"inline: x, to: a => to: a", "inline: x, to: a => inline: x", "inline: x, to: a => inline: x, copy: y, to: a", "inline: x, to: a => template: ''",
		"inline: x, to: a => values: ., to: a", "inline: x, to: a => values: .", "inline: x, to: a => values: ., to: a.yaml, check: none",
		"inline: x, to: a => values: ., to: a, format: xml", "inline: x, to: a => inline: x, to: a, format: json", "inline: x, to: a => copy: a, check: none", "inline: x, to: a => copy: a, delims: [a, b]", "inline: x, to: a => inline: x, to: a, delims: [a]",
		"inline: x, to: a => inline: x, to: a, mode: 640", "inline: x, to: a => inline: x, to: a, mode: '0888'", "inline: x, to: a => inline: x, to: a, mode: '01777'",
		"inline: x, to: a => inline: x, to: a, vars: {A: a}", "inline: x, to: a => envsubst: a, vars: {A: ''}", "inline: x, to: a => inline: x, to: a, check: some",
		"inline: x, to: a => inline: x, to: a, only: [A]", "inline: x, to: a => envsubst: a, only: []", "inline: x, to: a => envsubst: a, only: ['']",
		"inline: x, to: a => inline: x, to: a, check: {format: csv}", "inline: x, to: a => inline: x, to: a, overwrite: maybe",
		"file: a.yaml => file: a.yaml, nest: 'yes'", "file: a.yaml => file: a.yaml, optional: yes", "file: a.yaml => file: a.yaml, sensitive: 'true'",
		"file: a.yaml => file: a.yaml, trim: no", "dir: out => dir: out, prune: 'no'", "dir: out => name: a", "dir: out => dir: out, prune: 0", "dir: out => dir: out, dirMode: '0640'", "dir: out => dir: out, name: a/b", "dir: out => dir: out/.confit-default",
		"version: 1 => version: 1\nwatch: {every: 2s}", "version: 1 => version: 1\nwatch: {interval: 2}", "version: 1 => version: 1\nwatch: {git: {interval: soon}}",
		"version: 1 => version: 1\nwatch: {exit: 0}", "version: 1 => version: 1\nwatch: {exit: 200}", "version: 1 => version: 1\nwatch: {http: 'http://example.com/'}",
		"version: 1 => version: 1\nwatch: {http: 'https://localhost/'}", "version: 1 => version: 1\nwatch: {http: 'GET http://localhost/'}", "version: 1 => version: 1\nwatch: {signal: HUP}",
		"version: 1 => version: 1\nwatch: {signal: {process: a, name: KILL}}", "version: 1 => version: 1\nwatch: {signal: {name: HUP}}", "version: 1 => version: 1\nwatch: {exit: 88, http: 'http://localhost/'}",
		"version: 1 => version: 1\nlimits: {time: 30}", "version: 1 => version: 1\nlimits: {heap: 64M}", "version: 1 => version: 1\nlimits: {heap: 0}",
		"version: 1 => version: 1\nlimits: {files: 1.5}", "version: 1 => version: 1\nlimits: {git: {packs: 1}}", "version: 1 => version: 1\nlimits: {git: {depth: 0}}",
	} {
		from, to, _ := strings.Cut(wrong, " => ")
		own, theirs := refusals(t, schema, wrong, []byte(strings.Replace(whole, from, to, 1)))
		if own == nil || theirs == nil {
			t.Errorf("%s\nconfit: %v\nschema: %v", wrong, own, theirs)
		}
	}
}

// TestSchemaFields: the schema has the fields of the spec, each with a description.
func TestSchemaFields(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal([]byte(specSchema), &schema); err != nil {
		t.Fatal(err)
	}
	compareFields(t, schema, schema, reflect.TypeFor[spec](), "spec")
}

// TestSchemaFormats: the fields named format of the schema have the names of the table.
func TestSchemaFormats(t *testing.T) {
	want := map[string]bool{
		nameSet(format.Names((*format.Format).Readable)):  true,
		nameSet(format.Names((*format.Format).Checkable)): true,
	}
	got := map[string]bool{}
	for _, list := range regexp.MustCompile(`"format": \{[^}]*"enum": \[([^]]*)\]`).FindAllStringSubmatch(specSchema, -1) {
		got[nameSet(strings.Split(strings.ReplaceAll(list[1], `"`, ""), ", "))] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("the schema has the formats %v, want %v", got, want)
	}
}

func nameSet(names []string) string { return strings.Join(slices.Sorted(slices.Values(names)), " ") }

func compareFields(t *testing.T, schema, at map[string]any, typ reflect.Type, name string) {
	t.Helper()
	properties, _ := at["properties"].(map[string]any)
	var fields []string
	for i := range typ.NumField() {
		tag := typ.Field(i).Tag.Get("yaml")
		if tag == "" {
			continue
		}
		fields = append(fields, tag)
		field, _ := properties[tag].(map[string]any)
		described := field["description"] != nil
		item := typ.Field(i).Type
		for item.Kind() == reflect.Pointer || item.Kind() == reflect.Slice {
			item = item.Elem()
		}
		if items, ok := field["items"].(map[string]any); ok {
			field = items
		}
		if ref, ok := field["$ref"].(string); ok {
			field, _ = schema["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		}
		if !described && field["description"] == nil {
			t.Errorf("%s.%s has no description", name, tag)
		}
		if item.Kind() == reflect.Struct && !reflect.PointerTo(item).Implements(reflect.TypeFor[specfile.Value]()) {
			compareFields(t, schema, field, item, name+"."+tag)
		}
	}
	slices.Sort(fields)
	if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, fields) {
		t.Errorf("%s: the schema has %v, and confit %v", name, got, fields)
	}
}

// specsInTree are the files of the tree, alone or in a test script, that have a version.
func specsInTree(t *testing.T) map[string][]byte {
	t.Helper()
	specs := map[string][]byte{}
	add := func(name string, data []byte) {
		var head struct{ Version, Render any }
		if yaml.Unmarshal(data, &head) == nil && head.Version != nil && head.Render != nil {
			specs[name] = data
		}
	}
	for _, pattern := range []string{"examples/*/*.yaml", "integration/*.txtar", "integration/git/*.txtar", "integration/testdata/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			add(name, data)
			for _, f := range txtar.Parse(data).Files {
				add(name+"/"+f.Name, f.Data)
			}
		}
	}
	return specs
}
