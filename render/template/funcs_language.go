package template

import (
	"confit/render/diag"
	"confit/render/tree"
)

// language adds the functions of the template language, and Helm's that execute templates.
func (m table) language() {
	m.add("and", function{native: unreachable, max: -1})
	m.add("or", function{native: unreachable, max: -1})
	m.add("not", function{native: func(e *eval, c call) any { return !e.truth(c.at, c.args[0]) }, min: 1, max: 1})
	m.add("len", function{native: length, min: 1, max: 1})
	m.add("index", function{native: index, min: 1, max: -1})
	m.add("eq", function{native: equal, min: 2, max: -1})
	m.add("ne", function{native: func(e *eval, c call) any { return negate(equal(e, c)) }, min: 2, max: 2})
	m.add("lt", function{native: compareWith(func(d int) bool { return d < 0 }), min: 2, max: 2})
	m.add("le", function{native: compareWith(func(d int) bool { return d <= 0 }), min: 2, max: 2})
	m.add("gt", function{native: compareWith(func(d int) bool { return d > 0 }), min: 2, max: 2})
	m.add("ge", function{native: compareWith(func(d int) bool { return d >= 0 }), min: 2, max: 2})
	m.add("include", function{native: include, min: 2, max: 2})
	m.add("tpl", function{native: tpl, min: 2, max: 2})
	m.add("required", function{native: required, min: 2, max: 2})
	m.add("fail", function{native: failWith, min: 1, max: 1})
}

func unreachable(*eval, call) any { panic("and and or are evaluated in place") }

func negate(v any) any {
	if b, ok := v.(bool); ok {
		return !b
	}
	return v
}

func length(e *eval, c call) any {
	v := c.args[0]
	if n, ok := v.(*tree.Node); ok && !n.IsLeaf() {
		return len(n.Children())
	}
	switch s := e.scalar(v).(type) {
	case string:
		return len(s)
	case map[string]any:
		return len(s)
	case []any:
		return len(s)
	case *Files:
		return len(s.match("**").list)
	case *Missing:
		return e.failMissing(c.at, s)
	case poison:
		return s
	case nil:
		return e.failNull(c.at, v)
	default:
		return e.fail(c.at, "bad-argument", "len wants a text, a list or a map, not "+diag.WithArticle(tree.KindOf(s)), "")
	}
}
