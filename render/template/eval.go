package template

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"text/template/parse"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// An eval executes one program once. It walks the tree of text/template/parse over nodes of the
// values, which know their origins. After an error it goes on with poison, so that one run reports
// every missing value.
type eval struct {
	prog   *Program
	engine *Engine

	masked   bool // sensitive leaves are Mask
	styled   bool // texts and keys keep the style that YAML had
	deadline time.Time

	out      []byte
	top      map[string]any  // dot of the file
	absent   map[string]bool // names that top never has
	vars     []variable
	def      *definition // current
	action   int         // offset of the current action in def
	calls    []caller    // the includes that led here
	steps    int         // since the last check of the deadline
	stack    []any       // arguments of the current calls
	charged  int         // allocated by functions, in all
	argBytes int         // text arguments of the current call
	problems []*diag.Problem
	latest   *diag.Problem // the last one; nil if it was not recorded
	reads    values.ReadSet
	messages map[diag.Pos]string // of fail and required in a masked run
	missing  []*Missing          // values of the data that were tested and do not exist
	notices  []string
	replaced map[string]bool // globs of only: that matched a name
	tracing  bool            // record the segments
	segments []segment
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

// poison is the result of a failed expression. It is empty, and every result made of it is poison.
type poison struct{}

// A Missing is a value that does not exist. Templates may pass it on and test it; its use is an
// error.
type Missing struct {
	path       string
	deepest    *tree.Node // last node on the path; nil if there is none
	key        string
	atTop      bool        // a field of the dot of the file
	rootName   bool        // a field of another dot, with a name like Values
	impossible bool        // its test is an error, too
	def        *definition // the template that tested it
	offset     int
}

type control uint8

const (
	next control = iota
	breaks
	continues
)

// run executes the main template of the program.
func (e *eval) run(dot map[string]any) {
	e.top = maps.Clone(dot) // the template may set keys of it
	e.out = slices.Grow(e.out[:0], len(e.prog.main.src.Text)+512)
	e.catchStop(func() { e.execute(e.prog.main, e.top) })
}

// catchStop turns a stop, or a panic, into a problem.
func (e *eval) catchStop(f func()) {
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
	if d.src.secret && !d.src.generated { // its very text is a secret
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
	if most := int(e.engine.limits.Depth); len(e.calls) >= most {
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
	e.step(n, 1)
	switch n := n.(type) {
	case *parse.TextNode:
		e.trace(int(n.Pos), true)
		e.grow(len(n.Text))
		e.out = append(e.out, n.Text...)
		return next
	case *parse.ActionNode:
		e.action = int(n.Pos)
		v := e.pipeline(dot, n.Pipe)
		if len(n.Pipe.Decl) == 0 {
			if e.tracing {
				e.trace(e.start(n), false)
			}
			e.print(n, v)
		}
	case *parse.IfNode:
		return e.branch(dot, &n.BranchNode, false)
	case *parse.WithNode:
		return e.branch(dot, &n.BranchNode, true)
	case *parse.RangeNode:
		return e.rangeLoop(dot, n)
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
	outer := len(e.vars)
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
	e.vars = e.vars[:outer]
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

func (e *eval) assign(name string, v any) {
	for i := len(e.vars) - 1; i >= 0; i-- {
		if e.vars[i].name == name {
			e.vars[i].value = v
			return
		}
	}
}

// grow makes space for n more bytes of output, by doubling.
func (e *eval) grow(n int) {
	if len(e.out)+n > cap(e.out) {
		more := max(n, cap(e.out))
		e.engine.budget.Reserve(len(e.out) + more)
		e.out = slices.Grow(e.out, more)
	}
}

// print writes v as text/template would. A value without a safe text is an error.
func (e *eval) print(at parse.Node, v any) {
	switch s := e.scalar(v).(type) {
	case poison:
	case string:
		e.grow(len(s))
		e.out = append(e.out, s...)
	case int64:
		e.out = strconv.AppendInt(e.out, s, 10)
	case *Missing:
		e.failMissing(at, s)
	case nil:
		e.failNull(at, v)
	default:
		text, ok := tree.TextOf(s)
		if !ok {
			e.fail(at, "raw-"+tree.KindOf(s), diag.WithArticle(tree.KindOf(s))+" has no text of its own", "use toYaml or toJson, or range over it")
		}
		e.out = append(e.out, text...)
	}
}
