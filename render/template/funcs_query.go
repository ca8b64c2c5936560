package template

import (
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// query adds the functions that test values and accept missing ones.
func (m table) query() {
	m.add("default", function{native: defaultTo, min: 1, max: 2})
	m.add("empty", function{native: func(e *eval, c call) any { return Empty(e.scalar(c.args[0])) }, min: 1, max: 1})
	m.add("coalesce", function{native: coalesce, max: -1})
	m.add("ternary", function{native: ternary, min: 3, max: 3})
	m.add("any", function{native: func(e *eval, c call) any { return e.countTrue(c) > 0 }, max: -1})
	m.add("all", function{native: func(e *eval, c call) any { return e.countTrue(c) == len(c.args) }, max: -1})
	m.add("hasKey", function{native: hasKey, min: 2, max: 2})
	m.add("get", function{native: get, min: 2, max: 2})
	m.add("dig", function{native: dig, min: 3, max: -1})
	m.add("kindOf", function{native: func(e *eval, c call) any { return goKind(e.scalar(c.args[0])) }, min: 1, max: 1})
	m.add("typeOf", function{native: func(e *eval, c call) any { return goType(e.scalar(c.args[0])) }, min: 1, max: 1})
	m.add("kindIs", function{native: isNamed(goKind), min: 2, max: 2})
	m.add("typeIs", function{native: isNamed(goType), min: 2, max: 2})
	m.add("typeIsLike", function{native: isNamed(func(v any) string {
		return strings.TrimPrefix(goType(v), "*")
	}), min: 2, max: 2})
	m.add("deepEqual", function{native: func(e *eval, c call) any {
		return e.deepEqual(c.at, c.args[0], c.args[1], 0)
	}, min: 2, max: 2})
}

// isNamed makes a native function that compares the kind or type of a value with a name.
func isNamed(name func(any) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		want, ok := e.textArg(c, 0)
		if !ok {
			return e.failedValue()
		}
		return want == name(e.scalar(c.args[1]))
	}
}

func defaultTo(e *eval, c call) any {
	if len(c.args) == 1 || Empty(e.scalar(c.args[1])) {
		return c.args[0]
	}
	return c.args[1]
}

func coalesce(e *eval, c call) any {
	for _, a := range c.args {
		if !Empty(e.scalar(a)) {
			return a
		}
	}
	return nil
}

func ternary(e *eval, c call) any {
	if e.truth(c.at, c.args[2]) {
		return c.args[0]
	}
	return c.args[1]
}

func (e *eval) countTrue(c call) int {
	n := 0
	for _, a := range c.args {
		if e.truth(c.at, a) {
			n++
		}
	}
	return n
}

// keyOf returns an argument that names a key; ok is false after an error.
func (e *eval) keyOf(c call, v any) (string, bool) {
	switch k := e.scalar(v).(type) {
	case string:
		return k, true
	case *Missing:
		e.failMissing(c.at, k)
	case poison:
	case nil:
		e.failNull(c.at, v)
	default:
		e.fail(c.at, "bad-argument", c.name+" wants the name of a key, not "+diag.WithArticle(tree.KindOf(k)), "")
	}
	return "", false
}

func hasKey(e *eval, c call) any {
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.failedValue()
	}
	switch m := c.args[0].(type) {
	case *tree.Node:
		if m.IsMap() || m.Value() == nil {
			return m.Child(key) != nil
		}
	case map[string]any:
		_, ok := m[key]
		return ok
	case nil, *Missing, poison:
		return false
	}
	return e.fail(c.at, "bad-argument", "hasKey wants a map, not "+diag.WithArticle(tree.KindOf(e.scalar(c.args[0]))), "")
}

func get(e *eval, c call) any {
	if _, ok := e.keyOf(c, c.args[1]); !ok {
		return e.failedValue()
	}
	if m := e.scalar(c.args[0]); !tree.IsMap(m) && nilIfMissing(m) != nil {
		return e.fail(c.at, "bad-argument", "get wants a map, not "+diag.WithArticle(tree.KindOf(m)), "")
	}
	return e.item(c.at, c.args[0], c.args[1])
}

// dig walks along names down a map. The last two arguments are the default and the map.
func dig(e *eval, c call) any {
	last := len(c.args) - 1
	v := c.args[last]
	for _, a := range c.args[:last-1] {
		if _, ok := e.keyOf(c, a); !ok {
			return e.failedValue()
		}
		v = e.item(c.at, v, a)
	}
	if nilIfMissing(v) == nil {
		return c.args[last-1]
	}
	return v
}

// goKind is Go's kind of a value, as in sprig's kindOf.
func goKind(v any) string {
	switch v := nilIfMissing(v).(type) {
	case nil:
		return "invalid"
	case tree.Num:
		return goKind(v.V)
	case string, bool, int, int64, float64, uint32:
		return fmt.Sprintf("%T", v)
	}
	switch {
	case tree.IsMap(v):
		return "map"
	case tree.IsList(v):
		return "slice"
	}
	return "ptr"
}

func goType(v any) string {
	switch v := nilIfMissing(v).(type) {
	case nil:
		return "<nil>"
	case tree.Num:
		return goType(v.V)
	case *tree.Node:
		return map[string]string{"map": "map[string]interface {}", "list": "[]interface {}"}[v.Kind()]
	}
	return fmt.Sprintf("%T", v)
}
