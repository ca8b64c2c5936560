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
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "properties", "take a map")
	}
	e := propertiesEncoder{names: map[string]bool{}}
	err := e.add(nil, tree.MapOf(v))
	return strings.TrimSuffix(e.String(), "\n"), err
}

type propertiesEncoder struct {
	strings.Builder
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
			path[i] = EscapeProperty(path[i], true)
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

// EncodeINI writes a map in the dialect of DecodeINI: plain values first, each map as a
// section, sorted. A value is quoted where DecodeINI would otherwise read another text.
func EncodeINI(v any) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "ini", "take a map")
	}
	var top, sections strings.Builder
	m := tree.MapOf(v)
	for _, k := range tree.SortedKeys(m) {
		if !tree.IsMap(m[k]) {
			if err := iniLine(&top, []string{k}, m[k]); err != nil {
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
			if err := iniLine(&sections, []string{k, name}, section[name]); err != nil {
				return "", err
			}
		}
	}
	return strings.Trim(top.String()+sections.String(), "\n"), nil
}

func iniLine(b *strings.Builder, path []string, v any) error {
	key := path[len(path)-1]
	text, ok := tree.TextOf(v)
	switch {
	case !ok && tree.IsMap(v):
		return unsupported(path, v, "ini", "an ini file has one level of sections")
	case !ok:
		return unsupported(path, v, "ini", "join it to one text, or leave it out")
	case key == "" || strings.ContainsAny(key, "=:\r\n") || strings.ContainsAny(key[:1], "[;#") || strings.Trim(key, " \t") != key:
		return fmt.Errorf("%s can be no key of an ini file", diag.Quoted(key))
	case !isOneLine(text):
		return fmt.Errorf("the text of %s has several lines, which has no form in ini", diag.Quoted(strings.Join(path, ".")))
	}
	if strings.Trim(text, " \t") != text || iniQuoted(text) {
		text = `"` + text + `"`
	}
	b.WriteString(key + " = " + text + "\n")
	return nil
}

func isOneLine(s string) bool { return !strings.ContainsAny(s, "\r\n\x00") }

// EncodeEnv writes a map in the dialect of DecodeDotenv, sorted, quoted so that docker
// compose, systemd and a POSIX shell read the same text.
func EncodeEnv(v any) (string, error) {
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
		quoted, err := dotenvQuote(text)
		if err != nil {
			return "", fmt.Errorf("the text of %s %w", diag.Quoted(k), err)
		}
		b.WriteString(k + "=" + quoted + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// plainWord matches text without a meaning of its own for shells and readers of .env files.
var plainWord = diag.LazyRegexp(`^[A-Za-z0-9_@%+:,./-]+$`)
