package tree

import (
	"slices"
	"strings"

	"confit/render/diag"
)

// operators are words of template code that a path does not begin with.
var operators = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "has", "hasKey", "empty", "default", "index", "if"}

// PathMistake tells why a text cannot be meant as a path, and what to write instead. It is
// empty for a path. A backslash before the first character makes a name of any text.
func PathMistake(text string) (mistake, hint string) {
	inner := strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "{}-"))
	name := strings.TrimPrefix(strings.TrimPrefix(inner, "$"), ".")
	first, _, spaced := strings.Cut(inner, " ")
	condition := spaced && slices.Contains(operators, first) || strings.HasPrefix(inner, "!") || strings.HasPrefix(inner, "(") ||
		slices.ContainsFunc([]string{"&&", "||", "==", "!=", " | "}, func(s string) bool { return strings.Contains(inner, s) })
	switch {
	case condition:
		return "is a condition", "write the condition into the template with {{ if }}, or give it a value of its own"
	case inner != name && (name == "Item" || name == "Key" || strings.HasPrefix(name, "Item.") || strings.HasPrefix(name, "Key.")):
		return "is a part of each item", "write it into the template with {{ if }} or {{ range }}"
	case strings.HasPrefix(name, "Values."):
		return "is template code", "write " + diag.Quoted(strings.TrimPrefix(name, "Values."))
	case strings.Contains(text, "{{"):
		return "is template code", "write the path alone, like a.b.c"
	}
	return "", ""
}
