package format

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// EncodeTOML writes a map as TOML 1.0, keys sorted, in the layout of Helm's toToml: the
// plain values of a table before its sub-tables, which are indented by two. Numbers keep their
// digits. A null is an error: TOML has none.
func EncodeTOML(v any) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "TOML", "the whole is a table there")
	}
	var e tomlEncoder
	err := e.table(nil, tree.MapOf(v))
	return e.String(), err
}

// encodeTOMLFile omits the last newline.
func encodeTOMLFile(v any) (string, error) {
	s, err := EncodeTOML(v)
	return strings.TrimSuffix(s, "\n"), err
}

type tomlEncoder struct{ strings.Builder }

// table writes the content of a table: values first, as a header ends the table above it.
func (e *tomlEncoder) table(path []string, m map[string]any) error {
	indent := strings.Repeat("  ", len(path))
	keys := tree.SortedKeys(m)
	for _, k := range keys {
		if tree.IsMap(m[k]) || isTables(m[k]) {
			continue
		}
		text, err := e.value(childPath(path, k), m[k])
		if err != nil {
			return err
		}
		e.WriteString(indent + tomlKey(k) + " = " + text + "\n")
	}
	for _, k := range keys {
		if err := e.subTable(childPath(path, k), m[k]); err != nil {
			return err
		}
	}
	return nil
}

// subTable writes a table or a list of tables under headers of their own.
func (e *tomlEncoder) subTable(path []string, v any) error {
	tables, open, end := []any{v}, "[", "]"
	switch {
	case isTables(v):
		tables, open, end = tree.ListOf(v), "[[", "]]"
	case !tree.IsMap(v):
		return nil
	}
	if len(path) > MaxDepth {
		return unsupported(path[:1], v, "TOML", "it is nested more than 100 deep")
	}
	names := make([]string, len(path))
	for i, name := range path {
		names[i] = tomlKey(name)
	}
	for _, t := range tables {
		if e.Len() > 0 && (len(path) == 1 || open == "[[") {
			e.WriteByte('\n')
		}
		e.WriteString(strings.Repeat("  ", len(path)-1) + open + strings.Join(names, ".") + end + "\n")
		if err := e.table(path, tree.MapOf(t)); err != nil {
			return err
		}
	}
	return nil
}

// isTables tells whether v is a list of maps only, and not an empty one.
func isTables(v any) bool {
	if !tree.IsList(v) {
		return false
	}
	list := tree.ListOf(v)
	for _, item := range list {
		if !tree.IsMap(item) {
			return false
		}
	}
	return len(list) > 0
}

// value writes a value after a =, or an item of a list.
func (e *tomlEncoder) value(path []string, v any) (string, error) {
	var parts []string
	switch {
	case tree.IsMap(v):
		m := tree.MapOf(v)
		for _, k := range tree.SortedKeys(m) {
			text, err := e.value(childPath(path, k), m[k])
			if err != nil {
				return "", err
			}
			parts = append(parts, tomlKey(k)+" = "+text)
		}
		return "{" + strings.Join(parts, ", ") + "}", nil
	case tree.IsList(v):
		for i, item := range tree.ListOf(v) {
			text, err := e.value(childPath(path, strconv.Itoa(i)), item)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	}
	text, ok := tomlScalar(v)
	if !ok {
		return "", unsupported(path, v, "TOML", "leave it out")
	}
	return text, nil
}

func tomlScalar(v any) (string, bool) {
	switch x := v.(type) {
	case tree.Num:
		return tomlNumber(x), true
	case float64:
		return tomlNumber(tree.Num{V: x}), true
	}
	text, ok := tree.TextOf(v)
	if kind := tree.KindOf(v); ok && kind != "int" && kind != "bool" {
		text = tomlString(text)
	}
	return text, ok
}

var (
	tomlBare  = diag.LazyRegexp(`^[A-Za-z0-9_-]+$`)
	tomlPlain = diag.LazyRegexp(`^([-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[-+]?(inf|nan))$`)
)

func tomlKey(s string) string {
	if tomlBare().MatchString(s) {
		return s
	}
	return tomlString(s)
}

// tomlNumber writes the text of a number if that is valid TOML, else its value.
func tomlNumber(n tree.Num) string {
	if tomlPlain().MatchString(n.Text) {
		return n.Text
	}
	f, ok := n.V.(float64)
	switch {
	case !ok:
		return fmt.Sprint(n.V)
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(fmt.Sprint(f), "+"))
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// tomlString quotes a text as a basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// childPath is a new path with one more name.
func childPath(path []string, name string) []string {
	return append(path[:len(path):len(path)], name)
}

// unsupported is the error of a value at a path that a format has no form for. It names the
// kind of the value only.
func unsupported(path []string, v any, format, advice string) error {
	what := diag.WithArticle(tree.KindOf(v))
	if len(path) > 0 {
		p := make(tree.Path, len(path))
		for i, name := range path {
			p[i].Key = name
		}
		what = diag.Quoted(p.String()) + " is " + what + ", which"
	}
	return errors.New(what + " has no form in " + format + ": " + advice)
}
