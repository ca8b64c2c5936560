package template

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

// A Source is the text of one template file, kept for positions in it.
type Source struct {
	Name   string
	Text   string
	secret bool      // came from a sensitive source: its lines are not shown
	made   bool      // made by a template: where it is secret, so are places in it
	In     diag.Spot // where the text stands in another file
	Block  bool      // its lines are those of that file, from the one after in
}

// FileSource reads a file.
func FileSource(f *content.File) (*Source, error) {
	data, err := f.Bytes()
	if err != nil {
		p := diag.Problemf(diag.CauseIO, "file-io", diag.Pos{File: f.From}, "the file cannot be read back from where it was put aside")
		p.Err = err
		return nil, p
	}
	return &Source{Name: f.From, Text: string(data), secret: f.Sensitive}, nil
}

// pos turns a byte offset into a place.
func (s *Source) pos(offset int) diag.Pos {
	if s.secret && s.made {
		return diag.Pos{File: s.Name, In: s.In}
	}
	offset = max(0, min(offset, len(s.Text)))
	before := s.Text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	p := s.lineAt(1 + strings.Count(before, "\n"))
	p.Col = 1 + utf8.RuneCountInString(before[start:])
	return p
}

// lineAt is the place of a line.
func (s *Source) lineAt(n int) diag.Pos {
	p := diag.Pos{File: s.Name, Line: n, In: s.In}
	if s.Block {
		p.In.Line, p.In.Col = s.In.Line+n, 0 // how far it is indented is not known
	}
	return p
}

// line is the text of one line, to be shown with an error.
func (s *Source) line(n int) string {
	if s.secret || n < 1 {
		return ""
	}
	rest := s.Text
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
	src  *Source
}

// A Program is one template file ready to be executed: its own definitions, over
// those of the partials it sees.
type Program struct {
	main     *definition
	own      map[string]*definition
	partials Partials
}

// Partials are the templates that others include, by name.
type Partials map[string]*definition

// Parse parses one file, which may include partials.
func (l *Engine) Parse(src *Source, left, right string, partials Partials) (*Program, error) {
	main, own, err := parseSource(src, left, right, l)
	if err != nil {
		return nil, err
	}
	return &Program{main: main, own: own, partials: partials}, nil
}

// ParsePartials parses files that only define templates. Each is also a template under its
// own path, without the folder above.
func (l *Engine) ParsePartials(files []*content.File, above, left, right string) (Partials, error) {
	defs := Partials{}
	var all []error
	for _, f := range files {
		src, err := FileSource(f)
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

func (p *Program) lookup(name string) *definition {
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
func parseSource(src *Source, left, right string, lib *Engine) (*definition, map[string]*definition, error) {
	if most := lib.limits.Template; len(src.Text) > int(most) {
		p := diag.Problemf(diag.CauseLimit, "template-size", diag.Pos{File: src.Name, In: src.In}, "the template is larger than %v", most)
		p.Hint = "copy large content with copy, split the template, or raise limits: {template: …}"
		return nil, nil, p
	}
	if at := tooNested(src.Text, orDelim(left, "{{"), orDelim(right, "}}")); at >= 0 {
		p := diag.Problemf(diag.CauseLimit, "too-deep", src.pos(at), "the template is nested more than %d deep", maxNesting)
		p.Hint = "split it with define"
		return nil, nil, p
	}
	t := parse.New(src.Name)
	trees := map[string]*parse.Tree{}
	if _, err := t.Parse(src.Text, left, right, trees, lib.funcs); err != nil {
		return nil, nil, parseProblem(src, err, lib)
	}
	main := &definition{name: src.Name, root: t.Root, src: src}
	if tree := trees[src.Name]; tree != nil {
		main.root = tree.Root
	}
	delete(trees, src.Name)
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
func parseProblem(src *Source, err error, lib *Engine) *diag.Problem {
	p := diag.Problemf(diag.CauseData, "template-syntax", diag.Pos{File: src.Name, In: src.In}, "the template cannot be parsed")
	m := parseError().FindStringSubmatch(strings.TrimPrefix(err.Error(), "template: "+src.Name))
	if m == nil {
		m = parseError().FindStringSubmatch("template: " + strings.TrimPrefix(err.Error(), "template: "+src.Name))
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

func unknownFunction(p *diag.Problem, name string, lib *Engine) *diag.Problem {
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
