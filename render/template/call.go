package template

import (
	"fmt"
	"reflect"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// A function is either native, with nodes and missing values as arguments, or a plain Go function,
// which reflection calls with plain values.
type function struct {
	native   func(e *eval, c call) any
	min, max int // count of arguments; max -1 is any
	plain    reflect.Value
	slow     bool // each call checks the deadline
}

// A call is one call of a function: its place, its name and its arguments.
type call struct {
	at   parse.Node
	name string
	args []any
}

// textArg returns argument i, which must be text; ok is false after an error.
func (e *eval) textArg(c call, i int) (string, bool) {
	s, ok := e.scalar(c.args[i]).(string)
	if ok {
		e.chargeArg(c.at, len(s))
		return s, true
	}
	v, ok := e.plain(c.at, c.args[i], true)
	if ok {
		e.badArgument(c, i, reflect.TypeFor[string](), v)
	}
	return "", false
}

// intArg returns argument i, which must be a whole number; ok is false after an error.
func (e *eval) intArg(c call, i int) (int, bool) {
	if n, ok := c.args[i].(int); ok {
		return n, true
	}
	v, ok := e.plain(c.at, c.args[i], false)
	if !ok {
		return 0, false
	}
	n, ok := tree.ToInt(v)
	if !ok || int64(int(n)) != n {
		e.badArgument(c, i, reflect.TypeFor[int](), v)
		return 0, false
	}
	return int(n), true
}

// callNamed calls a function by name.
func (e *eval) callNamed(dot any, n *parse.IdentifierNode, argNodes []parse.Node, final any, piped bool) any {
	e.step(n, 4)
	switch n.Ident {
	case "and", "or":
		return e.shortCircuit(dot, n, argNodes, final, piped)
	}
	c := call{at: n, name: n.Ident, args: e.args(dot, argNodes, final, piped)}
	e.argBytes = 0
	v := e.apply(c, e.engine.funcs[n.Ident].(*function))
	e.release(c.args)
	return v
}

// apply calls f with the arguments of c.
func (e *eval) apply(c call, f *function) any {
	if len(c.args) < f.min || f.max >= 0 && len(c.args) > f.max {
		return e.fail(c.at, "bad-argument", fmt.Sprintf("%s takes %s, not %d", c.name, f.arity(), len(c.args)), "")
	}
	if f.native == nil {
		return e.callPlain(c, f)
	}
	return f.native(e, c)
}

func (f *function) arity() string {
	switch {
	case f.max < 0:
		return "at least " + diag.Plural(f.min, "argument")
	case f.min == f.max:
		return diag.Plural(f.min, "argument")
	}
	return fmt.Sprintf("%d to %d arguments", f.min, f.max)
}

// shortCircuit evaluates "and" and "or": the first operand that decides is the result, and no later
// operand is evaluated.
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

// failedValue is the value of an expression that failed and recorded its error.
func (e *eval) failedValue() any {
	if e.masked {
		return content.Mask
	}
	return poison{}
}

// badArgument fails for argument i, which is not of the wanted type.
func (e *eval) badArgument(c call, i int, want reflect.Type, v any) any {
	hint := ""
	if want.Kind() == reflect.String && tree.KindOf(v) != "map" && tree.KindOf(v) != "list" {
		hint = "turn it into text with toString"
	}
	e.fail(c.at, "bad-argument", fmt.Sprintf("%s wants %s as argument %d, not %s", c.name, diag.WithArticle(typeName(want)), i+1, diag.WithArticle(tree.KindOf(v))), hint)
	if n, ok := c.args[i].(*tree.Node); ok {
		e.addNote(valuePath(n, "") + " was set at " + n.Pos().String())
	}
	return e.failedValue()
}
