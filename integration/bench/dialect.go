package main

import (
	"fmt"
	"strings"
)

// A Node is a piece of a template in no tool's language: literal text, a value,
// or a block around other nodes.
type Node struct {
	Kind Kind
	Text string // the literal, or the path of the value, or a field of the item
	Body []Node
}

// Kind says what a Node is.
type Kind int

// The kinds are what every peer that is more than a substitution can say.
const (
	Literal Kind = iota
	Value        // a scalar
	If           // Body when a flag is true
	Each         // Body for each item of a list
	Item         // the item of the innermost Each, or its field Text
)

// A Dialect spells nodes in one tool's language. The formats take the path.
type Dialect struct {
	Head            string
	Path            func(string) string
	Value, If, Each string
	Item, Field     string
	End             string
	Loop            func(path string, body []Node) string // in place of Each
}

// Text writes the template in the dialect.
func (d Dialect) Text(nodes []Node) string {
	var b strings.Builder
	b.WriteString(d.Head)
	d.write(&b, nodes)
	return b.String()
}

func (d Dialect) write(b *strings.Builder, nodes []Node) {
	for _, n := range nodes {
		if n.Kind == Each && d.Loop != nil {
			b.WriteString(d.Loop(d.Path(n.Text), n.Body))
			continue
		}
		switch n.Kind {
		case Literal:
			b.WriteString(n.Text)
		case Value:
			fmt.Fprintf(b, d.Value, d.Path(n.Text))
		case Item:
			b.WriteString(d.item(n.Text))
		case If, Each:
			fmt.Fprintf(b, map[Kind]string{If: d.If, Each: d.Each}[n.Kind], d.Path(n.Text))
			d.write(b, n.Body)
			b.WriteString(d.End)
		}
	}
}

func (d Dialect) item(field string) string {
	if field == "" {
		return d.Item
	}
	return fmt.Sprintf(d.Field, field)
}

func dotted(path string) string { return path }

func slashed(path string) string { return "/" + strings.ReplaceAll(path, ".", "/") }

// variable is the environment's name for a path.
func variable(path string) string {
	return strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// goTemplate is what confit, helm, gomplate and the floor share.
var goTemplate = Dialect{
	Path:  dotted,
	Value: "{{ .Values.%s }}",
	If:    "{{ if .Values.%s }}",
	Each:  "{{ range .Values.%s }}",
	Item:  "{{ . }}",
	Field: "{{ .%s }}",
	End:   "{{ end }}",
}

var dockerize = Dialect{
	Path:  variable,
	Value: "{{ .Env.%s }}",
	If:    "{{ if isTrue .Env.%s }}",
	Each:  `{{ range split .Env.%s "," }}`,
	Item:  "{{ . }}",
	End:   "{{ end }}",
}

// consulEnv reads the environment, consulFile a YAML file.
var consulEnv = Dialect{
	Path:  variable,
	Value: `{{ env "%s" }}`,
	If:    `{{ if env "%s" | parseBool }}`,
	Each:  `{{ range env "%s" | split "," }}`,
	Item:  "{{ . }}",
	End:   "{{ end }}",
}

func consulFile(name string) Dialect {
	return Dialect{
		Head:  fmt.Sprintf(`{{ $v := file %q | parseYAML }}`, name),
		Path:  dotted,
		Value: "{{ $v.%s }}",
		If:    "{{ if $v.%s }}",
		Each:  "{{ range $v.%s }}",
		Item:  "{{ . }}",
		Field: "{{ .%s }}",
		End:   "{{ end }}",
	}
}

var confd = Dialect{
	Path:  slashed,
	Value: `{{ getv "%s" }}`,
	If:    `{{ if eq (getv "%s") "true" }}`,
	Each:  `{{ range split (getv "%s") "," }}`,
	Item:  "{{ . }}",
	End:   "{{ end }}",
}

var ytt = Dialect{
	Head:  `(@ load("@ytt:data", "data") -@)` + "\n",
	Path:  dotted,
	Value: "(@= str(data.values.%s) @)",
	If:    "(@ if data.values.%s: @)",
	End:   "(@ end @)",
	Loop:  yttLoop,
}

// yttLoop joins a comprehension: a loop in the template itself takes ytt minutes
// for a long list.
func yttLoop(path string, body []Node) string {
	var format, args strings.Builder
	for _, n := range body {
		if n.Kind == Literal {
			format.WriteString(n.Text)
			continue
		}
		format.WriteString("{}")
		args.WriteString(strings.TrimSuffix("item."+n.Text, ".") + ", ")
	}
	return fmt.Sprintf(`(@= "".join([%q.format(%s) for item in data.values.%s]) @)`,
		format.String(), strings.TrimSuffix(args.String(), ", "), path)
}

var shell = Dialect{Path: variable, Value: "${%s}"}
