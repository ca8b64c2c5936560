package template

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/syntax"
)

// A Source is the text of one template file.
type Source struct {
	Name      string
	Text      string
	secret    bool      // of a sensitive source: errors quote no line of it
	generated bool      // an argument of tpl: if secret, errors omit positions in it
	In        diag.Spot // place of the text in another file
	Block     bool      // a YAML block: its first line follows the line of In
}

// FileSource reads a file.
func FileSource(f *content.File) (*Source, error) {
	data, err := f.Bytes()
	if known := (*diag.Problem)(nil); errors.As(err, &known) {
		return nil, known
	}
	if err != nil {
		p := diag.Problemf(diag.CauseIO, "file-io", diag.Pos{File: f.From}, "the file cannot be read back from where it was put aside")
		p.Err = err
		return nil, p
	}
	if tool := format.Cipher(string(data[:min(len(data), 64)])); tool != "" {
		return nil, &diag.Problem{Cause: diag.CauseData, Code: "encrypted", Text: "the file " + diag.Quoted(f.From) + " is cipher text of " + tool, Hint: format.DecryptHint}
	}
	return &Source{Name: f.From, Text: string(data), secret: f.Sensitive}, nil
}

// Hide makes the text a secret.
func (s *Source) Hide() { s.secret = true }

// pos converts a byte offset to a place.
func (s *Source) pos(offset int) diag.Pos {
	if s.secret && s.generated {
		return diag.Pos{File: s.Name, In: s.In}
	}
	offset = max(0, min(offset, len(s.Text)))
	before := s.Text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	p := s.lineAt(1 + strings.Count(before, "\n"))
	if !s.secret { // a column is the length of a text before it
		p.Col = 1 + utf8.RuneCountInString(before[start:])
	}
	return p
}

// lineAt is the place of a line.
func (s *Source) lineAt(n int) diag.Pos {
	p := diag.Pos{File: s.Name, Line: n, In: s.In}
	if s.Block {
		p.In.Line, p.In.Col = s.In.Line+n, 0 // the indentation is unknown
	}
	return p
}

// line is the text of one line, for an error.
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

// A definition is a named template: a file, or a define in it.
type definition struct {
	name string
	root *parse.ListNode
	src  *Source
}

// A Program is a parsed template file: its definitions, and the partials below them.
type Program struct {
	main     *definition
	own      map[string]*definition
	partials Partials
}

// Partials are the templates that others include, by name.
type Partials map[string]*definition

// Parse parses one file, which may include partials.
func (en *Engine) Parse(src *Source, left, right string, partials Partials) (*Program, error) {
	main, own, err := parseSource(src, left, right, en)
	if err != nil {
		return nil, err
	}
	return &Program{main: main, own: own, partials: partials}, nil
}

// ParsePartials parses files of definitions. Each file is also a template under its path below the
// folder above.
func (en *Engine) ParsePartials(files []*content.File, above, left, right string) (Partials, error) {
	defs := Partials{}
	var all []error
	for _, f := range files {
		src, err := FileSource(f)
		if err != nil {
			all = append(all, err)
			continue
		}
		main, own, err := parseSource(src, left, right, en)
		if err != nil {
			all = append(all, err)
			continue
		}
		maps.Copy(defs, own)
		defs[strings.TrimPrefix(f.Path, above)], defs[main.name] = main, main
	}
	return defs, errors.Join(all...)
}

// lookup finds a template by name: own definitions hide partials.
func (p *Program) lookup(name string) *definition {
	if d := p.own[name]; d != nil {
		return d
	}
	if name == p.main.name {
		return p.main
	}
	return p.partials[name]
}

// parseSource parses one file into its main definition and all definitions in it.
func parseSource(src *Source, left, right string, engine *Engine) (*definition, map[string]*definition, error) {
	if most := engine.limits.Template; len(src.Text) > int(most) {
		p := diag.Problemf(diag.CauseLimit, "template-size", diag.Pos{File: src.Name, In: src.In}, "the template is larger than %v", most)
		p.Hint = "copy large content with copy, split the template, or raise limits: {template: …}"
		return nil, nil, p
	}
	if at := syntax.TooNested(src.Text, cmp.Or(left, "{{"), cmp.Or(right, "}}")); at >= 0 {
		p := diag.Problemf(diag.CauseLimit, "too-deep", src.pos(at), "the template is nested more than %d deep", syntax.MaxNesting)
		p.Hint = "split it with define"
		return nil, nil, p
	}
	t := parse.New(src.Name)
	trees := map[string]*parse.Tree{}
	if _, err := t.Parse(src.Text, left, right, trees, engine.funcs); err != nil {
		return nil, nil, engine.parseProblem(src, err, cmp.Or(left, "{{"), cmp.Or(right, "}}"))
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

var parseError = diag.LazyRegexp(`(?s)^template: .*?:(\d+): (.*)$`)

// parseProblem describes a syntax error.
func (en *Engine) parseProblem(src *Source, err error, left, right string) *diag.Problem {
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
	if src.secret {
		return p
	}
	mistake := syntax.Explain(src.Text, left, right, line, m[2])
	p.Pos = src.pos(mistake.Offset)
	p.Source = src.line(p.Pos.Line)
	p.Text, p.Hint = mistake.Text, mistake.Hint
	if mistake.Function != "" {
		en.unknownFunction(p, mistake.Function, mistake.Argument)
	}
	return p
}

// unknownFunction describes a function that is not offered.
func (en *Engine) unknownFunction(p *diag.Problem, name, argument string) {
	p.Code = "unknown-function"
	if why := syntax.Refused(name); why != "" {
		p.Code, p.Text, p.Hint = "forbidden-function", "the function "+name+" is not offered: it would not give the same on each run", why
	}
	switch replacement := syntax.Replacement(name); {
	case syntax.ReadsVariable(name):
		p.Hint = en.variableHint(argument)
	case p.Hint != "":
	case slices.Contains(topNames, "."+strings.SplitN(name, ".", 2)[0]):
		p.Hint = "write ." + name
	case syntax.ReadsKey(name):
		p.Hint = "a key of a store is a value here: write .Values." + cmp.Or(strings.ReplaceAll(strings.Trim(argument, "/"), "/", "."), "NAME")
	case replacement != "":
		p.Hint = replacement
	case len(en.find(name)) > 0:
		p.Hint = "write " + syntax.Expression(".Values", en.find(name)[0]) + " for the value"
	case len(name) > 3:
		p.Hint = diag.DidYouMean(name, slices.Collect(maps.Keys(en.funcs)), syntax.OtherDelims)
	default:
		p.Hint = syntax.OtherDelims
	}
}
