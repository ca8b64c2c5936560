package template

import (
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// index is a step into a map or a list for each argument; a name or a place that is
// not there gives a missing value.
func index(e *eval, c call) any {
	v := c.args[0]
	for _, k := range c.args[1:] {
		v = e.item(c.at, v, k)
	}
	return v
}

func (e *eval) item(at parse.Node, v, k any) any {
	key := e.scalar(k)
	switch key := key.(type) {
	case poison:
		return key
	case *Missing:
		return e.use(at, key)
	case nil:
		return e.null(at, k)
	}
	if n, ok := v.(*tree.Node); ok && n.IsLeaf() {
		v = e.leaf(n)
	}
	switch v := v.(type) {
	case poison:
		return v
	case *Missing:
		m := *v
		m.path = "(index " + v.path + " …)"
		return &m
	case nil:
		return e.absent(at, k)
	}
	if v == content.Mask && e.masked {
		return content.Mask
	}
	if name, ok := key.(string); ok && tree.IsMap(v) {
		return e.named(at, v, k, name)
	}
	if i, ok := tree.ToInt(key); ok && tree.IsList(v) {
		return e.numbered(at, v, k, i)
	}
	return e.fail(at, "bad-argument", diag.An(tree.KindOf(key))+" cannot index "+diag.An(tree.KindOf(v)), "")
}

// named is the member of a map, by a computed name.
func (e *eval) named(at parse.Node, v, k any, name string) any {
	if n, ok := v.(*tree.Node); ok {
		if c := n.Child(name); c != nil {
			return c
		}
		if e.mayShow(k) {
			return &Missing{path: valuePath(n, name), deepest: n, key: name, def: e.def, offset: e.start(at)}
		}
	} else if c, ok := v.(map[string]any)[name]; ok {
		return c
	}
	return e.absent(at, k)
}

func (e *eval) numbered(at parse.Node, v, k any, i int64) any {
	if n, ok := v.(*tree.Node); ok {
		if kids := n.Children(); i >= 0 && i < int64(len(kids)) {
			return &kids[i]
		}
	} else if list := v.([]any); i >= 0 && i < int64(len(list)) {
		return list[i]
	}
	return e.absent(at, k)
}

// mayShow tells whether an argument may be told in an error: a computed one only while
// nothing secret was read.
func (e *eval) mayShow(v any) bool {
	if n, ok := v.(*tree.Node); ok {
		return !n.Sensitive()
	}
	return !e.reads.Secret
}

// absent is the missing value of a computed name.
func (e *eval) absent(at parse.Node, k any) any {
	name := "…"
	if text, ok := tree.TextOf(e.scalar(k)); ok && e.mayShow(k) {
		name = diag.Quoted(text)
	}
	return &Missing{path: "(index … " + name + ")", def: e.def, offset: e.start(at)}
}
