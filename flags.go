package main

import (
	"errors"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/specfile"
	"confit/render/tree"
	"confit/render/values"
	"confit/sources"
)

// pipeFlags stand for sections of a spec: each flag becomes an entry, after those of the
// spec.
type pipeFlags struct {
	sources   texts  // KIND:WHERE[,key=value]
	templates texts  // IN[=TO]
	values    texts  // PATH=TO[,key=value]
	out       string // DIR, in place of the spec's sinks

	limits           texts // NAME=value, over those of the spec
	replace, gitRefs texts // NAME=…, of Git sources

	set, setString, setFile, setJSON texts // the last layer of values
}

// texts are the values of a flag that may be given several times. The stringArray of pflag
// is slower: each prints its value as CSV, with a writer of its own, even if it is empty.
type texts []string

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Type() string { return "texts" }

// GetSlice tells shell completion that the flag may come again.
func (t *texts) GetSlice() []string { return *t }

func (f pipeFlags) any() bool { return len(f.sources)+len(f.templates)+len(f.values) > 0 }

// addFlags appends the entries of flags to the spec, in the notation of the spec, so that one
// decoder checks both.
func (sp *spec) addFlags(f pipeFlags) error {
	var all []error
	for _, s := range f.sources {
		if err := checkKind(s); err != nil {
			all = append(all, err)
			continue
		}
		all = append(all, appendEntry(&sp.Sources, "--source "+sourceName(s), sourceFields(s)))
	}
	for _, t := range f.templates {
		in, to, _ := strings.Cut(t, "=")
		all = append(all, appendEntry(&sp.Render, "--template "+t, []field{{"template", in}, {"to", to}}))
	}
	for _, v := range f.values {
		p, to, _ := strings.Cut(v, "=")
		if to == "" {
			hint := "write it as PATH=TO, like .=all.yaml"
			if isValuesFile(v) {
				hint = "a file of values is --source file:" + diag.Quoted(v) + "; --values PATH=TO writes values to a file"
			}
			all = append(all, usagef("--values "+diag.Quoted(v)+" does not say where to", hint))
			continue
		}
		all = append(all, appendEntry(&sp.Render, "--values "+v, append([]field{{"values", p}}, keyed("to", to)...)))
	}
	if f.out == "-" {
		f.out = "." // never written to; diff and render print
	}
	if f.out != "" {
		sp.Sinks = nil
		all = append(all, appendEntry(&sp.Sinks, "--out "+f.out, []field{{"dir", f.out}}))
	}
	return errors.Join(all...)
}

// assignments reads the --set flags, in the order set, set-string, set-file, set-json. They
// make the last layer.
func (f pipeFlags) assignments(s *sources.Snapshot) ([]values.Assignment, error) {
	var all []values.Assignment
	var errs []error
	for _, kind := range []struct {
		flag  string
		texts []string
		parse func(text string, o *tree.Origin) ([]values.Assignment, error)
	}{
		{"--set", f.set, func(text string, o *tree.Origin) ([]values.Assignment, error) {
			return values.ParseSet(text, o, false)
		}},
		{"--set-string", f.setString, func(text string, o *tree.Origin) ([]values.Assignment, error) {
			return values.ParseSet(text, o, true)
		}},
		{"--set-file", f.setFile, s.ParseSetFile},
		{"--set-json", f.setJSON, values.ParseSetJSON},
	} {
		for _, text := range kind.texts {
			if path, _, _ := strings.Cut(text, "="); !utf8.ValidString(path) || kind.flag != "--set-file" && !utf8.ValidString(text) {
				errs = append(errs, &diag.Problem{Cause: diag.CauseUsage, Code: "not-utf8", Text: kind.flag + " is not UTF-8 text", Hint: "check the encoding of the shell and of the script"})
				continue
			}
			set, err := kind.parse(text, &tree.Origin{Source: kind.flag, File: kind.flag})
			if p := (*diag.Problem)(nil); err != nil && !errors.As(err, &p) {
				err = usagef(kind.flag+": "+err.Error(), "see confit render --help")
			}
			errs = append(errs, err)
			all = append(all, set...)
		}
	}
	return all, errors.Join(errs...)
}

type field struct{ name, value string }

// sourceFields reads KIND:WHERE[,key=value]; a comma in WHERE is written \,.
func sourceFields(s string) []field {
	kind, rest, _ := strings.Cut(s, ":")
	return keyed(kind, rest)
}

// keyed reads VALUE[,key=value]: the value is that of the named field.
func keyed(name, s string) []field {
	parts := splitCommas(s)
	fields := []field{{name, parts[0]}}
	for _, p := range parts[1:] {
		key, value, ok := strings.Cut(p, "=")
		if !ok {
			value = "true"
		}
		fields = append(fields, field{key, value})
	}
	return fields
}

// checkKind checks the kind of a --source. Its error does not show the rest of the flag, nor a
// kind that is no word: both may be a password.
func checkKind(flag string) error {
	kind, rest, _ := strings.Cut(flag, ":")
	kinds := sources.Kinds()
	if slices.Contains(kinds, kind) {
		return nil
	}
	hint := diag.DidYouMean(kind, kinds, "write it as KIND:WHERE; the kinds are "+strings.Join(kinds, ", "))
	switch {
	case strings.Contains(flag, "@"), strings.HasPrefix(rest, "//"):
		hint = "a Git repository is git:URL"
	case rest == "" && path.Ext(kind) != "":
		hint = "a file of values is file:PATH"
	}
	if strings.ContainsFunc(kind, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' }) {
		return usagef("--source does not begin with a kind of source", hint)
	}
	return usagef("--source: no kind of source has the name "+strconv.Quote(kind), hint)
}

// sourceName is how errors name a --source. They do not show the URL of a repository where
// it holds a password.
func sourceName(s string) string {
	if kind, where, _ := strings.Cut(s, ":"); kind == "git" {
		return sources.GitName(splitCommas(where)[0])
	}
	return s
}

func splitCommas(s string) []string {
	const escaped = "\x00"
	parts := strings.Split(strings.ReplaceAll(s, `\,`, escaped), ",")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], escaped, ",")
	}
	return parts
}

// appendEntry decodes fields as one entry of a section. Text that only a bool or a list
// can be is given that form.
func appendEntry[T any](section *[]T, flag string, fields []field) error {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		if f.value == "" && f.name == "to" {
			continue
		}
		n.Content = append(n.Content, specfile.Text(f.name), flagValue(reflect.TypeFor[T](), f))
	}
	*section = append(*section, *new(T))
	return specfile.Decode(flag, ".", n, &(*section)[len(*section)-1])
}

// flagValue is the text of a flag as a value of the field: for a list, its only item.
func flagValue(section reflect.Type, f field) *yaml.Node {
	v := specfile.Text(f.value)
	for field := range section.Fields() {
		if field.Tag.Get("yaml") != f.name {
			continue
		}
		switch typ := field.Type; {
		case typ.Kind() == reflect.Slice:
			return &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{v}}
		case typ.Kind() == reflect.Bool, typ.Kind() == reflect.Pointer && typ.Elem().Kind() == reflect.Bool, typ == reflect.TypeFor[sources.Sensitivity]():
			v.Tag = ""
		}
	}
	return v
}

// withoutLine takes the line of a spec from its error, where a flag names a source with secrets
// that the spec may be in.
func (c *confit) withoutLine(err error) error {
	if slices.ContainsFunc(c.flags.sources, func(f string) bool { return strings.HasPrefix(f, "secret:") || strings.Contains(f, "sensitive") }) {
		for _, p := range diag.Problems(err, diag.CauseSpec) {
			p.Source = ""
		}
	}
	return err
}
