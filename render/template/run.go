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

// maxReused is the size up to which an output is copied out of the buffer that it was
// written to.
const maxReused = 64 << 10

// Reads are what one execution read of the values.
type Reads struct {
	values.ReadSet
	Missing []*Missing // values that were asked for and are not there
}

// A Checker gives the first fault of a rendered text; nil where it is sound.
type Checker func(text []byte) *format.Fault

// Run executes a program on a dot. It writes to buf, if that is not nil, and lets it grow.
// A fault that check finds is reported at the line of the template that wrote it.
func (l *Engine) Run(p *Program, dot map[string]any, buf *[]byte, check Checker) (content.Content, *Reads, error) {
	return l.run(p, buf, check, func(e *eval) { e.run(dot) })
}

// Substitute replaces the variables of a text; vars gives some of them a path.
func (l *Engine) Substitute(src *Source, vars map[string]string, root *tree.Node) (content.Content, *Reads, error) {
	return l.run(&Program{main: &definition{name: src.Name, src: src}}, nil, nil, func(e *eval) {
		e.def = e.prog.main
		s := substitution{eval: e, vars: vars, root: root}
		e.guarded(func() { e.out = append(e.out, s.all(0, false)...) })
	})
}

// Encode writes a value, and all below it, in a format. The error is that of encode.
func (l *Engine) Encode(n *tree.Node, encode func(any) (string, error)) (content.Content, *Reads, error) {
	src := &Source{}
	var failed error
	c, r, err := l.run(&Program{main: &definition{src: src}}, nil, nil, func(e *eval) {
		s, err := encode(e.plainNode(n, true))
		e.out = append(append(e.out, s...), '\n')
		failed = errors.Join(failed, err)
	})
	return c, r, errors.Join(err, failed)
}

// run executes do on the values as they are. Where that read a secret, run executes do once
// more on masked values: the text that this writes, and the messages that it gives, cannot
// hold a secret that it never saw.
func (l *Engine) run(p *Program, buf *[]byte, check Checker, do func(*eval)) (content.Content, *Reads, error) {
	e := l.newEval(p)
	if buf != nil {
		e.out = (*buf)[:0]
	}
	do(e)
	if len(e.problems) > 0 {
		l.releaseMessages(e, do)
		return content.Content{}, nil, joinProblems(e.problems)
	}
	if check != nil {
		if f := check(e.out); f != nil {
			return content.Content{}, nil, l.blame(e, *f, do)
		}
	}
	text := l.keep(e, buf)
	for _, m := range e.asked {
		m.def = &definition{name: m.def.name, src: m.def.src} // lets go of the parsed template
	}
	reads := &Reads{e.reads, e.asked}
	switch {
	case p.main.src.secret: // its very text is a secret
		return content.Sensitive(text, []byte(content.Mask)), reads, nil
	case e.reads.Secret:
		masked := l.maskedRun(p, do)
		if len(masked.problems) > 0 { // a limit: the shown text would be cut off
			return content.Content{}, nil, masked.problems[0]
		}
		return content.Sensitive(text, bytes.Clone(masked.out)), reads, nil
	}
	return content.Plain(text), reads, nil
}

// keep takes the text of e out of the buffer, which the next execution writes to.
func (l *Engine) keep(e *eval, buf *[]byte) []byte {
	l.budget.Charge(len(e.out))
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

func (l *Engine) newEval(p *Program) *eval {
	return &eval{prog: p, lib: l, deadline: l.deadline, reads: l.values.NewReadSet()}
}

func (l *Engine) maskedRun(p *Program, do func(*eval)) *eval {
	e := l.newEval(p)
	e.masked, e.said = true, map[diag.Pos]string{}
	do(e)
	return e
}

// releaseMessages fills in the messages that fail and required gave after a secret was read,
// if the masked run gives them, too.
func (l *Engine) releaseMessages(e *eval, do func(*eval)) {
	heldBack := func(p *diag.Problem) bool { return p.Text == heldBack }
	if !slices.ContainsFunc(e.problems, heldBack) {
		return
	}
	masked := l.maskedRun(e.prog, do)
	for _, p := range e.problems {
		if said, ok := masked.said[p.Pos]; ok && heldBack(p) {
			p.Text = said
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
