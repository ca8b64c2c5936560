package template

import (
	"strings"
	"text/template/parse"

	"confit/render/tree"
)

// truth is text/template's truth: zero, empty and missing values are false.
func (e *eval) truth(at parse.Node, v any) bool {
	if n, ok := v.(*tree.Node); ok && n.IsLeaf() {
		v = e.leaf(n)
		if s, ok := v.(string); ok && n.IsText() && ReadsFalse(s) {
			e.fail(at, "truthy-text", valuePath(n, "")+" is the text "+falseWord(n, s)+", which counts as true", "set typed: true on the source, or compare it: eq "+valuePath(n, "")+` "true"`)
			e.addNote("it was set at " + n.Pos().String())
		}
	}
	return !Empty(v)
}

// ReadsFalse reports whether a text reads as false although its truth is true.
func ReadsFalse(s string) bool {
	switch strings.ToLower(s) {
	case "false", "no", "off", "0":
		return true
	}
	return false
}

func falseWord(n *tree.Node, s string) string {
	if n.Sensitive() {
		return "of a false value"
	}
	return `"` + s + `"`
}

// Empty reports whether a value is missing, zero or without items.
func Empty(v any) bool {
	switch v := v.(type) {
	case nil, poison, *Missing:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case int:
		return v == 0
	case int64:
		return v == 0
	case float64:
		return v == 0
	case uint64:
		return v == 0
	case tree.Num:
		return Empty(v.V)
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case *Files:
		return len(v.list) == 0
	case *tree.Node:
		if v.IsLeaf() {
			return Empty(v.Value())
		}
		return len(v.Children()) == 0
	}
	return false
}
