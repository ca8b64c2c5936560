package sources

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
	"confit/render/tree"
)

// A rule is a check of one field. It gives a text for each mistake.
type rule struct {
	field string
	wrong func(*Spec) []string
	hint  string
}

// readable are the names that format: takes.
func readable() []string { return format.Names((*format.Format).Readable) }

// rules are the checks of fields that all kinds have.
func rules() []rule {
	return []rule{
		{"format", (*Spec).wrongFormat, "the formats are " + strings.Join(readable(), ", ")},
		{"dialect", func(s *Spec) []string {
			return textIf(s.Dialect != "" && !slices.Contains(format.ReadDialects(), s.Dialect), "no ini files have the dialect "+diag.Quoted(s.Dialect))
		}, "the dialects are " + strings.Join(format.ReadDialects(), ", ")},
		{"documents", func(s *Spec) []string {
			return textIf(s.Documents != "" && s.Documents != "first", "documents has no choice "+diag.Quoted(s.Documents))
		}, "write documents: first, or leave it out: several documents are then an error"},
		{"lists", (*Spec).wrongLists, "name the path of a list of this source, below its at: dots nest"},
		{"name", (*Spec).wrongName, ""},
		{"at", (*Spec).wrongAt, "dots nest: a.b.c"},
		{"map", (*Spec).wrongMap, "dots nest: a.b.c"},
		{"file", func(s *Spec) []string { return wrongGlobs(s.File) }, "a [ needs its ]"},
		{"read", func(s *Spec) []string { return wrongGlobs(s.Read...) }, "a [ needs its ]"},
		{"sensitive", func(s *Spec) []string { return wrongGlobs(s.Sensitive.globs...) }, "a [ needs its ]"},
	}
}

var envRules = []rule{
	{"env", func(s *Spec) []string {
		return textIf(s.Env == "" && len(s.Map)+len(s.FromFile) == 0 && !s.Reported("env"), "env has no prefix, which would take in every variable")
	}, "give a prefix like APP_, or map: {NAME: path}"},
	choice("unknown", func(s *Spec) string { return s.Unknown }, "create", "error", "ignore"),
	choice("empty", func(s *Spec) string { return s.Empty }, "keep", "unset"),
	{"nestOn", func(s *Spec) []string {
		return textIf(s.Has("nestOn") && s.NestOn == "" && !s.Reported("nestOn"), "nestOn is empty")
	}, `write the separator, like "_"`},
}

// choice is the rule of a field that takes one of a few words.
func choice(field string, value func(*Spec) string, words ...string) rule {
	return rule{field, func(s *Spec) []string {
		return textIf(s.Has(field) && !s.Reported(field) && !slices.Contains(words, value(s)), field+" is none of its choices")
	}, "write one of " + strings.Join(words, ", ")}
}

// Check finds the mistakes in a source by itself.
func (s *Spec) Check() error {
	var all []error
	fail := func(field, text, hint string) { all = append(all, s.Problem(field, text, hint)) }
	own := s.kind()
	if own.name == "" {
		if names := Kinds(); !slices.ContainsFunc(names, s.Reported) {
			fail("", "the source does not say what it reads", "set one of "+strings.Join(names, ", "))
		}
		return errors.Join(all...)
	}
	for _, k := range kinds() {
		if k.name == own.name {
			continue
		}
		if s.Has(k.name) {
			fail(k.name, "the source has both "+own.name+" and "+k.name, "make two sources of it")
		}
		for _, field := range k.fields {
			if s.Has(field) {
				fail(field, field+" is for "+k.name+" sources", "")
			}
		}
	}
	if own.files != nil && s.where() == "" && !s.Reported(own.name) {
		fail(own.name, own.name+" names no path", "")
	}
	for _, x := range own.excluded {
		if s.Has(x.field) {
			fail(x.field, x.text, x.hint)
		}
	}
	for _, r := range slices.Concat(rules(), own.rules) {
		for _, text := range r.wrong(s) {
			fail(r.field, text, r.hint)
		}
	}
	return errors.Join(all...)
}

func textIf(wrong bool, text string) []string {
	if !wrong {
		return nil
	}
	return []string{text}
}

func (s *Spec) wrongFormat() []string {
	return textIf(s.Has("format") && !s.Reported("format") && !slices.Contains(readable(), s.Format), "no format has the name "+diag.Quoted(s.Format))
}

func (s *Spec) wrongName() []string {
	return textIf(s.Name != "" && !isName(s.Name), "the name "+diag.Quoted(s.Name)+" has other characters than letters, digits, - and _")
}

// isName tells whether a name can stand before the colon in name:path.
func isName(s string) bool {
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	rest := strings.TrimLeftFunc(s, func(r rune) bool { return letter(r) || r >= '0' && r <= '9' || r == '_' || r == '-' })
	return rest == "" && letter(rune(s[0]))
}

func (s *Spec) wrongAt() []string {
	if mistake, hint := tree.PathMistake(s.At); mistake != "" {
		return []string{"at: " + diag.Quoted(s.At) + " " + mistake + ": " + hint}
	}
	if _, err := s.at(); err != nil {
		return []string{err.Error()}
	}
	return nil
}

func (s *Spec) wrongLists() (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Lists)) {
		p, err := tree.ParsePath(name)
		if err != nil || len(p) == 0 || slices.ContainsFunc(p, func(step tree.Step) bool { return step.IsIndex }) {
			texts = append(texts, "lists: "+diag.Quoted(name)+" leads to no list")
		}
	}
	return texts
}

func (s *Spec) wrongMap() (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Map)) {
		if mistake, hint := tree.PathMistake(s.Map[name]); mistake != "" {
			texts = append(texts, "map: "+diag.Quoted(name)+": "+diag.Quoted(s.Map[name])+" "+mistake+": "+hint)
		} else if p, err := tree.ParsePath(s.Map[name]); err != nil || len(p) == 0 {
			texts = append(texts, "map: "+diag.Quoted(name)+" leads to no path")
		}
	}
	return texts
}

func wrongGlobs(globs ...string) (texts []string) {
	for _, pattern := range globs {
		if !glob.Valid(pattern) {
			texts = append(texts, "the glob "+diag.Quoted(pattern)+" is malformed")
		}
	}
	return texts
}
