package template

import (
	"bytes"
	"errors"
	"slices"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// maxReused is the largest output that is copied out of the reused buffer.
const maxReused = 64 << 10

// Reads are the values that one execution read.
type Reads struct {
	values.ReadSet
	Missing  []*Missing      // tested values that do not exist
	Notices  []string        // of variables that look replaced, and are not
	Replaced map[string]bool // globs of Variables.Only that match a name in the text
}

// A Checker returns the first fault of a rendered text, or nil.
type Checker func(text []byte) *format.Violation

// Run executes a program on a dot. It writes to buf, if that is not nil, and may grow it. A fault
// that check finds is reported at the template line that wrote it.
func (en *Engine) Run(p *Program, dot map[string]any, buf *[]byte, check Checker) (content.Content, *Reads, error) {
	return en.run(p, buf, check, func(e *eval) { e.run(dot) })
}

// Substitute replaces the variables of a text. A fault that check finds is reported at the line of
// the text that wrote it.
func (en *Engine) Substitute(src *Source, vars Variables, check Checker) (content.Content, *Reads, error) {
	return en.run(&Program{main: &definition{name: src.Name, src: src}}, nil, check, func(e *eval) {
		e.def, e.replaced = e.prog.main, map[string]bool{}
		s := substitution{eval: e, Variables: vars, root: en.values.Root(), bare: map[string]bool{}}
		e.catchStop(func() { s.replaceAll(0, false) })
	})
}

// Encode writes a value and its descendants with encode, and returns the error of encode.
func (en *Engine) Encode(n *tree.Node, encode func(any) (string, error)) (content.Content, *Reads, error) {
	src := &Source{}
	var failed error
	c, r, err := en.run(&Program{main: &definition{src: src}}, nil, nil, func(e *eval) {
		e.styled = true
		v := e.plainNode(n, true)
		en.budget.Reserve(encodeMemory(v))
		s, err := encode(v)
		e.out = append(append(e.out, s...), '\n')
		if err != nil && !e.masked {
			failed = err
		}
	})
	if failed != nil && hasSecretKeys(n) {
		failed = errors.New("a name or a value has no form in this format; which one cannot be told, as the names are of a secret")
	}
	return c, r, errors.Join(err, failed)
}

// hasSecretKeys tells whether a name below n is secret.
func hasSecretKeys(n *tree.Node) bool {
	kids := n.Children()
	for i := range kids {
		if kids[i].HasSecretKey() || hasSecretKeys(&kids[i]) {
			return true
		}
	}
	return false
}

// run calls do with the values as they are. If do read a secret, run calls it once more with masked
// values: the text and the messages of that call cannot hold a secret.
func (en *Engine) run(p *Program, buf *[]byte, check Checker, do func(*eval)) (content.Content, *Reads, error) {
	e := en.newEval(p)
	if buf != nil {
		e.out = (*buf)[:0]
	}
	do(e)
	if e.reads.StandIn {
		return en.runStandIn(e, p, do)
	}
	if len(e.problems) > 0 {
		en.releaseMessages(e, do)
		return content.Content{}, nil, joinProblems(e.problems)
	}
	if check != nil {
		if f := check(e.out); f != nil {
			return content.Content{}, nil, en.violationProblem(e, *f, do)
		}
	}
	text := en.takeOutput(e, buf)
	for _, m := range e.missing {
		m.def = &definition{name: m.def.name, src: m.def.src} // releases the parsed template
	}
	reads := &Reads{e.reads, e.missing, e.notices, e.replaced}
	switch {
	case p.main.src.secret: // its very text is a secret
		return content.Sensitive(text, []byte(content.Mask)), reads, nil
	case e.reads.Secret:
		masked := en.maskedRun(p, do)
		if len(masked.problems) > 0 { // a limit: the shown text would be cut off
			return content.Content{}, nil, masked.problems[0]
		}
		return content.Sensitive(text, bytes.Clone(masked.out)), reads, nil
	}
	return content.Plain(text), reads, nil
}

// runStandIn ends the run of a program that read a stand-in. Missing values are errors all the same.
// Any other error may be one of the stand-in, and so may be the text: it is that of the masked run.
func (en *Engine) runStandIn(e *eval, p *Program, do func(*eval)) (content.Content, *Reads, error) {
	missing := slices.DeleteFunc(e.problems, func(p *diag.Problem) bool { return p.Code != "missing-value" && p.Cause != diag.CauseLimit })
	if len(missing) > 0 {
		return content.Content{}, nil, joinProblems(missing)
	}
	masked := bytes.Clone(en.maskedRun(p, do).out)
	return content.Sensitive(masked, masked), &Reads{e.reads, e.missing, e.notices, e.replaced}, nil
}

// takeOutput takes the text of e out of the buffer that the next execution reuses.
func (en *Engine) takeOutput(e *eval, buf *[]byte) []byte {
	en.budget.Charge(len(e.out))
	if buf == nil {
		return e.out
	}
	if len(e.out) > maxReused {
		*buf = nil
		return e.out
	}
	*buf = e.out[:0]
	return bytes.Clone(e.out)
}

func (en *Engine) newEval(p *Program) *eval {
	return &eval{prog: p, engine: en, deadline: en.deadline, reads: en.values.NewReadSet()}
}

func (en *Engine) maskedRun(p *Program, do func(*eval)) *eval {
	e := en.newEval(p)
	e.masked, e.messages = true, map[diag.Pos]string{}
	do(e)
	return e
}

// releaseMessages replaces withheld messages of fail and required by those of the masked run, where
// it has them.
func (en *Engine) releaseMessages(e *eval, do func(*eval)) {
	withheld := func(p *diag.Problem) bool { return p.Text == withheld }
	if !slices.ContainsFunc(e.problems, withheld) {
		return
	}
	masked := en.maskedRun(e.prog, do)
	for _, p := range e.problems {
		if text, ok := masked.messages[p.Pos]; ok && withheld(p) {
			p.Text = text
		}
	}
}

func joinProblems(problems []*diag.Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}
