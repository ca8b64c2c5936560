package template

import (
	"strings"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// equal reports whether the first argument equals any of the others. Numbers of all types compare by
// value.
func equal(e *eval, c call) any {
	first := e.scalar(c.args[0])
	for _, a := range c.args[1:] {
		same, ok := e.same(c.at, first, e.scalar(a))
		if !ok {
			return e.failedValue()
		}
		if same {
			return true
		}
	}
	return false
}

func (e *eval) same(at parse.Node, a, b any) (same, ok bool) {
	a, b = nilIfMissing(a), nilIfMissing(b)
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil, true
	case tree.IsNumber(a) && tree.IsNumber(b):
		return tree.CompareNumbers(a, b) == 0, true
	case tree.IsMap(a) || tree.IsList(a) || tree.IsMap(b) || tree.IsList(b):
		e.fail(at, "bad-argument", "eq and ne compare scalars, not "+diag.WithArticle(tree.KindOf(a))+" and "+diag.WithArticle(tree.KindOf(b)), "use deepEqual")
		return false, false
	case tree.KindOf(a) != tree.KindOf(b) && !(e.masked && (a == content.Mask || b == content.Mask)):
		e.fail(at, "bad-argument", diag.WithArticle(tree.KindOf(a))+" and "+diag.WithArticle(tree.KindOf(b))+" are never equal", "turn both into text with toString")
		return false, false
	}
	return a == b, true
}

// deepEqual compares two values. Numbers compare by value; a missing value equals null.
func (e *eval) deepEqual(at parse.Node, a, b any, depth int) bool {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return false
	}
	e.step(at, 1)
	a, b = nilIfMissing(e.scalar(a)), nilIfMissing(e.scalar(b))
	switch {
	case tree.IsMap(a) && tree.IsMap(b):
		return e.equalMaps(at, tree.MapOf(a), tree.MapOf(b), depth)
	case tree.IsList(a) && tree.IsList(b):
		return e.equalLists(at, tree.ListOf(a), tree.ListOf(b), depth)
	case tree.IsMap(a) || tree.IsList(a) || tree.IsMap(b) || tree.IsList(b):
		return false
	case tree.IsNumber(a) && tree.IsNumber(b):
		return tree.CompareNumbers(a, b) == 0
	}
	return a == b
}

func (e *eval) equalMaps(at parse.Node, a, b map[string]any, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for _, k := range tree.SortedKeys(a) {
		other, ok := b[k]
		if !ok || !e.deepEqual(at, a[k], other, depth+1) {
			return false
		}
	}
	return true
}

func (e *eval) equalLists(at parse.Node, a, b []any, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !e.deepEqual(at, a[i], b[i], depth+1) {
			return false
		}
	}
	return true
}

// nilIfMissing returns nil for missing values, failed expressions and nulls.
func nilIfMissing(v any) any {
	switch v := v.(type) {
	case *Missing, poison:
		return nil
	case *tree.Node:
		if v.Value() == nil {
			return nil
		}
	}
	return v
}

func compareWith(holds func(int) bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		a, ok := e.plain(c.at, c.args[0], true)
		if !ok {
			return e.failedValue()
		}
		b, ok := e.plain(c.at, c.args[1], true)
		if !ok {
			return e.failedValue()
		}
		if tree.IsNumber(a) && tree.IsNumber(b) {
			return holds(tree.CompareNumbers(a, b))
		}
		s, isText := a.(string)
		t, isText2 := b.(string)
		if !isText || !isText2 {
			return e.fail(c.at, "bad-argument", c.name+" cannot compare "+diag.WithArticle(tree.KindOf(a))+" and "+diag.WithArticle(tree.KindOf(b)), "")
		}
		return holds(strings.Compare(s, t))
	}
}
