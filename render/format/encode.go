package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/tree"
)

// EncodeYAML writes YAML as Helm's toYaml does: keys sorted, lists not indented, no last newline.
func EncodeYAML(v any) (string, error) { return writeYAML(v, true) }

// EncodeYAMLPretty indents lists below their key.
func EncodeYAMLPretty(v any) (string, error) { return writeYAML(v, false) }

func writeYAML(v any, compact bool) (string, error) {
	n, err := yamlNode(v)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if compact {
		enc.CompactSeqIndent()
	}
	if err := enc.Encode(n); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// yamlNode builds the YAML of a plain value. Numbers keep their digits.
func yamlNode(v any) (*yaml.Node, error) {
	switch v := v.(type) {
	case nil:
		return scalarNode("!!null", "null"), nil
	case bool:
		return scalarNode("!!bool", strconv.FormatBool(v)), nil
	case string:
		return stringNode(v), nil
	case tree.PlainText:
		return plainNode(string(v)), nil
	case tree.Num:
		return scalarNode("", yamlNumber(v)), nil // with a tag, the library writes !!float 12345678901234567890
	case float64:
		return floatNode(yamlFloat(v)), nil
	case int, int64, int32, uint64, uint32, uint, uint8:
		return scalarNode("!!int", fmt.Sprint(v)), nil
	}
	switch {
	case tree.IsMap(v):
		return mappingNode(v)
	case tree.IsList(v):
		return sequenceNode(v)
	}
	if s, ok := v.(fmt.Stringer); ok {
		return stringNode(s.String()), nil
	}
	return nil, diag.SafeError("a value of a type that has no text")
}

func mappingNode(v any) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	m := tree.MapOf(v)
	styled, _ := v.(*tree.StyledMap)
	for _, k := range tree.SortedKeys(m) {
		c, err := yamlNode(m[k])
		if err != nil {
			return nil, err
		}
		key := stringNode(k)
		if styled != nil && styled.PlainKeys[k] {
			key = scalarNode("", k)
		}
		n.Content = append(n.Content, key, c)
	}
	return n, nil
}

func sequenceNode(v any) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, item := range tree.ListOf(v) {
		c, err := yamlNode(item)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, c)
	}
	return n, nil
}

// floatNode tags a float. Go prints 1.0 as 1, which is an int to YAML.
func floatNode(text string) *yaml.Node {
	if tree.DecimalInt().MatchString(text) {
		return scalarNode("!!int", text)
	}
	return scalarNode("!!float", text)
}

func scalarNode(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

// stringNode quotes text that YAML 1.1 or 1.2 gives another type. Text with tabs is no block:
// a tab at its start would count as indentation.
func stringNode(s string) *yaml.Node {
	n := scalarNode("!!str", s)
	switch {
	case strings.Contains(s, "\t"):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n"):
		n.Style = yaml.LiteralStyle
	case NeedsQuotes(s):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// plainNode writes a text that was plain, as plain text again: every reader gives it the type
// that it had before. Text that is no text to YAML 1.2 needs quotes.
func plainNode(s string) *yaml.Node {
	if v, err := tree.ResolveScalar(s); err != nil || v != any(s) {
		return stringNode(s)
	}
	return scalarNode("", s)
}

// NeedsQuotes tells whether some reader of YAML gives a plain s another type than text.
func NeedsQuotes(s string) bool {
	if s == "" || s == "=" || s == "<<" {
		return true
	}
	if c := s[0]; c != '~' && c != '.' && c != '-' && c != '+' && (c < '0' || c > '9') {
		return len(s) <= 5 && isYAMLWord(s)
	}
	v, err := tree.ResolveScalar(s)
	return err != nil || v != any(s) || base60().MatchString(s) || timestamp().MatchString(s) || strings.HasPrefix(s, "._")
}

// isYAMLWord finds the words for bool and null of YAML 1.1 and 1.2.
func isYAMLWord(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// timestamp matches the dates of YAML 1.1. Some readers fail on an impossible one, like
// 2026-99-99.
var timestamp = diag.LazyRegexp(`^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(([Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9][0-9]?(:[0-9]{2})?))?)?$`)

// base60 matches the numbers of YAML 1.1 that count minutes or hours, like 1:30.
var base60 = diag.LazyRegexp(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)

// yamlNumber writes the text of a number if YAML reads the same number from it, else its
// value: inf of TOML is text to YAML.
func yamlNumber(n tree.Num) string {
	if v, err := tree.ResolveScalar(n.Text); err == nil && tree.KindOf(v) == tree.KindOf(n) {
		return n.Text
	}
	if f, ok := n.V.(float64); ok {
		return yamlFloat(f)
	}
	return fmt.Sprint(n.V)
}

func yamlFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// JSONIndent is the indentation of JSON files.
const JSONIndent = "  "

func encodeJSONFile(v any) (string, error) { return EncodeJSON(v, JSONIndent, false) }

// EncodeJSON writes JSON with sorted keys; html escapes <, > and & as Go and Helm do.
func EncodeJSON(v any, indent string, html bool) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return "", diag.SafeError("a value that JSON has no form for")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
