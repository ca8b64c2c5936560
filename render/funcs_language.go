package render

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"
	"text/template"
	"text/template/parse"
)

// languageFuncs are those of the template language itself, and Helm's that execute
// templates.
func languageFuncs() map[string]function {
	return map[string]function{
		"and":      {native: unreachable, max: -1},
		"or":       {native: unreachable, max: -1},
		"not":      {native: func(e *eval, c call) any { return !e.truth(c.at, c.args[0]) }, min: 1, max: 1},
		"len":      {native: length, min: 1, max: 1},
		"index":    {native: index, min: 1, max: -1},
		"eq":       {native: equal, min: 2, max: -1},
		"ne":       {native: func(e *eval, c call) any { return negate(equal(e, c)) }, min: 2, max: 2},
		"lt":       {native: ordered(func(d int) bool { return d < 0 }), min: 2, max: 2},
		"le":       {native: ordered(func(d int) bool { return d <= 0 }), min: 2, max: 2},
		"gt":       {native: ordered(func(d int) bool { return d > 0 }), min: 2, max: 2},
		"ge":       {native: ordered(func(d int) bool { return d >= 0 }), min: 2, max: 2},
		"print":    {native: printing(fmt.Sprint), max: -1},
		"println":  {native: printing(fmt.Sprintln), max: -1},
		"printf":   {native: printFormat, min: 1, max: -1},
		"slice":    {native: slicing, min: 1, max: 4},
		"html":     {native: printing(template.HTMLEscaper), max: -1},
		"js":       {native: printing(template.JSEscaper), max: -1},
		"urlquery": {native: printing(template.URLQueryEscaper), max: -1},
		"include":  {native: include, min: 2, max: 2},
		"tpl":      {native: tpl, min: 2, max: 2},
		"required": {native: required, min: 2, max: 2},
		"fail":     {native: failing, min: 1, max: 1},
	}
}

func unreachable(*eval, call) any { panic("and and or are evaluated in place") }

func negate(v any) any {
	if b, ok := v.(bool); ok {
		return !b
	}
	return v
}

func length(e *eval, c call) any {
	v := c.args[0]
	if n, ok := v.(*Node); ok && !n.isLeaf() {
		return len(n.children())
	}
	switch v := e.scalar(v).(type) {
	case string:
		return len(v)
	case map[string]any:
		return len(v)
	case []any:
		return len(v)
	case []string:
		return len(v)
	case *missing:
		return e.use(c.at, v)
	case poison:
		return v
	default:
		return e.fail(c.at, "bad-argument", "len wants a text, a list or a map, not a "+kindOf(v), "")
	}
}

// index is a step into a map or a list for each argument; a name or a place that is
// not there gives a missing value.
func index(e *eval, c call) any {
	v := c.args[0]
	for _, k := range c.args[1:] {
		key := e.scalar(k)
		if m, ok := key.(*missing); ok {
			return e.use(c.at, m)
		}
		v = e.item(c.at, v, key)
	}
	return v
}

func (e *eval) item(at parse.Node, v, key any) any {
	switch v := v.(type) {
	case poison:
		return v
	case *missing:
		m := *v
		m.path = fmt.Sprintf("(index %s …)", v.path)
		return &m
	case nil:
		return e.absent(at, key)
	}
	if name, ok := key.(string); ok {
		if isMap(v) || v == Mask {
			return e.field(at, v, name, e.start(at), nil)
		}
	} else if i, ok := toInt(key); ok && isList(v) {
		return e.at(at, v, i)
	}
	return e.fail(at, "bad-argument", "a "+kindOf(key)+" cannot index a "+kindOf(v), "")
}

func (e *eval) at(at parse.Node, v any, i int64) any {
	list := listOf(v)
	if i < 0 || i >= int64(len(list)) {
		return e.absent(at, i)
	}
	return list[i]
}

// absent is the missing value of a computed name, which is shown only while nothing
// secret was read.
func (e *eval) absent(at parse.Node, key any) any {
	name := "…"
	if !e.reads.secret {
		name = Quoted(fmt.Sprint(key))
	}
	return &missing{path: "(index … " + name + ")", def: e.def, offset: e.start(at)}
}

func slicing(e *eval, c call) any {
	v, ok := e.plain(c.at, c.args[0], true)
	if !ok {
		return e.soft()
	}
	var at []int
	for _, a := range c.args[1:] {
		i, ok := toInt(e.scalar(a))
		if !ok || i < 0 {
			return e.fail(c.at, "bad-argument", "slice wants whole numbers from 0", "")
		}
		at = append(at, int(i))
	}
	size, cut := 0, func(i, j int) any { return nil }
	switch v := v.(type) {
	case string:
		size, cut = len(v), func(i, j int) any { return v[i:j] }
	case []any:
		size, cut = len(v), func(i, j int) any { return v[i:j] }
	default:
		return e.fail(c.at, "bad-argument", "slice wants a text or a list, not a "+kindOf(v), "")
	}
	from, to := 0, size
	if len(at) > 0 {
		from = at[0]
	}
	if len(at) > 1 {
		to = at[1]
	}
	if from > to || to > size {
		return e.fail(c.at, "bad-argument", fmt.Sprintf("slice [%d:%d] is out of the range of %d", from, to, size), "")
	}
	return cut(from, to)
}

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
		e.fail(at, "bad-argument", "eq and ne compare scalars, not a "+kindOf(a)+" and a "+kindOf(b), "use deepEqual")
		return false, false
	case kindOf(a) != kindOf(b) && !(e.masked && (a == Mask || b == Mask)):
		e.fail(at, "bad-argument", "a "+kindOf(a)+" and a "+kindOf(b)+" are never equal", "turn both into text with toString")
		return false, false
	}
	return a == b, true
}

// nothing makes nil of all that is not there.
func nothing(v any) any {
	switch v.(type) {
	case *missing, poison:
		return nil
	}
	return v
}

func ordered(holds func(int) bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		a, ok := e.plain(c.at, c.args[0], true)
		b, ok2 := e.plain(c.at, c.args[1], true)
		if !ok || !ok2 {
			return e.soft()
		}
		if isNumber(a) && isNumber(b) {
			return holds(compareNumbers(a, b))
		}
		s, isText := a.(string)
		t, isText2 := b.(string)
		if !isText || !isText2 {
			return e.fail(c.at, "bad-argument", c.name+" cannot compare a "+kindOf(a)+" and a "+kindOf(b), "")
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
	if n, ok := v.(Num); ok && len(n.Text) < 64 && decimal.MatchString(n.Text) && !strings.ContainsAny(n.Text, "eE") {
		return new(big.Rat).SetString(n.Text)
	}
	if i, ok := toInt(v); ok {
		return new(big.Rat).SetInt64(i), true
	}
	f, _ := toFloat(v)
	r := new(big.Rat)
	if r.SetFloat64(f) == nil {
		return nil, false
	}
	return r, true
}

func include(e *eval, c call) any {
	name, ok := e.scalar(c.args[0]).(string)
	if !ok {
		return e.fail(c.at, "bad-argument", "include wants the name of a template", "")
	}
	d := e.prog.lookup(name)
	if d == nil {
		if e.reads.secret {
			return e.fail(c.at, "no-template", "there is no template of that name", "")
		}
		return e.fail(c.at, "no-template", "there is no template "+Quoted(name), e.nearTemplate(name))
	}
	return e.capture(func() { e.call(c.at, d, c.args[1]) })
}

// capture gives what f prints.
func (e *eval) capture(f func()) string {
	out := e.out
	e.out = nil
	f()
	text := string(e.out)
	e.out = out
	return text
}

// tpl executes a text as a template. What it defines is there for this call only.
func tpl(e *eval, c call) any {
	text, ok := e.plain(c.at, c.args[0], true)
	if !ok {
		return e.soft()
	}
	s, ok := text.(string)
	if !ok {
		return e.fail(c.at, "bad-argument", "tpl wants a text, not a "+kindOf(text), "")
	}
	src := &source{name: "tpl at " + e.pos(e.start(c.at)).String(), text: s, secret: e.reads.secret}
	main, own, err := parseSource(src, "", "", e.lib)
	if err != nil {
		p := Problems(err, CauseData)[0]
		if e.reads.secret {
			return e.fail(c.at, p.Code, "the text given to tpl cannot be parsed", "")
		}
		return e.fail(c.at, p.Code, p.Error(), p.Hint)
	}
	prog := e.prog
	scoped := *prog
	scoped.own = make(map[string]*definition, len(prog.own)+len(own))
	for _, defs := range []map[string]*definition{prog.own, own} {
		for name, d := range defs {
			scoped.own[name] = d
		}
	}
	e.prog = &scoped
	defer func() { e.prog = prog }()
	return e.capture(func() { e.call(c.at, main, c.args[1]) })
}

func required(e *eval, c call) any {
	v := e.scalar(c.args[1])
	switch nothing(v) {
	case nil, "":
		if _, failed := v.(poison); failed {
			return v
		}
		return e.message(c, c.args[0], "required")
	}
	return c.args[1]
}

func failing(e *eval, c call) any { return e.message(c, c.args[0], "fail") }

// message fails with the text a template gives. Once a secret was read, that text is
// what the masked run gives at the same place.
func (e *eval) message(c call, text any, code string) any {
	v, ok := e.plain(c.at, text, true)
	if !ok {
		return e.soft()
	}
	said := Quoted(fmt.Sprint(v))
	if e.masked {
		e.said[e.pos(e.start(c.at))] = said
		return Mask
	}
	if e.reads.secret {
		return e.fail(c.at, code, heldBack, "")
	}
	return e.fail(c.at, code, said, "")
}

// heldBack stands for a message until the masked run has given its text.
const heldBack = "the template ended the run; its message is held back, as it may hold a secret"
