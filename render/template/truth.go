package template

import (
	"strings"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// truth is text/template's: zero, empty and missing are false.
func (e *eval) truth(at parse.Node, v any) bool {
	if n, ok := v.(*tree.Node); ok && n.IsLeaf() {
		v = e.leaf(n)
		if s, ok := v.(string); ok && n.IsText() && ReadsFalse(s) {
			e.fail(at, "truthy-text", valuePath(n, "")+" is the text "+falseWord(n, s)+", which counts as true", "set typed: true on the source, or compare it: eq "+valuePath(n, "")+` "true"`)
			e.note("it was set at " + n.Pos().String())
		}
	}
	return !Empty(v)
}

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

// Empty tells whether a value is missing, zero or has no items.
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

// iterate calls each with every key and item of v, in order, until it returns false.
func (e *eval) iterate(at parse.Node, v any, vars int, each func(key, item any) bool) {
	if n, ok := v.(*tree.Node); ok {
		if n.IsLeaf() {
			v = e.leaf(n)
		} else {
			e.iterateNode(n, vars, each)
			return
		}
	}
	switch v := v.(type) {
	case nil, poison, *Missing:
		return
	case map[string]any:
		iterateMap(v, each)
		return
	case tree.Num:
		e.iterateInt(at, v.V, vars, each)
		return
	case int, int64:
		e.iterateInt(at, v, vars, each)
		return
	case *Files:
		e.iterateFiles(at, v, each)
		return
	case string:
		if e.masked && v == content.Mask {
			each(content.Mask, content.Mask)
			return
		}
	}
	list, ok := v.([]any)
	if !ok {
		e.fail(at, "wrong-type", "range wants a list or a map, not "+diag.An(tree.KindOf(v)), "")
		return
	}
	for i := range list {
		if !each(i, list[i]) {
			return
		}
	}
}

// iterateMap goes over the members as they are at the start, as text/template does:
// the body may change the map.
func iterateMap(m map[string]any, each func(key, item any) bool) {
	keys := tree.SortedKeys(m)
	held := make([]any, len(keys))
	for i, k := range keys {
		held[i] = m[k]
	}
	for i, k := range keys {
		if !each(k, held[i]) {
			return
		}
	}
}

func (e *eval) iterateNode(n *tree.Node, vars int, each func(key, item any) bool) {
	kids := n.Children()
	byName := n.IsMap()
	for i := range kids {
		var key any
		switch {
		case vars < 2: // nobody asks
		case byName:
			key = kids[i].Key()
		default:
			key = i
		}
		if !each(key, &kids[i]) {
			return
		}
	}
}

func (e *eval) iterateInt(at parse.Node, v any, vars int, each func(key, item any) bool) {
	count, ok := tree.ToInt(v)
	if !ok {
		e.fail(at, "wrong-type", "range wants a list, a map or a whole number", "")
		return
	}
	if vars > 1 {
		e.fail(at, "wrong-type", "range over a number has one variable", "")
		return
	}
	for i := range count {
		if !each(i, int(i)) {
			return
		}
	}
}
