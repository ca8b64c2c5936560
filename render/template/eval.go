package template

import (
	"fmt"
	"slices"
	"strconv"
	"text/template/parse"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// An eval executes one program once. It walks the tree of text/template/parse over
// nodes of the values, which know where they came from. After an error it goes on
// with a poison value, so that one run finds every missing value.
type eval struct {
	prog *Program
	lib  *Engine

	masked   bool // sensitive leaves are Mask
	deadline time.Time

	out      []byte
	vars     []variable
	def      *definition // being executed
	action   int         // offset of the action being executed, in def
	calls    []caller    // the includes that led here
	steps    int         // since the last look at the clock
	stack    []any       // arguments of the functions being called
	bytes    int         // made by functions
	mass     int         // bytes of text given to the function being called
	problems []*diag.Problem
	latest   *diag.Problem // the last one, unless it was dropped
	reads    values.ReadSet
	said     map[diag.Pos]string // what fail and required said in a masked run
	asked    []*Missing          // values of the data that are not there and were asked for
	marking  bool                // note which part of the template writes what
	marks    []mark
}

type variable struct {
	name  string
	value any
}

// A caller is the place of an include.
type caller struct {
	def    *definition
	offset int
}

// poison is what a failed expression gives: it is empty, and so is all made of it.
type poison struct{}

// A Missing is a value that is not there. It may be passed on and asked about; using it
// is an error, which it has all the words for.
type Missing struct {
	path    string
	deepest *tree.Node // the last node on the way, if the path leads through nodes
	key     string
	top     bool        // it was asked of the dot that a template begins with
	def     *definition // where it was asked for
	offset  int
}

type control uint8

const (
	next control = iota
	breaks
	continues
)

// run executes the main template of prog with the given dot.
func (e *eval) run(dot any) {
	e.out = slices.Grow(e.out[:0], len(e.prog.main.src.Text)+512)
	e.guarded(func() { e.execute(e.prog.main, dot) })
}

// guarded turns a limit, or a bug of ours, into a problem.
func (e *eval) guarded(f func()) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			e.problems = append(e.problems, r.p)
		default:
			p := diag.Bug()
			p.Err = fmt.Errorf("%v", r)
			e.problems = append(e.problems, p)
		}
	}()
	f()
}

func (e *eval) execute(d *definition, dot any) {
	if d.src.secret && !d.src.made { // its very text is a secret
		e.reads.Secret = true
		if e.masked {
			e.out = append(e.out, content.Mask...)
			return
		}
	}
	vars, def, action := e.vars, e.def, e.action
	e.vars, e.def = []variable{{"$", dot}}, d
	if d.root != nil {
		e.list(dot, d.root)
	}
	e.vars, e.def, e.action = vars, def, action
}

// call executes another template, one level deeper.
func (e *eval) call(at parse.Node, d *definition, dot any) {
	if most := int(e.lib.limits.Depth); len(e.calls) >= most {
		e.limit(at, "too-deep", "templates include each other more than "+strconv.Itoa(most)+" deep", "look for a template that includes itself, or raise limits: {depth: …}")
	}
	e.calls = append(e.calls, caller{e.def, int(at.Position())})
	e.execute(d, dot)
	e.calls = e.calls[:len(e.calls)-1]
}

func (e *eval) list(dot any, l *parse.ListNode) control {
	for _, n := range l.Nodes {
		if c := e.node(dot, n); c != next {
			return c
		}
	}
	return next
}

func (e *eval) node(dot any, n parse.Node) control {
	e.tick(n, 1)
	switch n := n.(type) {
	case *parse.TextNode:
		e.mark(int(n.Pos), true)
		e.grow(len(n.Text))
		e.out = append(e.out, n.Text...)
		return next
	case *parse.ActionNode:
		e.action = int(n.Pos)
		v := e.pipeline(dot, n.Pipe)
		if len(n.Pipe.Decl) == 0 {
			if e.marking {
				e.mark(e.start(n), false)
			}
			e.print(n, v)
		}
	case *parse.IfNode:
		return e.branch(dot, &n.BranchNode, false)
	case *parse.WithNode:
		return e.branch(dot, &n.BranchNode, true)
	case *parse.RangeNode:
		return e.ranging(dot, n)
	case *parse.TemplateNode:
		e.action = int(n.Pos)
		e.template(dot, n)
	case *parse.BreakNode:
		return breaks
	case *parse.ContinueNode:
		return continues
	}
	return next
}

func (e *eval) branch(dot any, n *parse.BranchNode, with bool) control {
	e.action = int(n.Pos)
	mark := len(e.vars)
	v := e.pipeline(dot, n.Pipe)
	c := next
	switch {
	case e.truth(n.Pipe, v):
		if with {
			dot = v
		}
		c = e.list(dot, n.List)
	case n.ElseList != nil:
		c = e.list(dot, n.ElseList)
	}
	e.vars = e.vars[:mark]
	return c
}

func (e *eval) template(dot any, n *parse.TemplateNode) {
	d := e.prog.lookup(n.Name)
	if d == nil {
		e.fail(n, "no-template", "there is no template "+diag.Quoted(n.Name), e.nearTemplate(n.Name))
		return
	}
	var arg any
	if n.Pipe != nil {
		arg = e.pipeline(dot, n.Pipe)
	}
	e.call(n, d, arg)
}

func (e *eval) ranging(dot any, n *parse.RangeNode) control {
	e.action = int(n.Pos)
	mark := len(e.vars)
	v := e.pipeline(dot, n.Pipe)
	inner := len(e.vars)
	rounds := 0
	e.iterate(n.Pipe, v, len(n.Pipe.Decl), func(key, item any) bool {
		rounds++
		e.tick(n, 1)
		e.declare(n.Pipe, key, item)
		c := e.list(item, n.List)
		e.vars = e.vars[:inner]
		return c != breaks
	})
	c := next
	if rounds == 0 && n.ElseList != nil {
		c = e.list(dot, n.ElseList)
	}
	e.vars = e.vars[:mark]
	return c
}

// declare sets the variables of a range for one round: the item alone, or key and item.
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

func (e *eval) assign(name string, v any) {
	for i := len(e.vars) - 1; i >= 0; i-- {
		if e.vars[i].name == name {
			e.vars[i].value = v
			return
		}
	}
}

// grow doubles the output buffer where n more bytes do not fit.
func (e *eval) grow(n int) {
	if len(e.out)+n > cap(e.out) {
		more := max(n, cap(e.out))
		e.lib.budget.Reserve(len(e.out) + more)
		e.out = slices.Grow(e.out, more)
	}
}

// print writes v as text/template would; what has no safe text is an error.
func (e *eval) print(at parse.Node, v any) {
	switch s := e.scalar(v).(type) {
	case poison:
	case string:
		e.grow(len(s))
		e.out = append(e.out, s...)
	case int64:
		e.out = strconv.AppendInt(e.out, s, 10)
	case *Missing:
		e.use(at, s)
	case nil:
		e.null(at, v)
	default:
		text, ok := tree.TextOf(s)
		if !ok {
			e.fail(at, "raw-"+tree.KindOf(s), diag.An(tree.KindOf(s))+" has no text of its own", "use toYaml or toJson, or range over it")
		}
		e.out = append(e.out, text...)
	}
}
