package template

import (
	"text/template/parse"

	"confit/render/format"
	"confit/render/tree"
)

// deepCopy copies maps and lists, so that the template may change them. It reads no leaves.
func deepCopy(e *eval, c call) any {
	switch v := c.args[0].(type) {
	case *Missing:
		return e.failMissing(c.at, v)
	case nil:
		return e.failNull(c.at, v)
	}
	return e.copyDeep(c.at, c.args[0], 0)
}

// copyDeep copies the maps and lists of v at all depths, and charges them to the budget. It
// counts a step for each value.
func (e *eval) copyDeep(at parse.Node, v any, depth int) any {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return e.failedValue()
	}
	e.step(at, 1)
	switch {
	case tree.IsMap(v):
		m := e.mapOf(v)
		e.charge(at, 64*len(m))
		out := make(map[string]any, len(m))
		for k := range m {
			out[k] = e.copyDeep(at, m[k], depth+1)
		}
		return out
	case tree.IsList(v):
		list := tree.ListOf(v)
		e.charge(at, 16*len(list))
		out := make([]any, len(list))
		for i := range list {
			out[i] = e.copyDeep(at, list[i], depth+1)
		}
		return out
	}
	return v
}

// mergeMaps makes a native function that merges maps: the first value wins, or the last one with
// overwrite.
// The result is the first map if it is the template's own, and a new map if it is data.
func mergeMaps(overwrite bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		dst, ok := e.mapArg(c, 0)
		if !ok {
			return e.failedValue()
		}
		for i := range c.args[1:] {
			src, ok := e.mapArg(c, i+1)
			if !ok {
				return e.failedValue()
			}
			e.mergeInto(c.at, dst, src, overwrite, 0)
		}
		return dst
	}
}

func (e *eval) mergeInto(at parse.Node, dst, src map[string]any, overwrite bool, depth int) {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return
	}
	e.charge(at, 64*len(src))
	for _, k := range tree.SortedKeys(src) {
		old, there := dst[k]
		switch {
		case tree.IsMap(old) && tree.IsMap(src[k]):
			inner := e.mapOf(old)
			e.mergeInto(at, inner, e.mapOf(src[k]), overwrite, depth+1)
			dst[k] = inner
		case !there || overwrite || Empty(e.scalar(old)):
			dst[k] = src[k]
		}
	}
}
