package render

import (
	"fmt"
	"reflect"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"
)

// A library is every function that a template may call. It is built once a run and
// only read after.
type library struct {
	names   map[string]any // what the parser wants to know
	funcs   map[string]function
	sources []string // where values were looked for, for error texts
}

// A function is either native, working on nodes and missing values as it sees fit, or
// a plain Go function, called by reflection with plain values.
type function struct {
	native   func(e *eval, c call) any
	min, max int // arguments of a native; max -1 is any number
	plain    reflect.Value
	text     bool // numbers go in as they were written
}

// A call is a function at work: where, and on what.
type call struct {
	at   parse.Node
	name string
	args []any
}

// textual are the functions of sprig to which a number is the text it was written as.
var textual = []string{"quote", "squote", "cat", "join", "toString", "toStrings"}

func newLibrary(sources []string) *library {
	lib := &library{names: map[string]any{}, funcs: map[string]function{}, sources: sources}
	for name, f := range sprig.GenericFuncMap() {
		if whyForbidden(name) == "" {
			lib.funcs[name] = function{plain: reflect.ValueOf(f)}
		}
	}
	for _, name := range textual {
		f := lib.funcs[name]
		f.text = true
		lib.funcs[name] = f
	}
	for _, table := range []map[string]function{languageFuncs(), questionFuncs(), collectionFuncs(), textFuncs(), strictFuncs()} {
		for name, f := range table {
			lib.funcs[name] = f
		}
	}
	for name := range lib.funcs {
		lib.names[name] = func() {}
	}
	return lib
}

// function calls a function by name.
func (e *eval) function(dot any, n *parse.IdentifierNode, argNodes []parse.Node, final any, piped bool) any {
	e.tick(n)
	switch n.Ident {
	case "and", "or":
		return e.shortCircuit(dot, n, argNodes, final, piped)
	}
	c := call{at: n, name: n.Ident, args: e.args(dot, argNodes, final, piped)}
	f := e.lib.funcs[n.Ident]
	if f.native == nil {
		return e.callPlain(c, f)
	}
	if len(c.args) < f.min || f.max >= 0 && len(c.args) > f.max {
		return e.fail(n, "bad-argument", fmt.Sprintf("%s takes %s, not %d", n.Ident, f.arity(), len(c.args)), "")
	}
	return f.native(e, c)
}

func (f function) arity() string {
	switch {
	case f.max < 0:
		return fmt.Sprintf("at least %d arguments", f.min)
	case f.min == f.max:
		return fmt.Sprintf("%d arguments", f.min)
	}
	return fmt.Sprintf("%d to %d arguments", f.min, f.max)
}

// shortCircuit is "and" and "or": the first operand that decides is the result, and
// those after it are not evaluated.
func (e *eval) shortCircuit(dot any, n *parse.IdentifierNode, argNodes []parse.Node, final any, piped bool) any {
	var v any
	for i := range argNodes {
		v = e.arg(dot, argNodes[i])
		if e.truth(argNodes[i], v) == (n.Ident == "or") {
			return v
		}
	}
	switch {
	case piped:
		return final
	case len(argNodes) == 0:
		return e.fail(n, "bad-argument", n.Ident+" takes at least 1 argument", "")
	}
	return v
}

// callPlain calls a Go function with plain values: all of its arguments count as read.
func (e *eval) callPlain(c call, f function) any {
	t := f.plain.Type()
	fixed := t.NumIn()
	if t.IsVariadic() {
		fixed--
	}
	if len(c.args) < fixed || !t.IsVariadic() && len(c.args) > fixed {
		return e.fail(c.at, "bad-argument", fmt.Sprintf("%s takes %d arguments, not %d", c.name, fixed, len(c.args)), "")
	}
	in := make([]reflect.Value, len(c.args))
	for i, a := range c.args {
		v, ok := e.plain(c.at, a, f.text)
		if !ok {
			return e.soft()
		}
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= fixed {
			want = want.Elem()
		}
		if in[i], ok = convert(v, want); !ok {
			return e.badArgument(c, i, want, v)
		}
	}
	out, err := safely(func() []reflect.Value { return f.plain.Call(in) })
	if err == nil && len(out) == 2 && !out[1].IsNil() {
		err = out[1].Interface().(error)
	}
	if err != nil {
		return e.failCall(c, err)
	}
	return out[0].Interface()
}

// soft is what an expression gives whose failure is recorded already.
func (e *eval) soft() any {
	if e.masked {
		return Mask
	}
	return poison{}
}

func (e *eval) badArgument(c call, i int, want reflect.Type, v any) any {
	hint := ""
	if want.Kind() == reflect.String && kindOf(v) != "map" && kindOf(v) != "list" {
		hint = "turn it into text with toString"
	}
	e.fail(c.at, "bad-argument", fmt.Sprintf("%s wants a %s as argument %d, not a %s", c.name, typeName(want), i+1, kindOf(v)), hint)
	if n, ok := c.args[i].(*Node); ok {
		e.note(valuePath(n, "") + " was set at " + n.Pos().String())
	}
	return e.soft()
}

// failCall reports what a library said, if it cannot hold a secret: only while this
// output has read none.
func (e *eval) failCall(c call, err error) any {
	text := c.name + " cannot work on " + kinds(c.args)
	if !e.reads.secret {
		text = c.name + ": " + Quoted(err.Error())
	}
	return e.fail(c.at, "function", text, "")
}

func kinds(args []any) string {
	s := ""
	for i, a := range args {
		if i > 0 {
			s += ", "
		}
		s += "a " + kindOf(a)
	}
	return s
}

// safely calls f and turns a panic of the library into an error.
func safely[T any](f func() T) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			if s, ok := r.(stop); ok {
				panic(s)
			}
			err = fmt.Errorf("%v", r)
		}
	}()
	return f(), nil
}
