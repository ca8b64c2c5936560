package render

import (
	"errors"
	"io/fs"
)

// template makes the output of one template.
func (r *renderer) template(e *Entry, src *source, partials map[string]*definition, dot map[string]any, to string, from fs.FileMode) (Output, error) {
	ev, err := r.execute(e, src, partials, dot)
	if err != nil {
		return Output{}, err
	}
	content := Plain(ev.out)
	switch {
	case src.secret: // its very text is a secret
		content = Sensitive(ev.out, []byte(Mask))
	case ev.reads.secret:
		content = Sensitive(ev.out, r.maskedRun(ev, dot).out)
	}
	return e.output(to, content, from), nil
}

func (e *Entry) output(to string, c Content, from fs.FileMode) Output {
	return Output{Path: to, Mode: e.mode(c.sensitive, from), Content: c, Sink: e.Sink, Adopt: e.Overwrite, Made: e.StaticTo() != e.To, Pos: e.Pos}
}

// execute parses and runs one template.
func (r *renderer) execute(e *Entry, src *source, partials map[string]*definition, dot map[string]any) (*eval, error) {
	if len(src.text) > maxTemplate {
		p := problemf(CauseLimit, "template-size", Pos{File: src.name}, "the template is larger than %d KiB", maxTemplate>>10)
		p.Hint = "copy large content with copy, or split the template"
		return nil, p
	}
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
	var all []error
	for _, p := range ev.problems {
		all = append(all, p)
	}
	return nil, errors.Join(all...)
}

const maxTemplate = 1 << 20

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
func (r *renderer) copied(e *Entry, f File, to string) Output {
	content := Plain(f.Data)
	if f.Sensitive {
		content = Sensitive(f.Data, []byte(Mask))
	}
	return e.output(to, content, f.Mode)
}

// values writes a part of the values as a file.
func (r *renderer) values(e *Entry, to string) (Output, error) {
	path, _ := ParsePath(e.Values)
	n, deepest := r.Values.root.find(path)
	if n == nil {
		p := problemf(CauseData, "missing-value", e.At("values"), "no value for %s", Quoted(".Values."+path.String()))
		near := &missing{deepest: deepest, key: path[len(deepest.Path())].Key, path: path.String()}
		(&eval{lib: r.lib}).siblings(p, near)
		return Output{}, p
	}
	encode := encoderFor(to)
	text := func(masked bool) ([]byte, bool, error) {
		ev := r.newEval(nil)
		ev.masked = masked
		v, _ := ev.plainNode(nil, n, true)
		s, err := encode(v)
		return []byte(s + "\n"), ev.reads.secret, err
	}
	real, secret, err := text(false)
	if err != nil {
		return Output{}, problemf(CauseData, "format", e.At("values"), "the values of %s have no form in %s", Quoted(e.Values), Quoted(to))
	}
	content := Plain(real)
	if secret {
		masked, _, _ := text(true)
		content = Sensitive(real, masked)
	}
	return e.output(to, content, 0), nil
}
