package render

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
)

// A source is the text of one template file, kept for positions in it.
type source struct {
	name   string
	text   string
	secret bool      // came from a sensitive source: its lines are not shown
	made   bool      // made by a template: where it is secret, so are places in it
	in     diag.Spot // where the text stands in another file
	block  bool      // its lines are those of that file, from the one after in
}

// sourceOf reads a file.
func sourceOf(f *content.File) (*source, error) {
	data, err := f.Bytes()
	if err != nil {
		p := diag.Problemf(diag.CauseIO, "file-io", diag.Pos{File: f.From}, "the file cannot be read back from where it was put aside")
		p.Err = err
		return nil, p
	}
	return &source{name: f.From, text: string(data), secret: f.Sensitive}, nil
}

// pos turns a byte offset into a place.
func (s *source) pos(offset int) diag.Pos {
	if s.secret && s.made {
		return diag.Pos{File: s.name, In: s.in}
	}
	offset = max(0, min(offset, len(s.text)))
	before := s.text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	p := s.lineAt(1 + strings.Count(before, "\n"))
	p.Col = 1 + utf8.RuneCountInString(before[start:])
	return p
}

// lineAt is the place of a line.
func (s *source) lineAt(n int) diag.Pos {
	p := diag.Pos{File: s.name, Line: n, In: s.in}
	if s.block {
		p.In.Line, p.In.Col = s.in.Line+n, 0 // how far it is indented is not known
	}
	return p
}

// line is the text of one line, to be shown with an error.
func (s *source) line(n int) string {
	if s.secret || n < 1 {
		return ""
	}
	rest := s.text
	for ; n > 1; n-- {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(line, "\r")
}

// A definition is a template with a name: a file, or a define within one.
type definition struct {
	name string
	root *parse.ListNode
	src  *source
}

// A program is one template file ready to be executed: its own definitions, over
// those of the partials it sees.
type program struct {
	main     *definition
	own      map[string]*definition
	partials Partials
}

// Partials are the templates that others include, by name.
type Partials map[string]*definition

// Parse parses one file, which may include partials.
func (l *library) Parse(src *source, left, right string, partials Partials) (*program, error) {
	main, own, err := parseSource(src, left, right, l)
	if err != nil {
		return nil, err
	}
	return &program{main: main, own: own, partials: partials}, nil
}

// ParsePartials parses files that only define templates. Each is also a template under its
// own path, without the folder above.
func (l *library) ParsePartials(files []*content.File, above, left, right string) (Partials, error) {
	defs := Partials{}
	var all []error
	for _, f := range files {
		src, err := sourceOf(f)
		if err != nil {
			all = append(all, err)
			continue
		}
		main, own, err := parseSource(src, left, right, l)
		if err != nil {
			all = append(all, err)
			continue
		}
		maps.Copy(defs, own)
		defs[strings.TrimPrefix(f.Path, above)], defs[main.name] = main, main
	}
	return defs, errors.Join(all...)
}

func (p *program) lookup(name string) *definition {
	if d := p.own[name]; d != nil {
		return d
	}
	if name == p.main.name {
		return p.main
	}
	return p.partials[name]
}

// parseSource parses one file. It returns the file's own definition and all others that
// it defines.
func parseSource(src *source, left, right string, lib *library) (*definition, map[string]*definition, error) {
	if most := lib.limits.Template; len(src.text) > int(most) {
		p := diag.Problemf(diag.CauseLimit, "template-size", diag.Pos{File: src.name, In: src.in}, "the template is larger than %v", most)
		p.Hint = "copy large content with copy, split the template, or raise limits: {template: …}"
		return nil, nil, p
	}
	if at := tooNested(src.text, orDelim(left, "{{"), orDelim(right, "}}")); at >= 0 {
		p := diag.Problemf(diag.CauseLimit, "too-deep", src.pos(at), "the template is nested more than %d deep", maxNesting)
		p.Hint = "split it with define"
		return nil, nil, p
	}
	t := parse.New(src.name)
	trees := map[string]*parse.Tree{}
	if _, err := t.Parse(src.text, left, right, trees, lib.funcs); err != nil {
		return nil, nil, parseProblem(src, err, lib)
	}
	main := &definition{name: src.name, root: t.Root, src: src}
	if tree := trees[src.name]; tree != nil {
		main.root = tree.Root
	}
	delete(trees, src.name)
	if len(trees) == 0 {
		return main, nil, nil
	}
	defs := make(map[string]*definition, len(trees))
	for name, tree := range trees {
		defs[name] = &definition{name: name, root: tree.Root, src: src}
	}
	return main, defs, nil
}

func orDelim(delim, normal string) string {
	if delim == "" {
		return normal
	}
	return delim
}

var (
	parseError  = diag.LazyRegexp(`(?s)^template: .*?:(\d+): (.*)$`)
	unknownFunc = diag.LazyRegexp(`^function "(.*)" not defined$`)
)

// parseProblem words a syntax error. The parser knows the line only; the column is
// that of what it complains of, where that can be found.
func parseProblem(src *source, err error, lib *library) *diag.Problem {
	p := diag.Problemf(diag.CauseData, "template-syntax", diag.Pos{File: src.name, In: src.in}, "the template cannot be parsed")
	m := parseError().FindStringSubmatch(strings.TrimPrefix(err.Error(), "template: "+src.name))
	if m == nil {
		m = parseError().FindStringSubmatch("template: " + strings.TrimPrefix(err.Error(), "template: "+src.name))
	}
	if m == nil {
		return p
	}
	line, _ := strconv.Atoi(m[1])
	p.Pos = src.lineAt(line)
	p.Source = src.line(p.Pos.Line)
	p.Pos.Col = 1
	if i := strings.Index(p.Source, "{{"); i >= 0 {
		p.Pos.Col = 1 + utf8.RuneCountInString(p.Source[:i])
	}
	if src.secret {
		return p
	}
	if f := unknownFunc().FindStringSubmatch(m[2]); f != nil {
		return unknownFunction(p, f[1], lib)
	}
	p.Text = diag.Quoted(m[2])
	p.Hint = "see the template language: https://pkg.go.dev/text/template"
	return p
}

func unknownFunction(p *diag.Problem, name string, lib *library) *diag.Problem {
	p.Code, p.Text = "unknown-function", "there is no function "+diag.Quoted(name)
	if at := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).FindStringIndex(p.Source); at != nil {
		p.Pos.Col = 1 + utf8.RuneCountInString(p.Source[:at[0]])
	}
	if why := whyForbidden(name); why != "" {
		p.Code, p.Text, p.Hint = "forbidden-function", "the function "+name+" is not offered: it would not give the same on each run", why
		return p
	}
	p.Hint = diag.DidYouMean(name, slices.Collect(maps.Keys(lib.funcs)), p.Hint)
	return p
}
