package render

import "fmt"

// questionFuncs ask about a value: a missing one is an answer, not an error.
func questionFuncs() map[string]function {
	return map[string]function{
		"default":  {native: defaulting, min: 1, max: 2},
		"empty":    {native: func(e *eval, c call) any { return empty(e.scalar(c.args[0])) }, min: 1, max: 1},
		"coalesce": {native: coalesce, max: -1},
		"ternary":  {native: ternary, min: 3, max: 3},
		"any":      {native: func(e *eval, c call) any { return e.countTrue(c) > 0 }, max: -1},
		"all":      {native: func(e *eval, c call) any { return e.countTrue(c) == len(c.args) }, max: -1},
		"hasKey":   {native: hasKey, min: 2, max: 2},
		"get":      {native: get, min: 2, max: 2},
		"dig":      {native: dig, min: 3, max: -1},
		"kindOf":   {native: func(e *eval, c call) any { return goKind(e.scalar(c.args[0])) }, min: 1, max: 1},
		"kindIs":   {native: func(e *eval, c call) any { return c.args[0] == goKind(e.scalar(c.args[1])) }, min: 2, max: 2},
		"typeOf":   {native: func(e *eval, c call) any { return goType(e.scalar(c.args[0])) }, min: 1, max: 1},
		"typeIs":   {native: func(e *eval, c call) any { return c.args[0] == goType(e.scalar(c.args[1])) }, min: 2, max: 2},
		"typeIsLike": {native: func(e *eval, c call) any {
			t := goType(e.scalar(c.args[1]))
			return c.args[0] == t || fmt.Sprint("*", c.args[0]) == t
		}, min: 2, max: 2},
	}
}

func defaulting(e *eval, c call) any {
	if len(c.args) == 1 || empty(e.scalar(c.args[1])) {
		return c.args[0]
	}
	return c.args[1]
}

func coalesce(e *eval, c call) any {
	for _, a := range c.args {
		if !empty(e.scalar(a)) {
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
	case *missing:
		e.use(c.at, k)
	case poison:
	default:
		e.fail(c.at, "bad-argument", c.name+" wants the name of a key, not a "+kindOf(k), "")
	}
	return "", false
}

func hasKey(e *eval, c call) any {
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.soft()
	}
	switch m := c.args[0].(type) {
	case *Node:
		return m.child(key) != nil
	case map[string]any:
		_, ok := m[key]
		return ok
	case nil, *missing, poison:
		return false
	}
	return e.fail(c.at, "bad-argument", "hasKey wants a map, not a "+kindOf(c.args[0]), "")
}

func get(e *eval, c call) any {
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.soft()
	}
	if !isMap(nothing(c.args[0])) && nothing(c.args[0]) != nil {
		return e.fail(c.at, "bad-argument", "get wants a map, not a "+kindOf(c.args[0]), "")
	}
	return e.item(c.at, c.args[0], key)
}

// dig walks names down a map; the last two arguments are the default and the map.
func dig(e *eval, c call) any {
	last := len(c.args) - 1
	v := c.args[last]
	for _, a := range c.args[:last-1] {
		key, ok := e.keyOf(c, a)
		if !ok {
			return e.soft()
		}
		v = e.item(c.at, v, key)
	}
	if nothing(v) == nil {
		return c.args[last-1]
	}
	return v
}

// goKind is what Go calls the kind of a value: what kindOf gives in sprig.
func goKind(v any) string {
	switch v := v.(type) {
	case *Node:
		return map[string]string{"map": "map", "list": "slice"}[v.kind()]
	case Num:
		return goKind(v.V)
	case nil, *missing, poison:
		return "invalid"
	case string, bool, int, int64, float64:
		return fmt.Sprintf("%T", v)
	}
	if isMap(v) {
		return "map"
	}
	if isList(v) {
		return "slice"
	}
	return fmt.Sprintf("%T", v)
}

func goType(v any) string {
	switch v := v.(type) {
	case *Node:
		return map[string]string{"map": "map[string]interface {}", "list": "[]interface {}"}[v.kind()]
	case Num:
		return goType(v.V)
	case nil, *missing, poison:
		return "<nil>"
	}
	return fmt.Sprintf("%T", v)
}
