package template

import (
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// question adds what asks about a value: a missing one is an answer, not an error.
func (m functions) question() {
	m.add("default", function{native: defaulting, min: 1, max: 2})
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

// isNamed tells whether the name of a kind or type is the first argument.
func isNamed(name func(any) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		want, ok := e.textArg(c, 0)
		if !ok {
			return e.soft()
		}
		return want == name(e.scalar(c.args[1]))
	}
}

func defaulting(e *eval, c call) any {
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

// keyOf is an argument that names a key; it is false after an error.
func (e *eval) keyOf(c call, v any) (string, bool) {
	switch k := e.scalar(v).(type) {
	case string:
		return k, true
	case *Missing:
		e.use(c.at, k)
	case poison:
	case nil:
		e.null(c.at, v)
	default:
		e.fail(c.at, "bad-argument", c.name+" wants the name of a key, not "+diag.An(tree.KindOf(k)), "")
	}
	return "", false
}

func hasKey(e *eval, c call) any {
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.soft()
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
	return e.fail(c.at, "bad-argument", "hasKey wants a map, not "+diag.An(tree.KindOf(e.scalar(c.args[0]))), "")
}

func get(e *eval, c call) any {
	if _, ok := e.keyOf(c, c.args[1]); !ok {
		return e.soft()
	}
	if m := e.scalar(c.args[0]); !tree.IsMap(m) && nothing(m) != nil {
		return e.fail(c.at, "bad-argument", "get wants a map, not "+diag.An(tree.KindOf(m)), "")
	}
	return e.item(c.at, c.args[0], c.args[1])
}

// dig walks names down a map; the last two arguments are the default and the map.
func dig(e *eval, c call) any {
	last := len(c.args) - 1
	v := c.args[last]
	for _, a := range c.args[:last-1] {
		if _, ok := e.keyOf(c, a); !ok {
			return e.soft()
		}
		v = e.item(c.at, v, a)
	}
	if nothing(v) == nil {
		return c.args[last-1]
	}
	return v
}

// goKind is what Go calls the kind of a value: what kindOf gives in sprig.
func goKind(v any) string {
	switch v := nothing(v).(type) {
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
	switch v := nothing(v).(type) {
	case nil:
		return "<nil>"
	case tree.Num:
		return goType(v.V)
	case *tree.Node:
		return map[string]string{"map": "map[string]interface {}", "list": "[]interface {}"}[v.Kind()]
	}
	return fmt.Sprintf("%T", v)
}
