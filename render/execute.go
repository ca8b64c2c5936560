package render

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"strings"
)

// maxReused is the size up to which an output is copied out of the worker's buffer.
const maxReused = 64 << 10

// make does one job.
func (w *worker) make(j job) (Output, *reading, error) {
	switch e := j.entry; {
	case e.Has("values"):
		return w.values(e, j.to)
	case e.Has("inline"):
		return w.template(j, e.source("inline", e.Inline), nil, j.to)
	case e.Has("envsubst"):
		return w.envsubst(e, j.file, outputPath(j.to, j.name()))
	case e.Has("copy") || !j.isTemplate():
		return e.copied(j.file, outputPath(j.to, j.name())), nil, nil
	}
	defs, err := j.partials()
	if err != nil {
		return Output{}, nil, err
	}
	src, err := sourceOf(j.file)
	if err != nil {
		return Output{}, nil, err
	}
	if j.alone {
		j.file.Data = nil
	}
	return w.template(j, src, defs, outputPath(j.to, strings.TrimSuffix(j.name(), ".tmpl")))
}

// outputPath is path.Join, which would copy the name where the target is the top.
func outputPath(to, name string) string {
	if name != "" && (to == "" || to == "." || path.Clean(to) == ".") {
		return path.Clean(name) // which is the same string, if it is clean
	}
	return path.Join(to, name)
}

// name is the path of the job's file below the target; a single file has the target's.
func (j job) name() string {
	if j.single && j.to != "" {
		return ""
	}
	return strings.TrimPrefix(j.file.Path, j.above)
}

// mode is that of the job's file.
func (j job) mode() fs.FileMode {
	if j.file == nil {
		return 0
	}
	return j.file.Mode
}

// isTemplate tells whether the file is executed; in a folder, only *.tmpl are.
func (j job) isTemplate() bool { return j.single || strings.HasSuffix(j.file.Path, ".tmpl") }

// template makes the output of one template.
func (w *worker) template(j job, src *source, partials map[string]*definition, to string) (Output, *reading, error) {
	defer w.Running.Begin("template", src.name)()
	ev, err := w.execute(j.entry, src, partials, j.dot, w.buf)
	if err != nil {
		return Output{}, nil, err
	}
	if err := w.check(j.entry, ev, j.dot, to); err != nil {
		return Output{}, nil, err
	}
	text := w.keep(ev)
	content := Plain(text)
	switch {
	case src.secret: // its very text is a secret
		content = Sensitive(text, []byte(Mask))
	case ev.reads.secret:
		masked := w.maskedRun(ev, j.dot)
		if len(masked.problems) > 0 { // a limit: the shown text would be cut off
			return Output{}, nil, masked.problems[0]
		}
		content = Sensitive(text, bytes.Clone(masked.out))
	}
	return j.entry.output(to, content, j.mode()), ev.reading(), nil
}

// keep takes what ev wrote out of the buffer, which the next template writes to.
func (w *worker) keep(ev *eval) []byte {
	w.lib.count(len(ev.out))
	if len(ev.out) > maxReused {
		w.buf = nil
		return ev.out
	}
	w.buf = ev.out[:0]
	return bytes.Clone(ev.out)
}

// reading is what ev read, without the templates that it was read by.
func (e *eval) reading() *reading {
	for _, m := range e.asked {
		m.def = &definition{name: m.def.name, src: m.def.src}
	}
	return &reading{e.reads, e.asked}
}

func (e *Entry) output(to string, c Content, from fs.FileMode) Output {
	return Output{Path: to, Mode: e.mode(c.IsSensitive(), from), Content: c, Adopt: e.Overwrite, Made: e.StaticTo() != e.To, entry: e}
}

// execute parses and runs one template, which writes to buf.
func (r *renderer) execute(e *Entry, src *source, partials map[string]*definition, dot map[string]any, buf []byte) (*eval, error) {
	main, own, err := parseSource(src, e.delim(0), e.delim(1), r.lib)
	if err != nil {
		return nil, err
	}
	ev := r.newEval(&program{main: main, own: own, partials: partials})
	ev.out = buf
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
func (e *Entry) copied(f *File, to string) Output {
	content := Plain(f.Data)
	switch {
	case f.Blob != nil:
		content = FromBlob(f.Blob, f.Sensitive)
	case f.Sensitive:
		content = Sensitive(f.Data, []byte(Mask))
	}
	return e.output(to, content, f.Mode)
}

// values writes a part of the values as a file.
func (r *renderer) values(e *Entry, to string) (Output, *reading, error) {
	path, _ := ParsePath(e.Values)
	defer r.Running.Begin("values", e.Values)()
	n, deepest := r.Values.root.find(path)
	if n == nil {
		p := problemf(CauseData, "missing-value", e.At("values"), "no value for %s", Quoted(".Values."+path.String()))
		near := &missing{deepest: deepest, key: path[len(deepest.Path())].Key, path: path.String()}
		(&eval{lib: r.lib}).siblings(p, near)
		return Output{}, nil, p
	}
	encode := encoderFor(to)
	text := func(masked bool) ([]byte, readSet, error) {
		ev := r.newEval(nil)
		ev.masked = masked
		v := ev.plainNode(n, true)
		switch {
		case isYAML(to):
			ev.tree(v)
		case isJSON(to):
			ev.json(v, len(jsonIndent), inJSON)
		default:
			ev.flat(v)
		}
		s, err := encode(v)
		r.lib.count(len(s))
		return []byte(s + "\n"), ev.reads, err
	}
	real, reads, err := text(false)
	if err != nil {
		return Output{}, nil, problemf(CauseData, "format", e.At("values"), "the values of %s cannot become %s: %v", Quoted(e.Values), Quoted(to), err)
	}
	content := Plain(real)
	if reads.secret {
		masked, _, _ := text(true)
		content = Sensitive(real, masked)
	}
	return e.output(to, content, 0), &reading{readSet: reads}, nil
}
