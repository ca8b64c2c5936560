package template

import (
	"slices"
	"text/template/parse"

	"confit/render/diag"
	"confit/render/tree"
)

// list adds what works on lists; only those that compare read what is in them.
func (m functions) list() {
	m.add("concat", function{native: concat, max: -1})
	m.addMust("first", function{native: firstOf, min: 1, max: 1})
	m.addMust("last", function{native: lastOf, min: 1, max: 1})
	m.addMust("append", function{native: appending, min: 2, max: 2})
	m.addMust("push", function{native: appending, min: 2, max: 2})
	m.addMust("prepend", function{native: prepending, min: 2, max: 2})
	m.addMust("rest", function{native: cutting(func(l []any) []any { return l[1:] }), min: 1, max: 1})
	m.addMust("initial", function{native: cutting(func(l []any) []any { return l[:len(l)-1] }), min: 1, max: 1})
	m.addMust("reverse", function{native: reversed, min: 1, max: 1})
	m.addMust("compact", function{native: compacted, min: 1, max: 1})
	m.addMust("uniq", function{native: uniq, min: 1, max: 1})
	m.addMust("without", function{native: without, min: 1, max: -1})
	m.addMust("has", function{native: has, min: 2, max: 2})
	m.addMust("chunk", function{native: chunked, min: 2, max: 2})
	m.addMust("slice", function{native: slicing, min: 1, max: 3})
}

// listArg is argument i as a list; it is false after an error.
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
		e.use(c.at, v)
		return nil, false
	}
	v := e.scalar(c.args[i])
	if v == nil {
		e.null(c.at, c.args[i])
		return nil, false
	}
	e.fail(c.at, "bad-argument", c.name+" wants a list, not "+diag.An(tree.KindOf(v)), "")
	return nil, false
}

// list gives a list that a function made.
func (e *eval) newList(at parse.Node, list []any) any {
	e.grown(at, len(list))
	return list
}

// withList makes a function of one that only needs the list.
func withList(f func(e *eval, c call, list []any) any) func(*eval, call) any {
	return func(e *eval, c call) any {
		list, ok := e.listArg(c, 0)
		if !ok {
			return e.soft()
		}
		return f(e, c, list)
	}
}

func firstOf(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		if len(list) == 0 {
			return e.noItem(c)
		}
		return list[0]
	})(e, c)
}

func lastOf(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		if len(list) == 0 {
			return e.noItem(c)
		}
		return list[len(list)-1]
	})(e, c)
}

// noItem is the first or last of an empty list: a missing value.
func (e *eval) noItem(c call) any {
	path := "(" + c.name + " …), as the list is empty"
	return &Missing{path: path, def: e.def, offset: e.start(c.at)}
}

func appending(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		return e.newList(c.at, append(slices.Clip(list), c.args[1]))
	})(e, c)
}

func prepending(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		return e.newList(c.at, append([]any{c.args[1]}, list...))
	})(e, c)
}

func concat(e *eval, c call) any {
	out := []any{}
	for i := range c.args {
		list, ok := e.listArg(c, i)
		if !ok {
			return e.soft()
		}
		e.grown(c.at, len(out)+len(list))
		out = append(out, list...)
	}
	return out
}

func cutting(cut func([]any) []any) func(*eval, call) any {
	return withList(func(e *eval, c call, list []any) any {
		if len(list) == 0 {
			return []any{}
		}
		return slices.Clip(cut(list))
	})
}

func reversed(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		out := slices.Clone(list)
		slices.Reverse(out)
		return e.newList(c.at, out)
	})(e, c)
}

func compacted(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		out := []any{}
		for _, v := range list {
			if !Empty(e.scalar(v)) {
				out = append(out, v)
			}
		}
		return e.newList(c.at, out)
	})(e, c)
}

func uniq(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		out := []any{}
		for _, v := range list {
			if !e.contains(c.at, out, v) {
				out = append(out, v)
			}
		}
		return e.newList(c.at, out)
	})(e, c)
}

func without(e *eval, c call) any {
	return withList(func(e *eval, c call, list []any) any {
		out := []any{}
		for _, v := range list {
			if !e.contains(c.at, c.args[1:], v) {
				out = append(out, v)
			}
		}
		return e.newList(c.at, out)
	})(e, c)
}

func has(e *eval, c call) any {
	list, ok := e.listArg(c, 1)
	if !ok {
		return e.soft()
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

func chunked(e *eval, c call) any {
	list, ok := e.listArg(c, 1)
	if !ok {
		return e.soft()
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

// slicing cuts a list, or a text by bytes. Where it reaches beyond the end is an error.
func slicing(e *eval, c call) any {
	if s, ok := e.scalar(c.args[0]).(string); ok {
		from, to, ok := e.sliceRange(c, len(s))
		if !ok {
			return e.soft()
		}
		return s[from:to]
	}
	list, ok := e.listArg(c, 0)
	if !ok {
		return e.soft()
	}
	if len(list) == 0 { // as sprig has it
		return list
	}
	from, to, ok := e.sliceRange(c, len(list))
	if !ok {
		return e.soft()
	}
	return slices.Clip(list[from:to])
}

func (e *eval) sliceRange(c call, size int) (from, to int, ok bool) {
	at := [2]int64{0, int64(size)}
	for i, a := range c.args[1:] {
		n, ok := e.wholeArg(c, i+1, a)
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

// wholeArg is an argument that must be a whole number.
func (e *eval) wholeArg(c call, i int, a any) (int64, bool) {
	v, ok := e.plain(c.at, a, false)
	if !ok {
		return 0, false
	}
	n, ok := tree.ToInt(v)
	if !ok {
		e.fail(c.at, "bad-argument", c.name+" wants whole numbers, not "+diag.An(tree.KindOf(v)), "")
	}
	return n, ok
}
