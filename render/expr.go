package render

import (
	"strings"
	"text/template/parse"
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

// value evaluates p: each command gets the result of the one before as last argument.
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
		return e.function(dot, n, c.Args[1:], final, piped)
	case *parse.FieldNode:
		return e.fields(dot, n, dot, n.Ident, e.fieldStart(n), e.lastArgs(dot, c, final, piped))
	case *parse.ChainNode:
		recv := e.arg(dot, n.Node)
		return e.fields(dot, n, recv, n.Field, int(n.Pos), e.lastArgs(dot, c, final, piped))
	case *parse.VariableNode:
		return e.variable(dot, n, e.lastArgs(dot, c, final, piped))
	}
	if len(c.Args) > 1 || piped {
		return e.fail(first, "not-a-function", Quoted(first.String())+" is not a function and takes no arguments", "")
	}
	if p, ok := first.(*parse.PipeNode); ok {
		return e.pipeline(dot, p)
	}
	return e.arg(dot, first)
}

// lastArgs evaluates the arguments of a method; nil when there are none.
func (e *eval) lastArgs(dot any, c *parse.CommandNode, final any, piped bool) []any {
	if len(c.Args) == 1 && !piped {
		return nil
	}
	return e.args(dot, c.Args[1:], final, piped)
}

func (e *eval) args(dot any, nodes []parse.Node, final any, piped bool) []any {
	args := make([]any, 0, len(nodes)+1)
	for _, n := range nodes {
		args = append(args, e.arg(dot, n))
	}
	if piped {
		args = append(args, final)
	}
	return args
}

// arg evaluates one operand.
func (e *eval) arg(dot any, n parse.Node) any {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.NilNode:
		return nil
	case *parse.FieldNode:
		return e.fields(dot, n, dot, n.Ident, e.fieldStart(n), nil)
	case *parse.VariableNode:
		return e.variable(dot, n, nil)
	case *parse.ChainNode:
		return e.fields(dot, n, e.arg(dot, n.Node), n.Field, int(n.Pos), nil)
	case *parse.PipeNode:
		return e.pipeline(dot, n)
	case *parse.IdentifierNode:
		return e.function(dot, n, nil, nil, false)
	case *parse.BoolNode:
		return n.True
	case *parse.StringNode:
		return n.Text
	case *parse.NumberNode:
		return e.constant(n)
	}
	return e.fail(n, "bad-argument", "this cannot be an argument", "")
}

// constant gives a number the type that Go gives it in an expression.
func (e *eval) constant(n *parse.NumberNode) any {
	hex := len(n.Text) > 2 && n.Text[0] == '0' && strings.ContainsAny(n.Text[1:2], "xX")
	switch {
	case n.IsFloat && !hex && n.Text[0] != '\'' && strings.ContainsAny(n.Text, ".eEpP"):
		return n.Float64
	case n.IsInt:
		return int(n.Int64)
	case n.IsUint:
		return e.fail(n, "number-range", "the number "+n.Text+" does not fit into 64 bits", "")
	}
	return e.fail(n, "number-range", "complex numbers are of no use here", "")
}

func (e *eval) variable(dot any, n *parse.VariableNode, args []any) any {
	for i := len(e.vars) - 1; i >= 0; i-- {
		if e.vars[i].name == n.Ident[0] {
			start := int(n.Pos)
			if len(n.Ident) > 1 && !strings.HasPrefix(e.text(start), ".") {
				start += len(n.Ident[0])
			}
			return e.fields(dot, n, e.vars[i].value, n.Ident[1:], start, args)
		}
	}
	return e.fail(n, "no-variable", "there is no variable "+n.Ident[0], "")
}

// fieldStart is the offset of the first dot of n: the parser gives that of the second
// field where there are several.
func (e *eval) fieldStart(n *parse.FieldNode) int {
	start := int(n.Pos)
	if first := "." + n.Ident[0]; len(n.Ident) > 1 && !strings.HasPrefix(e.text(start), "."+strings.Join(n.Ident, ".")) {
		start -= len(first)
	}
	return start
}

func (e *eval) text(offset int) string {
	if offset < 0 || offset > len(e.def.src.text) {
		return ""
	}
	return e.def.src.text[offset:]
}

// fields walks from recv along names, which start at offset in the source.
func (e *eval) fields(dot any, at parse.Node, recv any, names []string, offset int, args []any) any {
	if args != nil && len(names) == 0 {
		return e.fail(at, "not-a-function", Quoted(at.String())+" is not a function and takes no arguments", "")
	}
	for i, name := range names {
		var a []any
		if i == len(names)-1 {
			a = args
		}
		recv = e.field(at, recv, name, offset, a)
		offset += len(name) + 1
	}
	return recv
}

func (e *eval) field(at parse.Node, recv any, name string, offset int, args []any) any {
	if f, ok := recv.(*Files); ok {
		return e.method(at, f, name, args)
	}
	if args != nil {
		return e.fail(at, "not-a-function", "."+Quoted(name)+" is not a function and takes no arguments", "")
	}
	switch r := recv.(type) {
	case poison:
		return r
	case *missing:
		m := *r
		m.path += "." + name
		return &m
	case *Node:
		return e.member(at, r, name, offset)
	case map[string]any:
		if v, ok := r[name]; ok {
			return v
		}
		return &missing{path: e.written(at, offset, name), def: e.def, offset: offset}
	case nil:
		return &missing{path: e.written(at, offset, name), def: e.def, offset: offset}
	}
	if e.masked && recv == Mask {
		return Mask
	}
	if v, ok := versionPart(recv, name); ok {
		return v
	}
	return e.failAt(offset, "wrong-type", "a "+kindOf(recv)+" has no field ."+Quoted(name), "")
}

func (e *eval) member(at parse.Node, n *Node, name string, offset int) any {
	if c := n.child(name); c != nil {
		return c
	}
	if n.isMap() || n.val == nil {
		return &missing{path: valuePath(n, name), deepest: n, key: name, def: e.def, offset: offset}
	}
	if e.masked && n.sensitive() {
		return Mask
	}
	p := e.failAt(offset, "wrong-type", valuePath(n, "")+" is a "+n.kind()+", not a map: it has no "+Quoted(name), "")
	e.note(valuePath(n, "") + " was set at " + n.Pos().String())
	return p
}

// valuePath is how a template writes the path of a value.
func valuePath(n *Node, name string) string {
	p := n.Path()
	if name != "" {
		p = append(p, Step{Key: name})
	}
	if len(p) == 0 {
		return ".Values"
	}
	return Quoted(".Values." + p.String())
}

// written is the expression up to and with the field at offset, as in the source.
func (e *eval) written(at parse.Node, offset int, name string) string {
	start := int(at.Position())
	switch n := at.(type) {
	case *parse.FieldNode:
		start = e.fieldStart(n)
	case *parse.VariableNode:
		if i := strings.LastIndex(e.def.src.text[:min(offset, len(e.def.src.text))], n.Ident[0]); i >= 0 {
			start = i
		}
	}
	end := offset + 1 + len(name)
	if start < 0 || start > end || end > len(e.def.src.text) {
		return "." + Quoted(name)
	}
	return Quoted(e.def.src.text[start:end])
}
