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

// problemAt makes an error at an offset, with the source line and the includes above it. It quotes
// nothing of a template whose text is a secret.
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

// fail records an error at a node and returns the value that evaluation continues with. A masked run
// records nothing: it continues with the mask.
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

// addNote adds a note to the error just recorded.
func (e *eval) addNote(text string) {
	if e.latest != nil && !e.masked && !e.def.src.secret {
		e.latest.Notes = append(e.latest.Notes, text)
	}
}

// record keeps every missing value, once for each place, and the first other error.
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

// failNull records the use of null, or of an expression without a value.
func (e *eval) failNull(at parse.Node, v any) any {
	if n, ok := v.(*tree.Node); ok {
		return e.failMissing(at, &Missing{path: valuePath(n, ""), def: e.def, offset: e.start(at)})
	}
	return e.fail(at, "missing-value", "the expression gives no value", "use default, or if")
}

// failMissing records the use of a missing value.
func (e *eval) failMissing(at parse.Node, m *Missing) any {
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
	e.explain(p, m)
	e.record(p)
	return poison{}
}

// explain adds the deepest existing part of the path, its keys, and the searched sources.
func (e *eval) explain(p *diag.Problem, m *Missing) {
	p.Hint = "set it in a source, or give it a default: " + m.code() + " | default …"
	switch {
	case m.atTop:
		p.Hint = e.engine.notAtTop(m)
	case m.impossible:
		p.Hint = e.otherDot(m)
	case m.deepest != nil:
		e.listSiblings(p, m.deepest, m.key)
	}
}

// NoValue is the problem of a path in the spec that leads to no value.
func (en *Engine) NoValue(at diag.Pos, path tree.Path, deepest *tree.Node) *diag.Problem {
	p := diag.Problemf(diag.CauseData, "missing-value", at, "no value for %s", diag.Quoted(".Values."+path.String()))
	(&eval{engine: en}).explain(p, &Missing{deepest: deepest, key: path[len(deepest.Path())].Key, path: path.String()})
	p.Hint, _, _ = strings.Cut(p.Hint, ", or give it a default")
	return p
}

// Path is the path of the value, as the template wrote it.
func (m *Missing) Path() string { return m.path }

// Misspelt warns of a value that a template tested and no source sets, where its name resembles
// that of a value beside it. It is nil for any other.
func (m *Missing) Misspelt() *diag.Problem {
	if m.deepest == nil || !diag.Misspelt(m.key, m.deepest.Keys()) {
		return nil
	}
	p := &diag.Problem{Cause: diag.CauseData, Code: "unset-value", Pos: m.def.src.pos(m.offset), Text: "the template asks for " + m.path + ", and no source sets it"}
	p.Source = m.def.src.line(p.Pos.Line)
	p.Hint = diag.DidYouMean(m.key, m.deepest.Keys(), "")
	p.Seen = m.deepest.Near(m.key)
	return p
}

// listSiblings adds the keys of n, and the searched sources.
func (e *eval) listSiblings(p *diag.Problem, n *tree.Node, key string) {
	keys := n.Keys()
	p.Hint = diag.DidYouMean(key, keys, p.Hint)
	p.Seen = n.Near(key)
	for i := range keys {
		keys[i] = diag.Quoted(keys[i])
	}
	const most = 12
	if len(keys) > most {
		keys = append(keys[:most], fmt.Sprintf("… (%d in all)", len(keys)))
	}
	where := valuePath(n, "")
	switch {
	case len(keys) == 0 && n.HasSecretKeys():
		p.Notes = append(p.Notes, where+" has names of a secret, which are not shown")
	case len(keys) == 0:
		p.Notes = append(p.Notes, where+" is empty")
	default:
		p.Notes = append(p.Notes, where+" has "+strings.Join(keys, ", "))
	}
	if len(e.engine.sources) > 0 {
		p.Notes = append(p.Notes, "searched in "+strings.Join(e.engine.sources, ", "))
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
