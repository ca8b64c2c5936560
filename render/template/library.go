package template

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"text/template/parse"
	"time"

	"github.com/Masterminds/sprig/v3"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// A Engine is every function that a template may call, and what these know of the run.
type Engine struct {
	funcs    functions
	sources  []string // where values were looked for, for error texts
	limits   Limits
	deadline time.Time // of all executions
	values   *values.Values
	budget   *diag.Budget
}

// functions are the functions by name, each a *function; the parser looks names up in
// them as they are.
type functions map[string]any

func (m functions) add(name string, f function) { m[name] = &f }

// addMust adds a function that also has a name with must, as in sprig.
func (m functions) addMust(name string, f function) {
	m[name], m["must"+upperFirst(name)] = &f, &f
}

// A function is either native, working on nodes and missing values as it sees fit, or
// a plain Go function, called by reflection with plain values.
type function struct {
	native   func(e *eval, c call) any
	min, max int // arguments of a native; max -1 is any number
	plain    reflect.Value
	slow     bool // takes so long that the clock is looked at each time
}

// A call is a function at work: where, and on what.
type call struct {
	at   parse.Node
	name string
	args []any
}

// Options are what all executions of a run share.
type Options struct {
	Values   *values.Values // nil for none
	Sources  []string       // names of the sources in order, for error texts
	Limits   Limits
	Deadline time.Time // when executions are stopped; zero is never
	Budget   *diag.Budget
}

func New(o Options) *Engine {
	return &Engine{funcs: allFunctions(), values: o.Values, sources: o.Sources, limits: o.Limits.withDefaults(), deadline: o.Deadline, budget: o.Budget}
}

// Prepare makes ready what Render needs of any input, while a run waits for its own.
func Prepare() { allFunctions() }

// allFunctions is made once and only read after.
var allFunctions = sync.OnceValue(func() functions {
	all := sprig.GenericFuncMap()
	m := make(functions, len(all)+64)
	for name, f := range all {
		if whyForbidden(name) == "" {
			m.add(name, goFunction(f))
		}
	}
	m.language()
	m.question()
	m.collection()
	m.list()
	m.text()
	m.format()
	m.print()
	m.number(all)
	m.regex()
	m.strict(all)
	return m
})

// goFunction offers a Go function. The commonest signatures are called as they are,
// others by reflection.
func goFunction(f any) function {
	t := reflect.TypeOf(f)
	out := function{plain: reflect.ValueOf(f), min: t.NumIn(), max: t.NumIn()}
	if t.IsVariadic() {
		out.min, out.max = t.NumIn()-1, -1
	}
	out.native = direct(f)
	return out
}

// textArg is argument i, which must be text; it is false after an error.
func (e *eval) textArg(c call, i int) (string, bool) {
	s, ok := e.scalar(c.args[i]).(string)
	if ok {
		e.weigh(c.at, len(s))
		return s, true
	}
	v, ok := e.plain(c.at, c.args[i], true)
	if ok {
		e.badArgument(c, i, reflect.TypeFor[string](), v)
	}
	return "", false
}

// intArg is argument i, which must be a whole number; it is false after an error.
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

// function calls a function by name.
func (e *eval) function(dot any, n *parse.IdentifierNode, argNodes []parse.Node, final any, piped bool) any {
	e.tick(n, 4)
	switch n.Ident {
	case "and", "or":
		return e.shortCircuit(dot, n, argNodes, final, piped)
	}
	c := call{at: n, name: n.Ident, args: e.args(dot, argNodes, final, piped)}
	e.mass = 0
	v := e.apply(c, e.lib.funcs[n.Ident].(*function))
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
		return "at least " + diag.Counted(f.min, "argument")
	case f.min == f.max:
		return diag.Counted(f.min, "argument")
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
func (e *eval) callPlain(c call, f *function) any {
	t := f.plain.Type()
	in := make([]reflect.Value, len(c.args))
	for i, a := range c.args {
		v, ok := e.plain(c.at, a, false)
		if !ok {
			return e.soft()
		}
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			want = want.Elem()
		}
		if in[i], ok = convert(v, want); !ok {
			return e.badArgument(c, i, want, v)
		}
	}
	if f.slow {
		e.look(c.at)
	}
	return e.outcome(c, func() (any, error) {
		out := f.plain.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			return nil, out[1].Interface().(error)
		}
		return out[0].Interface(), nil
	})
}

// outcome calls a function of a library and makes its result one of our values.
func (e *eval) outcome(c call, f func() (any, error)) any {
	v, err := safely(f)
	if err != nil {
		return e.failCall(c, err)
	}
	switch v := v.(type) {
	case string:
		return e.text(c.at, v)
	case bool, int, int64, float64:
		return v
	}
	return e.adopted(c.at, reflect.ValueOf(v))
}

// adopted turns lists, maps and structures of any type into our own.
func (e *eval) adopted(at parse.Node, r reflect.Value) any {
	for r.Kind() == reflect.Interface {
		r = r.Elem()
	}
	switch r.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.String:
		return e.text(at, r.String())
	case reflect.Slice:
		e.grown(at, r.Len())
		list := make([]any, r.Len())
		for i := range list {
			list[i] = e.adopted(at, r.Index(i))
		}
		return list
	case reflect.Map:
		e.grown(at, r.Len())
		m := make(map[string]any, r.Len())
		for _, k := range r.MapKeys() {
			m[k.String()] = e.adopted(at, r.MapIndex(k))
		}
		return m
	case reflect.Struct:
		m := map[string]any{}
		for i := range r.NumField() {
			if f := r.Type().Field(i); f.IsExported() {
				m[f.Name] = e.adopted(at, r.Field(i))
			}
		}
		return m
	}
	return r.Interface()
}

// soft is what an expression gives whose failure is recorded already.
func (e *eval) soft() any {
	if e.masked {
		return content.Mask
	}
	return poison{}
}

func (e *eval) badArgument(c call, i int, want reflect.Type, v any) any {
	hint := ""
	if want.Kind() == reflect.String && tree.KindOf(v) != "map" && tree.KindOf(v) != "list" {
		hint = "turn it into text with toString"
	}
	e.fail(c.at, "bad-argument", fmt.Sprintf("%s wants %s as argument %d, not %s", c.name, diag.An(typeName(want)), i+1, diag.An(tree.KindOf(v))), hint)
	if n, ok := c.args[i].(*tree.Node); ok {
		e.note(valuePath(n, "") + " was set at " + n.Pos().String())
	}
	return e.soft()
}

// failCall reports what a library said, if it cannot hold a secret: while this output has
// read none. After that it is what is fixed of it.
func (e *eval) failCall(c call, err error) any {
	text := c.name + " cannot work on " + kinds(c.args)
	var f diag.SafeError
	switch {
	case !e.reads.Secret:
		text = c.name + ": " + diag.Quoted(err.Error())
	case errors.As(err, &f):
		text = c.name + ": " + string(f)
	}
	return e.fail(c.at, "function", text, "")
}

func kinds(args []any) string {
	var s strings.Builder
	for i, a := range args {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(diag.An(tree.KindOf(a)))
	}
	return s.String()
}

// safely calls f, code of a library, and turns its panic into an error.
func safely(f func() (any, error)) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return f()
}
