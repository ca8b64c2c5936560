package template

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/tree"
)

// pos is the place of an offset in the definition being executed.
func (e *eval) pos(offset int) diag.Pos { return e.def.src.pos(offset) }

// problemAt is an error at an offset, with the source line and the includes that led
// there. It says nothing of the text of a template that is itself a secret.
func (e *eval) problemAt(offset int, code, text string) *diag.Problem {
	p := &diag.Problem{Cause: diag.CauseData, Code: code, Pos: e.pos(offset), Text: text}
	if e.def.src.secret {
		p.Text = code + ": what is wrong cannot be told, as the text of the template may hold a secret"
	}
	p.Source = e.def.src.line(p.Pos.Line)
	for i := len(e.calls) - 1; i >= 0 && i >= len(e.calls)-5; i-- {
		p.Notes = append(p.Notes, "included at "+e.calls[i].def.src.pos(e.calls[i].offset).String())
	}
	return p
}

// fail records an error at a node and gives what evaluation goes on with. A masked run
// records nothing: what fails there is masked.
func (e *eval) fail(at parse.Node, code, text, hint string) any {
	return e.failAt(e.start(at), code, text, hint)
}

func (e *eval) failAt(offset int, code, text, hint string) any {
	if e.masked {
		return content.Mask
	}
	p := e.problemAt(offset, code, text)
	if !e.def.src.secret {
		p.Hint = hint
	}
	e.record(p)
	return poison{}
}

// note adds a line to the error just recorded.
func (e *eval) note(text string) {
	if e.latest != nil && !e.masked && !e.def.src.secret {
		e.latest.Notes = append(e.latest.Notes, text)
	}
}

// record keeps every missing value, each place once, and the first other error.
func (e *eval) record(p *diag.Problem) {
	e.latest = nil
	other := func(q *diag.Problem) bool { return q.Code != "missing-value" }
	switch {
	case p.Code == "missing-value":
		same := func(q *diag.Problem) bool { return q.Pos == p.Pos && q.Text == p.Text }
		if len(e.problems) >= maxProblems || slices.ContainsFunc(e.problems, same) {
			return
		}
	case slices.ContainsFunc(e.problems, other):
		return
	}
	e.problems = append(e.problems, p)
	e.latest = p
}

// null records that nothing was used: a null of the values, or what an expression gives
// that has no value.
func (e *eval) null(at parse.Node, v any) any {
	if n, ok := v.(*tree.Node); ok {
		return e.use(at, &Missing{path: valuePath(n, ""), def: e.def, offset: e.start(at)})
	}
	return e.fail(at, "missing-value", "the expression gives no value", "use default, or if")
}

// use records that a missing value was used, and says what is there in its stead.
func (e *eval) use(at parse.Node, m *Missing) any {
	if e.masked {
		return content.Mask
	}
	here := m.def == e.def && m.offset >= e.action
	offset := m.offset
	if !here {
		offset = e.start(at)
	}
	text := "no value for " + m.path
	if m.def.src.secret {
		text = "no value for an expression of a template that may hold a secret"
	}
	p := e.problemAt(offset, "missing-value", text)
	if e.def.src.secret || m.def.src.secret {
		e.record(p)
		return poison{}
	}
	if !here {
		p.Notes = append(p.Notes, "the value was asked for at "+m.def.src.pos(m.offset).String())
	}
	e.siblings(p, m)
	e.record(p)
	return poison{}
}

// siblings tells the deepest part that exists, what is beside the missing name, and
// where values were looked for.
func (e *eval) siblings(p *diag.Problem, m *Missing) {
	p.Hint = "set it in a source, or give it a default: " + m.path + " | default …"
	switch {
	case m.deepest != nil:
		e.beside(p, m.deepest, m.key)
	case m.top:
		p.Hint = notAtTop(m.key)
	}
}

// NoValue is the problem of a path of the spec that leads to no value.
func (l *Engine) NoValue(at diag.Pos, path tree.Path, deepest *tree.Node) *diag.Problem {
	p := diag.Problemf(diag.CauseData, "missing-value", at, "no value for %s", diag.Quoted(".Values."+path.String()))
	(&eval{lib: l}).siblings(p, &Missing{deepest: deepest, key: path[len(deepest.Path())].Key, path: path.String()})
	return p
}

// Unset warns of a value that a template asked for and no source sets; nil where the template
// asked for no value of the data.
func (m *Missing) Unset() *diag.Problem {
	if m.deepest == nil {
		return nil
	}
	p := &diag.Problem{Cause: diag.CauseData, Code: "unset-value", Pos: m.def.src.pos(m.offset), Text: m.path + " is asked for, and set nowhere"}
	p.Source = m.def.src.line(p.Pos.Line)
	p.Hint = diag.DidYouMean(m.key, m.deepest.Keys(), "")
	return p
}

// notAtTop says what is at the top of a template instead. These are the names, and not
// what a template made: its keys may be a secret.
func notAtTop(name string) string {
	switch name {
	case "Release", "Chart", "Capabilities", "Template", "Subcharts":
		return "there is no release and no chart here: give what you need of " + name + " as a value"
	case "Item", "Key":
		return "." + name + " is there where the entry has each:"
	}
	return diag.NearestOrAll("."+name, []string{".Values", ".Files", ".Item", ".Key"}, "a template begins with ")
}

// beside tells what is in n instead of key, and where values were looked for.
func (e *eval) beside(p *diag.Problem, n *tree.Node, key string) {
	keys := n.Keys()
	p.Hint = diag.DidYouMean(key, keys, p.Hint)
	for i := range keys {
		keys[i] = diag.Quoted(keys[i])
	}
	const most = 12
	if len(keys) > most {
		keys = append(keys[:most], fmt.Sprintf("… (%d in all)", len(keys)))
	}
	where := valuePath(n, "")
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
	return diag.DidYouMean(name, names, "define it, or put it into a file whose name starts with _")
}
