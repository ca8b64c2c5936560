package template

import (
	"slices"
	"strings"
	"text/template/parse"

	"github.com/Masterminds/semver/v3"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// pipeline evaluates p and sets the variables it declares.
func (e *eval) pipeline(dot any, p *parse.PipeNode) any {
	v := e.value(dot, p)
	for _, d := range p.Decl {
		if p.IsAssign {
			e.assign(d.Ident[0], v)
		} else {
			e.vars = append(e.vars, variable{d.Ident[0], v})
		}
	}
	return v
}

// value evaluates p: each command gets the result of the previous one as its last argument.
func (e *eval) value(dot any, p *parse.PipeNode) any {
	var v any
	for i, cmd := range p.Cmds {
		v = e.command(dot, cmd, v, i > 0)
	}
	return v
}

func (e *eval) command(dot any, c *parse.CommandNode, final any, piped bool) any {
	first := c.Args[0]
	switch n := first.(type) {
	case *parse.IdentifierNode:
		return e.callNamed(dot, n, c.Args[1:], final, piped)
	case *parse.FieldNode:
		return e.method(dot, n, c, dot, n.Ident, final, piped)
	case *parse.ChainNode:
		return e.method(dot, n, c, e.arg(dot, n.Node), n.Field, final, piped)
	case *parse.VariableNode:
		v, ok := e.variable(n)
		if !ok {
			return v
		}
		return e.method(dot, n, c, v, n.Ident[1:], final, piped)
	case *parse.NilNode:
		return e.fail(first, "bad-argument", "nil is not a command", "")
	}
	if len(c.Args) > 1 || piped {
		return e.fail(first, "not-a-function", diag.Quoted(first.String())+" is not a function and takes no arguments", "")
	}
	if p, ok := first.(*parse.PipeNode); ok {
		return e.pipeline(dot, p)
	}
	return e.arg(dot, first)
}

// method walks along names; the last name may be a method with arguments.
func (e *eval) method(dot any, at parse.Node, c *parse.CommandNode, recv any, names []string, final any, piped bool) any {
	if len(c.Args) == 1 && !piped {
		return e.fields(at, recv, names, nil)
	}
	args := e.args(dot, c.Args[1:], final, piped)
	v := e.fields(at, recv, names, args)
	e.release(args)
	return v
}

// args evaluates the arguments of a call onto the stack, where they stay until release. A function
// that stores them makes a copy.
func (e *eval) args(dot any, nodes []parse.Node, final any, piped bool) []any {
	base := len(e.stack)
	for _, n := range nodes {
		v := e.arg(dot, n)
		e.stack = append(e.stack, v)
	}
	if piped {
		e.stack = append(e.stack, final)
	}
	return e.stack[base:len(e.stack):len(e.stack)]
}

// release removes arguments from the stack.
func (e *eval) release(args []any) {
	clear(args)
	e.stack = e.stack[:len(e.stack)-len(args)]
}

// arg evaluates one operand.
func (e *eval) arg(dot any, n parse.Node) any {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.NilNode:
		return nil
	case *parse.FieldNode:
		return e.fields(n, dot, n.Ident, nil)
	case *parse.VariableNode:
		v, ok := e.variable(n)
		if !ok {
			return v
		}
		return e.fields(n, v, n.Ident[1:], nil)
	case *parse.ChainNode:
		return e.fields(n, e.arg(dot, n.Node), n.Field, nil)
	case *parse.PipeNode:
		return e.pipeline(dot, n)
	case *parse.IdentifierNode:
		return e.callNamed(dot, n, nil, nil, false)
	case *parse.BoolNode:
		return n.True
	case *parse.StringNode:
		return n.Text
	case *parse.NumberNode:
		return e.constant(n)
	}
	return e.fail(n, "bad-argument", "this cannot be an argument", "")
}

// constant gives a number the type that Go gives it in an expression. As in text/template, the
// letters of -0x1e make it a float, and those of 0x1e do not.
func (e *eval) constant(n *parse.NumberNode) any {
	hex := len(n.Text) > 2 && (n.Text[:2] == "0x" || n.Text[:2] == "0X") && !strings.ContainsAny(n.Text, "pP")
	switch {
	case n.IsComplex:
		return e.fail(n, "number-range", "complex numbers are of no use here", "")
	case n.IsFloat && !hex && n.Text[0] != '\'' && strings.ContainsAny(n.Text, ".eEpP"):
		return n.Float64
	case n.IsInt:
		return int(n.Int64)
	}
	return e.fail(n, "number-range", "the number "+n.Text+" does not fit into 64 bits", "")
}

// variable is the value of $x; it is false after an error.
func (e *eval) variable(n *parse.VariableNode) (any, bool) {
	for i := len(e.vars) - 1; i >= 0; i-- {
		if e.vars[i].name == n.Ident[0] {
			return e.vars[i].value, true
		}
	}
	return e.fail(n, "no-variable", "there is no variable "+n.Ident[0], ""), false
}

// fields walks from recv along names. The last name gets the arguments.
func (e *eval) fields(at parse.Node, recv any, names []string, args []any) any {
	if args != nil && len(names) == 0 {
		return e.fail(at, "not-a-function", diag.Quoted(at.String())+" is not a function and takes no arguments", "")
	}
	for i, name := range names {
		var a []any
		if i == len(names)-1 {
			a = args
		}
		recv = e.field(at, recv, name, i, a)
	}
	return e.failImpossible(at, recv)
}

// field is step i of a walk.
func (e *eval) field(at parse.Node, recv any, name string, i int, args []any) any {
	switch r := recv.(type) {
	case *Files:
		return e.fileMethod(at, r, name, args)
	case *semver.Version:
		return e.versionMethod(at, r, name, args)
	case poison:
		return r
	}
	if m, ok := recv.(*Missing); args != nil && !(ok && m.rootName) {
		return e.failAt(e.nameOffset(at, i), "not-a-function", "."+diag.Quoted(name)+" is not a function and takes no arguments", "")
	}
	switch r := recv.(type) {
	case *Missing:
		m := r.below(name)
		m.rootName = i == 0 && slices.Contains(rootNames, name)
		if m.rootName {
			m.key, m.def, m.offset = name, e.def, e.nameOffset(at, i)
		}
		return m
	case *tree.Node:
		return e.member(at, r, name, i)
	case map[string]any:
		if v, ok := r[name]; ok {
			return v
		}
		m := e.noField(at, name, i)
		if e.isTop(r) {
			return e.absentAtTop(m)
		}
		return m
	case nil:
		return e.noField(at, name, i)
	}
	if e.masked && recv == content.Mask {
		return content.Mask
	}
	return e.failAt(e.nameOffset(at, i), "wrong-type", diag.WithArticle(tree.KindOf(recv))+" has no field ."+diag.Quoted(name), e.noScalarField(name))
}

func (e *eval) noField(at parse.Node, name string, i int) *Missing {
	offset := e.nameOffset(at, i)
	return &Missing{path: e.sourceText(at, offset, name), key: name, def: e.def, offset: offset, rootName: i == 0 && slices.Contains(rootNames, name)}
}

func (e *eval) member(at parse.Node, n *tree.Node, name string, i int) any {
	if c := n.Child(name); c != nil {
		return c
	}
	if n.IsLeaf() {
		e.reads.Add(n) // its kind decides
	}
	if n.IsMap() || n.Value() == nil {
		m := &Missing{path: valuePath(n, name), deepest: n, key: name, def: e.def, offset: e.nameOffset(at, i), rootName: i == 0 && slices.Contains(rootNames, name)}
		e.missing = append(e.missing, m)
		return m
	}
	if e.masked && n.Sensitive() {
		return content.Mask
	}
	p := e.failAt(e.nameOffset(at, i), "wrong-type", valuePath(n, "")+" is "+diag.WithArticle(n.Kind())+", not a map: it has no "+diag.Quoted(name), e.noScalarField(name))
	e.addNote(valuePath(n, "") + " was set at " + n.Pos().String())
	return p
}

// valuePath is the path of a value in template syntax.
func valuePath(n *tree.Node, name string) string {
	p := n.Path()
	if name != "" {
		p = append(p, tree.Step{Key: name})
	}
	if len(p) == 0 {
		return ".Values"
	}
	return diag.Quoted(".Values." + p.String())
}
