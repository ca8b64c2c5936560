package render

import (
	"reflect"
	"slices"
)

// collectionFuncs make and take apart maps and lists without reading what is in them.
func collectionFuncs() map[string]function {
	m := map[string]function{
		"dict":      {native: dict, max: -1},
		"list":      {native: func(_ *eval, c call) any { return c.args }, max: -1},
		"tuple":     {native: func(_ *eval, c call) any { return c.args }, max: -1},
		"set":       {native: set, min: 3, max: 3},
		"unset":     {native: unset, min: 2, max: 2},
		"keys":      {native: keys, max: -1},
		"values":    {native: values, min: 1, max: 1},
		"pick":      {native: picking(true), min: 1, max: -1},
		"omit":      {native: picking(false), min: 1, max: -1},
		"pluck":     {native: pluck, min: 1, max: -1},
		"first":     {native: firstOf, min: 1, max: 1},
		"last":      {native: lastOf, min: 1, max: 1},
		"mustFirst": {native: firstOf, min: 1, max: 1},
		"mustLast":  {native: lastOf, min: 1, max: 1},
	}
	for _, name := range []string{"merge", "mustMerge"} {
		m[name] = function{native: merging(false), min: 1, max: -1}
	}
	for _, name := range []string{"mergeOverwrite", "mustMergeOverwrite"} {
		m[name] = function{native: merging(true), min: 1, max: -1}
	}
	return m
}

func isMap(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.isMap()
	case map[string]any:
		return true
	case nil, string, int, int64, bool, float64, Num:
		return false
	}
	return reflect.TypeOf(v).Kind() == reflect.Map
}

func isList(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.isList()
	case []any:
		return true
	case nil, string, int, int64, bool, float64, Num:
		return false
	}
	return reflect.TypeOf(v).Kind() == reflect.Slice
}

// listOf gives the items of a list, nodes as nodes.
func listOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case *Node:
		kids := v.children()
		out := make([]any, len(kids))
		for i := range kids {
			out[i] = &kids[i]
		}
		return out
	}
	r := reflect.ValueOf(v)
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.Index(i).Interface()
	}
	return out
}

// mapOf gives the members of a map, nodes as nodes; a template's own dict is given
// itself.
func mapOf(v any) map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return v
	case *Node:
		kids := v.children()
		out := make(map[string]any, len(kids))
		for i := range kids {
			out[kids[i].key] = &kids[i]
		}
		return out
	}
	out := map[string]any{}
	r := reflect.ValueOf(v)
	for _, k := range r.MapKeys() {
		out[k.String()] = r.MapIndex(k).Interface()
	}
	return out
}

// mapArg is argument i as a map; it is false after an error.
func (e *eval) mapArg(c call, i int) (map[string]any, bool) {
	switch v := c.args[i].(type) {
	case poison:
		return nil, false
	case *missing:
		e.use(c.at, v)
		return nil, false
	}
	if !isMap(c.args[i]) {
		e.fail(c.at, "bad-argument", c.name+" wants a map, not a "+kindOf(e.scalar(c.args[i])), "")
		return nil, false
	}
	return mapOf(c.args[i]), true
}

func dict(e *eval, c call) any {
	m := make(map[string]any, (len(c.args)+1)/2)
	for i := 0; i < len(c.args); i += 2 {
		key, ok := e.keyOf(c, c.args[i])
		if !ok {
			return e.soft()
		}
		m[key] = ""
		if i+1 < len(c.args) {
			m[key] = c.args[i+1]
		}
	}
	return m
}

func (e *eval) ownMap(c call) (map[string]any, bool) {
	if n, ok := c.args[0].(*Node); ok {
		e.fail(c.at, "read-only", valuePath(n, "")+" is data, which "+c.name+" cannot change", c.name+" a copy: deepCopy "+valuePath(n, ""))
		return nil, false
	}
	return e.mapArg(c, 0)
}

func set(e *eval, c call) any {
	m, ok := e.ownMap(c)
	if !ok {
		return e.soft()
	}
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.soft()
	}
	m[key] = c.args[2]
	return m
}

func unset(e *eval, c call) any {
	m, ok := e.ownMap(c)
	if !ok {
		return e.soft()
	}
	key, ok := e.keyOf(c, c.args[1])
	if !ok {
		return e.soft()
	}
	delete(m, key)
	return m
}

func keys(e *eval, c call) any {
	var out []string
	for i := range c.args {
		m, ok := e.mapArg(c, i)
		if !ok {
			return e.soft()
		}
		out = append(out, sortedKeys(m)...)
	}
	slices.Sort(out)
	return anyList(out)
}

func anyList(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

// values are in the order of their keys.
func values(e *eval, c call) any {
	m, ok := e.mapArg(c, 0)
	if !ok {
		return e.soft()
	}
	out := []any{}
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

func picking(keep bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		m, ok := e.mapArg(c, 0)
		if !ok {
			return e.soft()
		}
		named := map[string]bool{}
		for _, a := range c.args[1:] {
			key, ok := e.keyOf(c, a)
			if !ok {
				return e.soft()
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
		return e.soft()
	}
	out := []any{}
	for i := range c.args[1:] {
		m, ok := e.mapArg(c, i+1)
		if !ok {
			return e.soft()
		}
		if v, ok := m[key]; ok {
			out = append(out, v)
		}
	}
	return out
}

func firstOf(e *eval, c call) any { return e.end(c, func(list []any) any { return list[0] }) }

func lastOf(e *eval, c call) any {
	return e.end(c, func(list []any) any { return list[len(list)-1] })
}

func (e *eval) end(c call, take func([]any) any) any {
	v := c.args[0]
	switch m := v.(type) {
	case poison:
		return m
	case *missing:
		return e.use(c.at, m)
	}
	if !isList(v) {
		return e.fail(c.at, "bad-argument", c.name+" wants a list, not a "+kindOf(e.scalar(v)), "")
	}
	list := listOf(v)
	if len(list) == 0 {
		return nil
	}
	return take(list)
}

// merging puts maps over one another: the first one that has a value wins, or the last
// one if it overwrites. The first map is changed, if it is the template's own; data
// stays as it is and the result is new.
func merging(overwrite bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		dst, ok := e.mapArg(c, 0)
		if !ok {
			return e.soft()
		}
		for i := range c.args[1:] {
			src, ok := e.mapArg(c, i+1)
			if !ok {
				return e.soft()
			}
			e.mergeInto(dst, src, overwrite)
		}
		return dst
	}
}

func (e *eval) mergeInto(dst, src map[string]any, overwrite bool) {
	for _, k := range sortedKeys(src) {
		old, there := dst[k]
		switch {
		case isMap(old) && isMap(src[k]):
			inner := mapOf(old)
			e.mergeInto(inner, mapOf(src[k]), overwrite)
			dst[k] = inner
		case !there || overwrite && !empty(e.scalar(src[k])) || empty(e.scalar(old)):
			dst[k] = src[k]
		}
	}
}
