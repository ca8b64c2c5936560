package render

import (
	"bytes"
	"cmp"
	"path"
	"sort"
	"strings"
)

// A mark says which part of a template writes the output from an offset on.
type mark struct {
	out    int // offset in the output
	def    *definition
	at     int  // offset in the template
	copied bool // template text: byte for byte
}

func (e *eval) mark(at int, copied bool) {
	if e.marking {
		e.marks = append(e.marks, mark{len(e.out), e.def, at, copied})
	}
}

// check parses what was rendered, by the extension of its name unless the spec says
// otherwise, and reports a fault at the line of the template that wrote it.
func (r *renderer) check(e *Entry, ev *eval, dot map[string]any, to string) error {
	format := e.Checks.Format
	if format == "" {
		format = formatOf(to)
	}
	if e.Checks.None || format == "" {
		return nil
	}
	faults := r.faults(e, format, ev.out)
	if len(faults) == 0 {
		return nil
	}
	again := r.newEval(ev.prog)
	again.marking = true
	again.run(dot)
	p := again.blame(faults[0], path.Base(to))
	return p
}

func (r *renderer) faults(e *Entry, format string, data []byte) []fault {
	if f := checkText(format, data); f != nil {
		return []fault{*f}
	}
	if s := r.Schemas[e.Checks.Schema]; s != nil {
		return s.faults(format, data)
	}
	return nil
}

// blame words a fault at the place in the template that wrote its line.
func (e *eval) blame(f fault, name string) *Problem {
	line, text := max(f.line, 1), f.text
	if e.reads.secret || e.prog.main.src.secret {
		text = cmp.Or(f.nameless, text)
	}
	p := problemf(CauseData, "output-check", e.wrote(line), "line %d of %s is wrong: %s", line, Quoted(name), text)
	p.Source = e.lineAt(p.Pos)
	p.Hint = "mend the template, or turn the check off with check: none"
	return p
}

// wrote finds the part of the template that wrote the first visible byte of a line.
func (e *eval) wrote(line int) Pos {
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
	i := sort.Search(len(e.marks), func(i int) bool { return e.marks[i].out > offset }) - 1
	if i < 0 {
		return Pos{File: e.prog.main.src.name, In: e.prog.main.src.in}
	}
	m := e.marks[i]
	if m.copied {
		m.at += offset - m.out
	}
	return m.def.src.pos(m.at)
}

// lineAt is the source line of a place in one of the program's files.
func (e *eval) lineAt(p Pos) string {
	for _, m := range e.marks {
		if m.def.src.name == p.File {
			return m.def.src.line(p.Line)
		}
	}
	return ""
}

// faults holds a rendered file against a schema.
func (s *Schema) faults(format string, data []byte) []fault {
	decode := map[string]func([]byte, *Origin) (*Node, error){
		"json": DecodeJSON, "yaml": DecodeYAML, "toml": DecodeTOML, "ini": DecodeINI, "properties": DecodeProperties, "env": DecodeDotenv,
	}[format]
	if decode == nil {
		return []fault{{line: 1, text: "a schema cannot be held against " + format}}
	}
	n, err := decode(data, &Origin{File: "output"})
	if f := faultOf(err); f != nil {
		return []fault{*f}
	}
	v := &Values{root: n, over: map[*Node][]*Node{}}
	v.finish(n)
	var all []fault
	for _, x := range s.evaluate(s.root, n, 0).violations {
		all = append(all, fault{x.node.Pos().Line, strings.TrimSpace(Quoted(x.node.Path().String()) + " " + x.text), "a value " + x.text})
	}
	return all
}
