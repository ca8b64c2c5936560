package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	pageHeading = regexp.MustCompile(`^#{2,3} (.*)$`)
	pageRow     = regexp.MustCompile("^\\| `(\\w+)` \\| ([^|]*) \\| ([^|]*) \\| `(.*?)` \\| .+ \\|$")
)

// pageObjects are the objects of the schema, and the headings of docs/spec.md with their fields.
var pageObjects = map[string][]string{
	"":           {"Top level"},
	"source":     {"Sources", "Fields of every source", "Fields of an env source", "Fields of a git source"},
	"entry":      {"Outputs", "Fields of every output"},
	"sink":       {"Sinks"},
	"limits":     {"Limits"},
	"watch":      {"Watch"},
	"limits.git": {"field of `git`"},
}

type pageField struct{ typ, value, example string }

// TestSpecPage holds docs/spec.md to the schema: each field has a row with its type and its
// default, and confit takes the example.
func TestSpecPage(t *testing.T) {
	rows := specPage(t)
	var schema map[string]any
	if err := json.Unmarshal([]byte(specSchema), &schema); err != nil {
		t.Fatal(err)
	}
	defs := schema["$defs"].(map[string]any)
	for object, headings := range pageObjects {
		at := schema
		switch object {
		case "":
		case "watch":
			at = at["properties"].(map[string]any)["watch"].(map[string]any)
		case "limits.git":
			at = at["$defs"].(map[string]any)["limits"].(map[string]any)["properties"].(map[string]any)["git"].(map[string]any)
		default:
			at = defs[object].(map[string]any)
		}
		fields := map[string]pageField{}
		for _, heading := range headings {
			maps.Copy(fields, rows[heading])
		}
		properties := at["properties"].(map[string]any)
		for name, p := range properties {
			property := p.(map[string]any)
			field, ok := fields[name]
			if want := (pageField{pageType(property), pageDefault(property), field.example}); !ok || field != want {
				t.Errorf("docs/spec.md, %s: %s has %q, want %q", headings[0], name, field, want)
				continue
			}
			takesExample(t, object, name, field.example)
		}
		for name := range fields {
			if properties[name] == nil {
				t.Errorf("docs/spec.md, %s: confit has no field %s", headings[0], name)
			}
		}
	}
}

// specPage reads the rows of the page by their heading.
func specPage(t *testing.T) map[string]map[string]pageField {
	t.Helper()
	page, err := os.ReadFile("docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, heading := map[string]map[string]pageField{}, ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSuffix(line, "\n")
		if m := pageHeading.FindStringSubmatch(line); m != nil {
			heading = m[1]
		} else if strings.HasPrefix(line, "| field of `git`") {
			heading = "field of `git`"
		} else if m := pageRow.FindStringSubmatch(line); m != nil {
			if rows[heading] == nil {
				rows[heading] = map[string]pageField{}
			}
			rows[heading][m[1]] = pageField{m[2], m[3], m[4]}
		}
	}
	return rows
}

// pageType is the type of a property in the words of the page.
func pageType(property map[string]any) string {
	if ref, ok := property["$ref"].(string); ok {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		words := map[string]string{"texts": "list of texts", "paths": "map of paths", "limits": "map"}
		if words[name] != "" {
			return words[name]
		}
		return name
	}
	if value, ok := property["const"]; ok {
		return fmt.Sprint(value)
	}
	if property["enum"] != nil {
		return "word"
	}
	words := map[any]string{"string": "text", "boolean": "bool", "integer": "number", "array": "list", "object": "map"}
	if word := words[property["type"]]; word != "" {
		return word
	}
	var all []string
	for _, p := range property["anyOf"].([]any) {
		if word := pageType(p.(map[string]any)); word != "" { // not a const that is empty
			all = append(all, word)
		}
	}
	return strings.Join(all, " or ")
}

func pageDefault(property map[string]any) string {
	if value, ok := property["default"]; ok {
		return fmt.Sprint(value)
	}
	return "–"
}

// pageTries are specs of an object with a field: the first that confit takes will do.
var pageTries = map[string][]string{
	"":           {"version: 1\nEXAMPLE", "EXAMPLE"},
	"source":     {"EXAMPLE", "file: a.yaml, EXAMPLE", "env: A_, EXAMPLE", "git: 'https://h/p', EXAMPLE", "git: 'https://h/p', ref: x, EXAMPLE"},
	"entry":      {"EXAMPLE", "EXAMPLE, to: a.env", "inline: x, to: a, EXAMPLE", "inline: x, EXAMPLE", "envsubst: x, EXAMPLE", "values: ., to: a.env, EXAMPLE", "values: ., to: a.properties, EXAMPLE"},
	"sink":       {"EXAMPLE", "dir: out, EXAMPLE"},
	"limits":     {"EXAMPLE"},
	"limits.git": {"git: {EXAMPLE}"},
	"watch":      {"EXAMPLE"},
}

// takesExample wants confit to take a spec with the field, and the schema as well.
func takesExample(t *testing.T, object, name, example string) {
	t.Helper()
	if key, _, _ := strings.Cut(example, ":"); key != name {
		t.Errorf("docs/spec.md: the example of %s is %s", name, example)
		return
	}
	var last error
	for _, try := range pageTries[object] {
		if strings.Count(try, name+":") > 0 {
			continue // a key twice
		}
		doc := map[string]string{"": "version: 1", "source": "file: a.yaml", "entry": "inline: x, to: a", "sink": "dir: out", "limits": "time: 30s", "watch": "interval: 2s"}
		if name == "sink" {
			doc["sink"] += ", name: site"
		}
		part, _, _ := strings.Cut(object, ".")
		doc[part] = strings.Replace(try, "EXAMPLE", example, 1)
		var text strings.Builder
		text.WriteString(doc[""] + "\n")
		for key, item := range map[string]string{"sources": "[{" + doc["source"] + "}]", "render": "[{" + doc["entry"] + "}]", "sinks": "[{" + doc["sink"] + "}]", "limits": "{" + doc["limits"] + "}", "watch": "{" + doc["watch"] + "}"} {
			if key != name {
				text.WriteString(key + ": " + item + "\n")
			}
		}
		own, theirs := refusals(t, parseSpecSchema(t), name, []byte(text.String()))
		if last = errors.Join(own, theirs); last == nil {
			return
		}
	}
	t.Errorf("docs/spec.md: confit does not take %s: %v", example, last)
}
