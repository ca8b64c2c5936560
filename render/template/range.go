package template

import (
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// rangeLoop executes a range.
func (e *eval) rangeLoop(dot any, n *parse.RangeNode) control {
	e.action = int(n.Pos)
	outer := len(e.vars)
	v := e.pipeline(dot, n.Pipe)
	inner := len(e.vars)
	rounds := 0
	e.iterate(n.Pipe, v, len(n.Pipe.Decl), func(key, item any) bool {
		rounds++
		e.step(n, 1)
		e.declare(n.Pipe, key, item)
		c := e.list(item, n.List)
		e.vars = e.vars[:inner]
		return c != breaks
	})
	c := next
	if rounds == 0 && n.ElseList != nil {
		c = e.list(dot, n.ElseList)
	}
	e.vars = e.vars[:outer]
	return c
}

// declare sets the variables of a range for one round: the item, or key and item.
func (e *eval) declare(p *parse.PipeNode, key, item any) {
	set := func(d *parse.VariableNode, v any) {
		if p.IsAssign {
			e.assign(d.Ident[0], v)
			return
		}
		e.vars = append(e.vars, variable{d.Ident[0], v})
	}
	switch len(p.Decl) {
	case 1:
		set(p.Decl[0], item)
	case 2:
		set(p.Decl[0], key)
		set(p.Decl[1], item)
	}
}

// iterate calls each with every key and item of v, in order, until it returns false.
func (e *eval) iterate(at parse.Node, v any, vars int, each func(key, item any) bool) {
	if n, ok := v.(*tree.Node); ok {
		if n.IsLeaf() {
			v = e.leaf(n)
		} else {
			e.iterateNode(n, vars, each)
			return
		}
	}
	switch v := v.(type) {
	case nil, poison, *Missing:
		return
	case map[string]any:
		iterateMap(v, each)
		return
	case tree.Num:
		e.iterateInt(at, v.V, vars, each)
		return
	case int, int64:
		e.iterateInt(at, v, vars, each)
		return
	case *Files:
		e.iterateFiles(at, v, each)
		return
	case string:
		if e.masked && v == content.Mask {
			each(content.Mask, content.Mask)
			return
		}
	}
	list, ok := v.([]any)
	if !ok {
		e.fail(at, "wrong-type", "range wants a list or a map, not "+diag.WithArticle(tree.KindOf(v)), "")
		return
	}
	for i := range list {
		if !each(i, list[i]) {
			return
		}
	}
}

// iterateMap iterates over the members at the start, as text/template does: the body may change the
// map.
func iterateMap(m map[string]any, each func(key, item any) bool) {
	keys := tree.SortedKeys(m)
	held := make([]any, len(keys))
	for i, k := range keys {
		held[i] = m[k]
	}
	for i, k := range keys {
		if !each(k, held[i]) {
			return
		}
	}
}

func (e *eval) iterateNode(n *tree.Node, vars int, each func(key, item any) bool) {
	kids := n.Children()
	if vars > 1 {
		kids = e.members(n)
	}
	byName := n.IsMap()
	for i := range kids {
		var key any
		switch {
		case vars < 2: // no variable for it
		case byName:
			key = kids[i].Key()
		default:
			key = i
		}
		if !each(key, &kids[i]) {
			return
		}
	}
}

func (e *eval) iterateInt(at parse.Node, v any, vars int, each func(key, item any) bool) {
	count, ok := tree.ToInt(v)
	if !ok {
		e.fail(at, "wrong-type", "range wants a list, a map or a whole number", "")
		return
	}
	if vars > 1 {
		e.fail(at, "wrong-type", "range over a number has one variable", "")
		return
	}
	for i := range count {
		if !each(i, int(i)) {
			return
		}
	}
}
