package render

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"
)

// pos is the place of an offset in the definition being executed.
func (e *eval) pos(offset int) Pos { return e.def.src.pos(offset) }

// problem is an error at a node, with the source line and the includes that led there.
func (e *eval) problem(at parse.Node, code, text string) *Problem {
	return e.problemAt(e.start(at), code, text)
}

func (e *eval) problemAt(offset int, code, text string) *Problem {
	p := &Problem{Cause: CauseData, Code: code, Pos: e.pos(offset), Text: text}
	p.Source = e.def.src.line(p.Pos.Line)
	for i := len(e.calls) - 1; i >= 0 && i >= len(e.calls)-5; i-- {
		p.Notes = append(p.Notes, "included at "+e.calls[i].String())
	}
	return p
}

// start is the offset at which a node is written.
func (e *eval) start(at parse.Node) int {
	switch n := at.(type) {
	case *parse.FieldNode:
		return e.fieldStart(n)
	case *parse.ActionNode:
		return e.start(n.Pipe)
	case *parse.PipeNode:
		return e.start(n.Cmds[len(n.Cmds)-1])
	case *parse.CommandNode:
		return e.start(n.Args[0])
	}
	return int(at.Position())
}

// fail records an error at a node and gives what evaluation goes on with. A masked run
// records nothing: what fails there is masked.
func (e *eval) fail(at parse.Node, code, text, hint string) any {
	return e.failAt(e.start(at), code, text, hint)
}

func (e *eval) failAt(offset int, code, text, hint string) any {
	if e.masked {
		return Mask
	}
	p := e.problemAt(offset, code, text)
	p.Hint = hint
	e.record(p)
	return poison{}
}

// note adds a line to the error just recorded.
func (e *eval) note(text string) {
	if n := len(e.problems); n > 0 && !e.masked {
		e.problems[n-1].Notes = append(e.problems[n-1].Notes, text)
	}
}

// record keeps every missing value, each place once, and the first other error.
func (e *eval) record(p *Problem) {
	other := func(q *Problem) bool { return q.Code != "missing-value" }
	switch {
	case p.Code == "missing-value":
		same := func(q *Problem) bool { return q.Pos == p.Pos && q.Text == p.Text }
		if len(e.problems) >= maxProblems || slices.ContainsFunc(e.problems, same) {
			return
		}
	case slices.ContainsFunc(e.problems, other):
		return
	}
	e.problems = append(e.problems, p)
}

// use records that a missing value was used, and says what is there in its stead.
func (e *eval) use(at parse.Node, m *missing) any {
	if e.masked {
		return Mask
	}
	here := m.def == e.def && m.offset >= e.action
	offset := m.offset
	if !here {
		offset = e.start(at)
	}
	p := e.problemAt(offset, "missing-value", "no value for "+m.path)
	if !here {
		p.Notes = append(p.Notes, "the value was asked for at "+m.def.src.pos(m.offset).String())
	}
	e.siblings(p, m)
	e.record(p)
	return poison{}
}

// siblings tells the deepest part that exists, what is beside the missing name, and
// where values were looked for.
func (e *eval) siblings(p *Problem, m *missing) {
	p.Hint = "set it in a source, or give it a default: " + m.path + " | default …"
	if m.deepest == nil {
		return
	}
	keys := m.deepest.keys()
	if near := nearest(m.key, keys); len(near) > 0 {
		p.Hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	for i := range keys {
		keys[i] = Quoted(keys[i])
	}
	const most = 12
	if len(keys) > most {
		keys = append(keys[:most], fmt.Sprintf("… (%d in all)", len(keys)))
	}
	where := valuePath(m.deepest, "")
	switch {
	case len(keys) == 0:
		p.Notes = append(p.Notes, where+" is empty")
	default:
		p.Notes = append(p.Notes, where+" has "+strings.Join(keys, ", "))
	}
	if len(e.lib.sources) > 0 {
		p.Notes = append(p.Notes, "searched in "+strings.Join(e.lib.sources, ", "))
	}
}

func (e *eval) nearTemplate(name string) string {
	var names []string
	for n := range e.prog.own {
		names = append(names, n)
	}
	for n := range e.prog.partials {
		names = append(names, n)
	}
	slices.Sort(names)
	if near := nearest(name, names); len(near) > 0 {
		return "did you mean " + strings.Join(near, ", ") + "?"
	}
	return "define it, or put it into a file whose name starts with _"
}
