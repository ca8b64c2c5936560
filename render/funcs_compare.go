package render

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
)

// equal tells whether the first argument equals any of the others. Numbers compare by
// value, whatever their type.
func equal(e *eval, c call) any {
	first := e.scalar(c.args[0])
	for _, a := range c.args[1:] {
		same, ok := e.same(c.at, first, e.scalar(a))
		if !ok {
			return e.soft()
		}
		if same {
			return true
		}
	}
	return false
}

func (e *eval) same(at parse.Node, a, b any) (same, ok bool) {
	a, b = nothing(a), nothing(b)
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil, true
	case isNumber(a) && isNumber(b):
		return compareNumbers(a, b) == 0, true
	case isMap(a) || isList(a) || isMap(b) || isList(b):
		e.fail(at, "bad-argument", "eq and ne compare scalars, not "+diag.An(kindOf(a))+" and "+diag.An(kindOf(b)), "use deepEqual")
		return false, false
	case kindOf(a) != kindOf(b) && !(e.masked && (a == content.Mask || b == content.Mask)):
		e.fail(at, "bad-argument", diag.An(kindOf(a))+" and "+diag.An(kindOf(b))+" are never equal", "turn both into text with toString")
		return false, false
	}
	return a == b, true
}

// deepEqual compares all of two values. Numbers compare by value, a missing value is
// null.
func (e *eval) deepEqual(at parse.Node, a, b any, depth int) bool {
	if depth > maxDepth {
		e.tooDeep(at)
		return false
	}
	e.tick(at, 1)
	a, b = nothing(e.scalar(a)), nothing(e.scalar(b))
	switch {
	case isMap(a) && isMap(b):
		return e.equalMaps(at, mapOf(a), mapOf(b), depth)
	case isList(a) && isList(b):
		return e.equalLists(at, listOf(a), listOf(b), depth)
	case isMap(a) || isList(a) || isMap(b) || isList(b):
		return false
	case isNumber(a) && isNumber(b):
		return compareNumbers(a, b) == 0
	}
	return a == b
}

func (e *eval) equalMaps(at parse.Node, a, b map[string]any, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for _, k := range sortedKeys(a) {
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

// nothing makes nil of all that is not there.
func nothing(v any) any {
	switch v := v.(type) {
	case *Missing, poison:
		return nil
	case *Node:
		if v.Value() == nil {
			return nil
		}
	}
	return v
}

func ordered(holds func(int) bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		a, ok := e.plain(c.at, c.args[0], true)
		if !ok {
			return e.soft()
		}
		b, ok := e.plain(c.at, c.args[1], true)
		if !ok {
			return e.soft()
		}
		if isNumber(a) && isNumber(b) {
			return holds(compareNumbers(a, b))
		}
		s, isText := a.(string)
		t, isText2 := b.(string)
		if !isText || !isText2 {
			return e.fail(c.at, "bad-argument", c.name+" cannot compare "+diag.An(kindOf(a))+" and "+diag.An(kindOf(b)), "")
		}
		return holds(strings.Compare(s, t))
	}
}

// compareNumbers compares exactly, however many digits they have.
func compareNumbers(a, b any) int {
	i, ok := a.(int64)
	j, ok2 := b.(int64)
	if ok && ok2 {
		return cmp.Compare(i, j)
	}
	x, ok := rational(a)
	y, ok2 := rational(b)
	if ok && ok2 {
		return x.Cmp(y)
	}
	f, _ := toFloat(a)
	g, _ := toFloat(b)
	return cmp.Compare(f, g)
}

func rational(v any) (*big.Rat, bool) {
	if n, ok := v.(Num); ok && len(n.Text) < 64 && decimal().MatchString(n.Text) && !strings.ContainsAny(n.Text, "eE") {
		return new(big.Rat).SetString(n.Text)
	}
	if i, ok := toInt(v); ok {
		return new(big.Rat).SetInt64(i), true
	}
	f, _ := toFloat(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	return new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64)) // the number as written: 0.1 is a tenth
}
