package template

import (
	"bytes"
	"cmp"
	"sort"

	"confit/render/diag"
	"confit/render/format"
)

// A segment is a part of the output, and the part of the template that wrote it.
type segment struct {
	out    int // offset in the output
	def    *definition
	at     int  // offset in the template
	copied bool // template text: byte for byte
}

// trace notes which part of the template writes the output from here on.
func (e *eval) trace(at int, copied bool) {
	if e.tracing {
		e.segments = append(e.segments, segment{len(e.out), e.def, at, copied})
	}
}

// violationProblem calls do once more with tracing, and reports a mistake in the output at the
// template line that wrote it.
func (en *Engine) violationProblem(e *eval, f format.Violation, do func(*eval)) *diag.Problem {
	traced := en.newEval(e.prog)
	traced.tracing = true
	do(traced)
	return traced.violationProblem(f)
}

// violationProblem reports a mistake in the traced output.
func (e *eval) violationProblem(f format.Violation) *diag.Problem {
	line, text := max(f.Line, 1), f.Text
	if e.reads.Secret || e.prog.main.src.secret {
		text = cmp.Or(f.TextNoKeys, text)
	}
	p := diag.Problemf(diag.CauseData, "output-check", e.writerOf(line), "line %d of %s is wrong: %s", line, diag.Quoted(f.File), text)
	p.Source = e.lineAt(p.Pos)
	p.Hint = "correct the template, or turn the check off with check: none"
	if e.prog.main.root == nil {
		p.Hint = "a template can quote the value with toJson, toYaml or the like; check: none turns the check off"
	}
	return p
}

// writerOf finds the part of the template that wrote the first visible byte of an output line.
func (e *eval) writerOf(line int) diag.Pos {
	offset := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(e.out[offset:], '\n')
		if i < 0 {
			break
		}
		offset += i + 1
	}
	rest := e.out[offset:]
	offset += len(rest) - len(bytes.TrimLeft(rest, " \t"))
	i := sort.Search(len(e.segments), func(i int) bool { return e.segments[i].out > offset }) - 1
	if i < 0 {
		return diag.Pos{File: e.prog.main.src.Name, In: e.prog.main.src.In}
	}
	m := e.segments[i]
	if m.copied {
		m.at += offset - m.out
	}
	return m.def.src.pos(m.at)
}

// lineAt is the source line of a place in one of the program's files.
func (e *eval) lineAt(p diag.Pos) string {
	for _, m := range e.segments {
		if m.def.src.Name == p.File {
			return m.def.src.line(p.Line)
		}
	}
	return ""
}
