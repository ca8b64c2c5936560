package template

import (
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// index goes one step into a map or a list for each argument. An absent key or index gives a missing
// value.
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
		return e.failMissing(at, key)
	case nil:
		return e.failNull(at, k)
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
		return e.missingItem(at, k)
	}
	if v == content.Mask && e.masked {
		return content.Mask
	}
	if name, ok := key.(string); ok && tree.IsMap(v) {
		return e.memberByName(at, v, k, name)
	}
	if i, ok := tree.ToInt(key); ok && tree.IsList(v) {
		return e.itemAt(at, v, k, i)
	}
	return e.fail(at, "bad-argument", diag.WithArticle(tree.KindOf(key))+" cannot index "+diag.WithArticle(tree.KindOf(v)), "")
}

// memberByName is the member of a map with a computed name.
func (e *eval) memberByName(at parse.Node, v, k any, name string) any {
	if n, ok := v.(*tree.Node); ok {
		if c := n.Child(name); c != nil {
			return c
		}
		if e.mayShow(k) {
			return &Missing{path: valuePath(n, name), deepest: n, key: name, def: e.def, offset: e.start(at)}
		}
		return e.missingItem(at, k)
	}
	m := v.(map[string]any)
	if c, ok := m[name]; ok {
		return c
	}
	if e.isTop(m) && e.mayShow(k) {
		return e.failImpossible(at, e.absentAtTop(&Missing{path: "." + diag.Quoted(name), key: name, def: e.def, offset: e.start(at)}))
	}
	return e.missingItem(at, k)
}

func (e *eval) itemAt(at parse.Node, v, k any, i int64) any {
	if n, ok := v.(*tree.Node); ok {
		if kids := n.Children(); i >= 0 && i < int64(len(kids)) {
			return &kids[i]
		}
	} else if list := v.([]any); i >= 0 && i < int64(len(list)) {
		return list[i]
	}
	return e.missingItem(at, k)
}

// mayShow reports whether an error may quote an argument: not after the template read a secret,
// unless the argument is a plain leaf.
func (e *eval) mayShow(v any) bool {
	if n, ok := v.(*tree.Node); ok {
		return !n.Sensitive()
	}
	return !e.reads.Secret
}

// missingItem is the missing value of a computed name.
func (e *eval) missingItem(at parse.Node, k any) any {
	name := "…"
	if text, ok := tree.TextOf(e.scalar(k)); ok && e.mayShow(k) {
		name = diag.Quoted(text)
	}
	return &Missing{path: "(index … " + name + ")", def: e.def, offset: e.start(at)}
}
