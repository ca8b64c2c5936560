package render

// languageFuncs are those of the template language itself, and Helm's that execute
// templates.
func languageFuncs() map[string]function {
	return map[string]function{
		"and":      {native: unreachable, max: -1},
		"or":       {native: unreachable, max: -1},
		"not":      {native: func(e *eval, c call) any { return !e.truth(c.at, c.args[0]) }, min: 1, max: 1},
		"len":      {native: length, min: 1, max: 1},
		"index":    {native: index, min: 1, max: -1},
		"eq":       {native: equal, min: 2, max: -1},
		"ne":       {native: func(e *eval, c call) any { return negate(equal(e, c)) }, min: 2, max: 2},
		"lt":       {native: ordered(func(d int) bool { return d < 0 }), min: 2, max: 2},
		"le":       {native: ordered(func(d int) bool { return d <= 0 }), min: 2, max: 2},
		"gt":       {native: ordered(func(d int) bool { return d > 0 }), min: 2, max: 2},
		"ge":       {native: ordered(func(d int) bool { return d >= 0 }), min: 2, max: 2},
		"include":  {native: include, min: 2, max: 2},
		"tpl":      {native: tpl, min: 2, max: 2},
		"required": {native: required, min: 2, max: 2},
		"fail":     {native: failing, min: 1, max: 1},
	}
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
	if n, ok := v.(*Node); ok && !n.isLeaf() {
		return len(n.children())
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
	case *missing:
		return e.use(c.at, s)
	case poison:
		return s
	case nil:
		return e.null(c.at, v)
	default:
		return e.fail(c.at, "bad-argument", "len wants a text, a list or a map, not a "+kindOf(s), "")
	}
}
