package template

import (
	"text/template/parse"

	"confit/render/format"
	"confit/render/tree"
)

// deepCopy makes a template's own copy, down to the leaves, which it does not read.
func deepCopy(e *eval, c call) any {
	switch v := c.args[0].(type) {
	case *Missing:
		return e.use(c.at, v)
	case nil:
		return e.null(c.at, v)
	}
	return e.copied(c.at, c.args[0], 0)
}

func (e *eval) copied(at parse.Node, v any, depth int) any {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return e.soft()
	}
	e.tick(at, 1)
	switch {
	case tree.IsMap(v):
		m := tree.MapOf(v)
		e.made(at, 64*len(m))
		out := make(map[string]any, len(m))
		for k := range m {
			out[k] = e.copied(at, m[k], depth+1)
		}
		return out
	case tree.IsList(v):
		list := tree.ListOf(v)
		e.made(at, 16*len(list))
		out := make([]any, len(list))
		for i := range list {
			out[i] = e.copied(at, list[i], depth+1)
		}
		return out
	}
	return v
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
	e.made(at, 64*len(src))
	for _, k := range tree.SortedKeys(src) {
		old, there := dst[k]
		switch {
		case tree.IsMap(old) && tree.IsMap(src[k]):
			inner := tree.MapOf(old)
			e.mergeInto(at, inner, tree.MapOf(src[k]), overwrite, depth+1)
			dst[k] = inner
		case !there || overwrite || Empty(e.scalar(old)):
			dst[k] = src[k]
		}
	}
}
