package template

import (
	"slices"
	"text/template/parse"

	"confit/render/diag"
	"confit/render/tree"
)

// list adds the functions of lists. Only those that compare items read them.
func (m table) list() {
	m.add("concat", function{native: concat, max: -1})
	m.addMust("first", function{native: withList(firstOf), min: 1, max: 1})
	m.addMust("last", function{native: withList(lastOf), min: 1, max: 1})
	m.addMust("append", function{native: withList(appendItem), min: 2, max: 2})
	m.addMust("push", function{native: withList(appendItem), min: 2, max: 2})
	m.addMust("prepend", function{native: withList(prependItem), min: 2, max: 2})
	m.addMust("rest", function{native: cutWith(func(l []any) []any { return l[1:] }), min: 1, max: 1})
	m.addMust("initial", function{native: cutWith(func(l []any) []any { return l[:len(l)-1] }), min: 1, max: 1})
	m.addMust("reverse", function{native: withList(reverse), min: 1, max: 1})
	m.addMust("compact", function{native: withList(compact), min: 1, max: 1})
	m.addMust("uniq", function{native: withList(uniq), min: 1, max: 1})
	m.addMust("without", function{native: withList(without), min: 1, max: -1})
	m.addMust("has", function{native: has, min: 2, max: 2})
	m.addMust("chunk", function{native: chunk, min: 2, max: 2})
	m.addMust("slice", function{native: sliceOf, min: 1, max: 3})
}

// listArg returns argument i as a list; ok is false after an error.
func (e *eval) listArg(c call, i int) ([]any, bool) {
	switch v := c.args[i].(type) {
	case []any:
		return v, true
	case *tree.Node:
		if v.IsList() {
			return tree.ListOf(v), true
		}
	case poison:
		return nil, false
	case *Missing:
		e.failMissing(c.at, v)
		return nil, false
	}
	v := e.scalar(c.args[i])
	if v == nil {
		e.failNull(c.at, c.args[i])
		return nil, false
	}
	e.fail(c.at, "bad-argument", c.name+" wants a list, not "+diag.WithArticle(tree.KindOf(v)), "")
	return nil, false
}

// newList charges the budget for a list.
func (e *eval) newList(at parse.Node, list []any) any {
	e.chargeItems(at, len(list))
	return list
}

// withList makes a native function of a plain one whose first argument is a list.
func withList(f func(e *eval, c call, list []any) any) func(*eval, call) any {
	return func(e *eval, c call) any {
		list, ok := e.listArg(c, 0)
		if !ok {
			return e.failedValue()
		}
		return f(e, c, list)
	}
}

func firstOf(e *eval, c call, list []any) any {
	if len(list) == 0 {
		return e.noItem(c)
	}
	return list[0]
}

func lastOf(e *eval, c call, list []any) any {
	if len(list) == 0 {
		return e.noItem(c)
	}
	return list[len(list)-1]
}

// noItem is the missing first or last item of an empty list.
func (e *eval) noItem(c call) any {
	path := "(" + c.name + " …), as the list is empty"
	return &Missing{path: path, def: e.def, offset: e.start(c.at)}
}

func appendItem(e *eval, c call, list []any) any {
	return e.newList(c.at, append(slices.Clip(list), c.args[1]))
}

func prependItem(e *eval, c call, list []any) any {
	return e.newList(c.at, append([]any{c.args[1]}, list...))
}

func concat(e *eval, c call) any {
	out := []any{}
	for i := range c.args {
		list, ok := e.listArg(c, i)
		if !ok {
			return e.failedValue()
		}
		e.chargeItems(c.at, len(out)+len(list))
		out = append(out, list...)
	}
	return out
}

func cutWith(cut func([]any) []any) func(*eval, call) any {
	return withList(func(e *eval, c call, list []any) any {
		if len(list) == 0 {
			return []any{}
		}
		return slices.Clip(cut(list))
	})
}

func reverse(e *eval, c call, list []any) any {
	out := slices.Clone(list)
	slices.Reverse(out)
	return e.newList(c.at, out)
}

func compact(e *eval, c call, list []any) any {
	out := []any{}
	for _, v := range list {
		if !Empty(e.scalar(v)) {
			out = append(out, v)
		}
	}
	return e.newList(c.at, out)
}

func uniq(e *eval, c call, list []any) any {
	out := []any{}
	for _, v := range list {
		if !e.contains(c.at, out, v) {
			out = append(out, v)
		}
	}
	return e.newList(c.at, out)
}

func without(e *eval, c call, list []any) any {
	out := []any{}
	for _, v := range list {
		if !e.contains(c.at, c.args[1:], v) {
			out = append(out, v)
		}
	}
	return e.newList(c.at, out)
}

func has(e *eval, c call) any {
	list, ok := e.listArg(c, 1)
	if !ok {
		return e.failedValue()
	}
	return e.contains(c.at, list, c.args[0])
}

func (e *eval) contains(at parse.Node, list []any, v any) bool {
	for _, item := range list {
		if e.deepEqual(at, item, v, 0) {
			return true
		}
	}
	return false
}

func chunk(e *eval, c call) any {
	list, ok := e.listArg(c, 1)
	if !ok {
		return e.failedValue()
	}
	size, ok := tree.ToInt(e.scalar(c.args[0]))
	if !ok || size < 1 {
		return e.fail(c.at, "bad-argument", c.name+" wants a whole number from 1 first", "")
	}
	out := []any{}
	for part := range slices.Chunk(list, int(min(size, maxItems))) {
		out = append(out, part)
	}
	return e.newList(c.at, out)
}

// sliceOf cuts a list, or a text by bytes. A range beyond the end is an error.
func sliceOf(e *eval, c call) any {
	if s, ok := e.scalar(c.args[0]).(string); ok {
		from, to, ok := e.sliceRange(c, len(s))
		if !ok {
			return e.failedValue()
		}
		return s[from:to]
	}
	list, ok := e.listArg(c, 0)
	if !ok {
		return e.failedValue()
	}
	if len(list) == 0 { // as in sprig
		return list
	}
	from, to, ok := e.sliceRange(c, len(list))
	if !ok {
		return e.failedValue()
	}
	return slices.Clip(list[from:to])
}

func (e *eval) sliceRange(c call, size int) (from, to int, ok bool) {
	at := [2]int64{0, int64(size)}
	for i, a := range c.args[1:] {
		n, ok := e.wholeArg(c, a)
		if !ok {
			return 0, 0, false
		}
		at[i] = n
	}
	if at[0] < 0 || at[0] > at[1] || at[1] > int64(size) {
		e.fail(c.at, "bad-argument", c.name+" reaches beyond the end, or backwards", "")
		return 0, 0, false
	}
	return int(at[0]), int(at[1]), true
}

// wholeArg returns an argument that must be a whole number.
func (e *eval) wholeArg(c call, a any) (int64, bool) {
	v, ok := e.plain(c.at, a, false)
	if !ok {
		return 0, false
	}
	n, ok := tree.ToInt(v)
	if !ok {
		e.fail(c.at, "bad-argument", c.name+" wants whole numbers, not "+diag.WithArticle(tree.KindOf(v)), "")
	}
	return n, ok
}
