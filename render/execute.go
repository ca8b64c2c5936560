package render

import (
	"errors"
	"io/fs"
)

// template makes the output of one template.
func (r *renderer) template(e *Entry, src *source, partials map[string]*definition, dot map[string]any, to string, from fs.FileMode) (made, error) {
	defer r.Running.Begin("template", src.name)()
	ev, err := r.execute(e, src, partials, dot)
	if err != nil {
		return made{}, err
	}
	if err := r.check(e, ev, dot, to); err != nil {
		return made{}, err
	}
	content := Plain(ev.out)
	switch {
	case src.secret: // its very text is a secret
		content = Sensitive(ev.out, []byte(Mask))
	case ev.reads.secret:
		masked := r.maskedRun(ev, dot)
		if len(masked.problems) > 0 { // a limit: the shown text would be cut off
			return made{}, masked.problems[0]
		}
		content = Sensitive(ev.out, masked.out)
	}
	return made{e.output(to, content, from), ev.reads, ev.asked}, nil
}

func (e *Entry) output(to string, c Content, from fs.FileMode) Output {
	return Output{Path: to, Mode: e.mode(c.sensitive, from), Content: c, Sink: e.Sink, Adopt: e.Overwrite, Made: e.StaticTo() != e.To, Pos: e.Pos}
}

// execute parses and runs one template.
func (r *renderer) execute(e *Entry, src *source, partials map[string]*definition, dot map[string]any) (*eval, error) {
	main, own, err := parseSource(src, e.delim(0), e.delim(1), r.lib)
	if err != nil {
		return nil, err
	}
	ev := r.newEval(&program{main: main, own: own, partials: partials})
	ev.run(dot)
	if len(ev.problems) == 0 {
		return ev, nil
	}
	r.releaseMessages(ev, dot)
	return nil, joinProblems(ev.problems)
}

func joinProblems(problems []*Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

func (r *renderer) newEval(p *program) *eval {
	return &eval{prog: p, lib: r.lib, deadline: r.Deadline, reads: newReadSet(r.Values.leaves)}
}

// maskedRun executes a program again on masked values: what it writes, and what its
// messages say, cannot hold a secret that it never saw.
func (r *renderer) maskedRun(ev *eval, dot map[string]any) *eval {
	m := r.newEval(ev.prog)
	m.masked, m.said = true, map[Pos]string{}
	m.run(dot)
	return m
}

// releaseMessages fills in what fail and required said after a secret was read.
func (r *renderer) releaseMessages(ev *eval, dot map[string]any) {
	var masked *eval
	for _, p := range ev.problems {
		if p.Text != heldBack {
			continue
		}
		if masked == nil {
			masked = r.maskedRun(ev, dot)
		}
		if said, ok := masked.said[p.Pos]; ok {
			p.Text = said
		}
	}
}

// copied is a file as it is; one of a sensitive source is masked whole.
func (r *renderer) copied(e *Entry, f File, to string) made {
	content := Plain(f.Data)
	switch {
	case f.Blob != nil:
		content = FromBlob(f.Blob, f.Sensitive)
	case f.Sensitive:
		content = Sensitive(f.Data, []byte(Mask))
	}
	return made{Output: e.output(to, content, f.Mode)}
}

// values writes a part of the values as a file.
func (r *renderer) values(e *Entry, to string) (made, error) {
	path, _ := ParsePath(e.Values)
	defer r.Running.Begin("values", e.Values)()
	n, deepest := r.Values.root.find(path)
	if n == nil {
		p := problemf(CauseData, "missing-value", e.At("values"), "no value for %s", Quoted(".Values."+path.String()))
		near := &missing{deepest: deepest, key: path[len(deepest.Path())].Key, path: path.String()}
		(&eval{lib: r.lib}).siblings(p, near)
		return made{}, p
	}
	encode := encoderFor(to)
	text := func(masked bool) ([]byte, readSet, error) {
		ev := r.newEval(nil)
		ev.masked = masked
		s, err := encode(ev.plainNode(n, true))
		return []byte(s + "\n"), ev.reads, err
	}
	real, reads, err := text(false)
	if err != nil {
		return made{}, problemf(CauseData, "format", e.At("values"), "the values of %s cannot become %s: %v", Quoted(e.Values), Quoted(to), err)
	}
	content := Plain(real)
	if reads.secret {
		masked, _, _ := text(true)
		content = Sensitive(real, masked)
	}
	return made{Output: e.output(to, content, 0), reads: reads}, nil
}
