package format

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"confit/render/diag"
	"confit/render/tree"
)

// EncodeProperties writes a map as java.util.Properties.store does: names joined by
// dots, sorted, all but printable ASCII as \u escapes. A dot within a name becomes \., which
// DecodeProperties reads back and Java reads as a plain dot. Two keys that Java reads as one
// are an error.
func EncodeProperties(v any) (string, error) {
	return encodeProperties(v, false)
}

// encodeFlatProperties writes the dots of names as they are.
func encodeFlatProperties(v any) (string, error) { return encodeProperties(v, true) }

func encodeProperties(v any, flat bool) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "properties", "take a map")
	}
	e := propertiesEncoder{flat: flat, names: map[string]bool{}}
	err := e.add(nil, tree.MapOf(v))
	return strings.TrimSuffix(e.String(), "\n"), err
}

type propertiesEncoder struct {
	strings.Builder
	flat  bool
	names map[string]bool // the keys as Java reads them
}

func (e *propertiesEncoder) add(path []string, m map[string]any) error {
	for _, k := range tree.SortedKeys(m) {
		path, v := childPath(path, k), m[k]
		if tree.IsMap(v) && len(tree.MapOf(v)) > 0 && len(path) < MaxDepth {
			if err := e.add(path, tree.MapOf(v)); err != nil {
				return err
			}
			continue
		}
		text, ok := tree.TextOf(v)
		name := strings.Join(path, ".")
		switch {
		case !ok:
			return unsupported(path, v, "properties", "join it to one text, or leave it out")
		case k == "":
			return fmt.Errorf("a name below %s is empty, which has no form in properties", diag.Quoted(name))
		case e.names[name]:
			return fmt.Errorf("two values have the key %s in properties", diag.Quoted(name))
		}
		e.names[name] = true
		for i := range path {
			if path[i] = EscapeProperty(path[i], true); e.flat {
				path[i] = strings.ReplaceAll(path[i], `\.`, ".")
			}
		}
		e.WriteString(strings.Join(path, ".") + "=" + EscapeProperty(text, false) + "\n")
	}
	return nil
}

// EscapeProperty escapes a text for java.util.Properties, as the name in a key or as a
// value.
func EscapeProperty(s string, name bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\f':
			b.WriteString(`\f`)
		case strings.ContainsRune(`\=:#!`, r), r == ' ' && (name || i == 0), r == '.' && name:
			b.WriteString(`\` + string(r))
		case r < ' ' || r > '~':
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04X`, unit)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// encodeFile writes a map: plain values first, each map as a section, sorted.
func (d iniDialect) encodeFile(v any) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "ini", "take a map")
	}
	var top, sections strings.Builder
	m := tree.MapOf(v)
	for _, k := range tree.SortedKeys(m) {
		if !tree.IsMap(m[k]) {
			if err := d.line(&top, []string{k}, m[k]); err != nil {
				return "", err
			}
			continue
		}
		if k == "" || strings.ContainsAny(k, "]\r\n") || strings.Trim(k, " \t") != k {
			return "", fmt.Errorf("the key %s can be no section of an ini file", diag.Quoted(k))
		}
		sections.WriteString("\n[" + k + "]\n")
		section := tree.MapOf(m[k])
		for _, name := range tree.SortedKeys(section) {
			if err := d.line(&sections, []string{k, name}, section[name]); err != nil {
				return "", err
			}
		}
	}
	return strings.Trim(top.String()+sections.String(), "\n"), nil
}

func (d iniDialect) line(b *strings.Builder, path []string, v any) error {
	key := path[len(path)-1]
	text, ok := tree.TextOf(v)
	switch {
	case !ok && tree.IsMap(v):
		return unsupported(path, v, "ini", "an ini file has one level of sections")
	case !ok:
		return unsupported(path, v, "ini", "join it to one text, or leave it out")
	case key == "" || strings.ContainsAny(key, "=:\r\n") || strings.ContainsAny(key[:1], "[;#") || strings.Trim(key, " \t") != key:
		return fmt.Errorf("%s can be no key of an ini file", diag.Quoted(key))
	}
	text, err := d.iniText("the text of "+diag.Quoted(strings.Join(path, ".")), text)
	if err != nil {
		return err
	}
	b.WriteString(key + " = " + text + "\n")
	return nil
}

func isOneLine(s string) bool { return !strings.ContainsAny(s, "\r\n\x00") }

// EncodeEnv writes a map as a .env file that docker compose, npm's dotenv and a POSIX shell
// read alike.
func EncodeEnv(v any) (string, error) { return encodeEnv(v, dotenvQuote, "") }

// envDialect is a .env file for one kind of reader; confit reads all of them alike.
func envDialect(name string, quote func(string) (string, bool)) Format {
	return Format{Name: name, Encode: func(v any) (string, error) { return encodeEnv(v, quote, name) }}
}

func encodeEnv(v any, quote func(string) (string, bool), dialect string) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "env", "take a map")
	}
	m := tree.MapOf(v)
	var b strings.Builder
	for _, k := range tree.SortedKeys(m) {
		text, ok := tree.TextOf(m[k])
		switch {
		case !ok:
			return "", unsupported([]string{k}, m[k], "env", "a variable is one text")
		case !variableName().MatchString(k):
			return "", fmt.Errorf("the key %s is no name of a variable", diag.Quoted(k))
		}
		quoted, ok := quote(text)
		switch {
		case !ok && dialect == "":
			return "", fmt.Errorf("the text of %s is read differently by different readers of .env files: name the reader with dialect: compose, node or shell on the entry, or in a template, like toEnv \"compose\" MAP", diag.Quoted(k))
		case !ok:
			return "", fmt.Errorf("the text of %s has no form in .env files of the dialect %s", diag.Quoted(k), dialect)
		}
		b.WriteString(k + "=" + quoted + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// plainWord matches text without a meaning of its own for shells and readers of .env files.
var plainWord = diag.LazyRegexp(`^[A-Za-z0-9_@%+:,./-]+$`)
