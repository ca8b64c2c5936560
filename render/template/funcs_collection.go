package template

import (
	"slices"

	"confit/render/diag"
	"confit/render/tree"
)

// collection adds the functions of maps, which never read the members.
func (m table) collection() {
	m.add("dict", function{native: dict, max: -1})
	m.add("list", function{native: list, max: -1})
	m.add("tuple", function{native: list, max: -1})
	m.add("set", function{native: set, min: 3, max: 3})
	m.add("unset", function{native: unset, min: 2, max: 2})
	m.add("keys", function{native: keys, max: -1})
	m.add("values", function{native: mapValues, min: 1, max: 1})
	m.add("pick", function{native: pickKeys(true), min: 1, max: -1})
	m.add("omit", function{native: pickKeys(false), min: 1, max: -1})
	m.add("pluck", function{native: pluck, min: 1, max: -1})
	m.add("deepCopy", function{native: deepCopy, min: 1, max: 1})
	m.add("mustDeepCopy", function{native: deepCopy, min: 1, max: 1})
	for _, name := range []string{"merge", "mustMerge"} {
		m.add(name, function{native: mergeMaps(false), min: 1, max: -1})
	}
	for _, name := range []string{"mergeOverwrite", "mustMergeOverwrite"} {
		m.add(name, function{native: mergeMaps(true), min: 1, max: -1})
	}
}

// mapArg returns argument i as a map; ok is false after an error.
func (e *eval) mapArg(c call, i int) (map[string]any, bool) {
	switch v := c.args[i].(type) {
	case poison:
		return nil, false
	case *Missing:
		e.failMissing(c.at, v)
		return nil, false
	}
	if v := e.scalar(c.args[i]); v == nil {
		e.failNull(c.at, c.args[i])
		return nil, false
	}
	if !tree.IsMap(c.args[i]) {
		e.fail(c.at, "bad-argument", c.name+" wants a map, not "+diag.WithArticle(tree.KindOf(e.scalar(c.args[i]))), "")
		return nil, false
	}
	return e.mapOf(c.args[i]), true
}

func list(e *eval, c call) any { return e.newList(c.at, slices.Clone(c.args)) }

func dict(e *eval, c call) any {
	e.charge(c.at, 32*len(c.args))
	m := make(map[string]any, (len(c.args)+1)/2)
	for i := 0; i < len(c.args); i += 2 {
		key, ok := tree.TextOf(e.scalar(c.args[i]))
		if !ok {
			key, ok = e.keyOf(c, c.args[i])
		}
		if !ok {
			return e.failedValue()
		}
		m[key] = ""
		if i+1 < len(c.args) {
			m[key] = c.args[i+1]
		}
	}
	return m
}

// ownEntry returns the template's own map that a function changes, and a key; ok is false after an
// error.
func (e *eval) ownEntry(c call) (m map[string]any, key string, ok bool) {
	if n, ok := c.args[0].(*tree.Node); ok {
		e.fail(c.at, "read-only", valuePath(n, "")+" is data, which "+c.name+" cannot change", c.name+" a copy: deepCopy "+valuePath(n, ""))
		return nil, "", false
	}
	if m, ok = e.mapArg(c, 0); ok {
		key, ok = e.keyOf(c, c.args[1])
	}
	return m, key, ok
}

func set(e *eval, c call) any {
	m, key, ok := e.ownEntry(c)
	if !ok {
		return e.failedValue()
	}
	if _, there := m[key]; !there {
		e.charge(c.at, 64+len(key))
	}
	m[key] = c.args[2]
	return m
}

func unset(e *eval, c call) any {
	m, key, ok := e.ownEntry(c)
	if !ok {
		return e.failedValue()
	}
	delete(m, key)
	return m
}

func keys(e *eval, c call) any {
	var out []string
	for i := range c.args {
		m, ok := e.mapArg(c, i)
		if !ok {
			return e.failedValue()
		}
		out = append(out, tree.SortedKeys(m)...)
	}
	slices.Sort(out)
	return e.newList(c.at, anyList(out))
}

func anyList(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

// mapValues returns values in the order of their keys.
func mapValues(e *eval, c call) any {
	m, ok := e.mapArg(c, 0)
	if !ok {
		return e.failedValue()
	}
	out := []any{}
	for _, k := range tree.SortedKeys(m) {
		out = append(out, m[k])
	}
	return e.newList(c.at, out)
}

func pickKeys(keep bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		m, ok := e.mapArg(c, 0)
		if !ok {
			return e.failedValue()
		}
		named := map[string]bool{}
		for _, a := range c.args[1:] {
			key, ok := e.keyOf(c, a)
			if !ok {
				return e.failedValue()
			}
			named[key] = true
		}
		out := map[string]any{}
		for k, v := range m {
			if named[k] == keep {
				out[k] = v
			}
		}
		return out
	}
}

func pluck(e *eval, c call) any {
	key, ok := e.keyOf(c, c.args[0])
	if !ok {
		return e.failedValue()
	}
	out := []any{}
	for i := range c.args[1:] {
		m, ok := e.mapArg(c, i+1)
		if !ok {
			return e.failedValue()
		}
		if v, ok := m[key]; ok {
			out = append(out, v)
		}
	}
	return out
}
