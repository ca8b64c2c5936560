package render

import (
	"path"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/schema"
	"confit/render/tree"
)

// Names are the names in templates and schemas, including branches that are not executed and
// entries that are off. A value with such a name is no mistake.
type Names struct {
	words  map[string]bool // in code and schemas; the last names of the files in it
	paths  map[string]bool // a.b of .Values.a.b
	chosen map[string]bool // paths of maps of which code takes a member by a computed name
}

const codeName = `[\pL_][\pL\pN_]*`

var (
	codeWord   = diag.LazyRegexp(`[\pL\pN_-]+`)
	codeText   = diag.LazyRegexp("\"((?:[^\"\\\\]|\\\\.)*)\"|`([^`]*)`")
	codePath   = diag.LazyRegexp(`\.Values((?:\.` + codeName + `)+)`)
	codeChoice = diag.LazyRegexp(`\b(?:index|get)\s+\$?\.Values((?:\.` + codeName + `)*)\s+[.$(]`)
)

// NamesIn collects the names in the templates of entries, and in the schema of the values,
// which may be nil.
func NamesIn(entries []Entry, found map[string]content.Found, of *schema.Schema) *Names {
	n := &Names{words: map[string]bool{}, paths: map[string]bool{}, chosen: map[string]bool{}}
	for i := range entries {
		e := &entries[i]
		for _, p := range []string{e.Values, e.Each} {
			n.addPath(p)
		}
		for _, p := range e.Vars {
			n.addPath(p)
		}
		n.addTemplate(e, e.Inline)
		n.addTemplate(e, e.To)
		if e.Kind() != "template" {
			continue
		}
		in := found[e.Ref()]
		for _, f := range append(in.Partials[:len(in.Partials):len(in.Partials)], in.Files...) {
			if data, err := f.Bytes(); err == nil { // the entry reports the others
				n.addTemplate(e, string(data))
			}
		}
	}
	if of != nil {
		of.EachProperty(func(name string) { n.words[name] = true })
	}
	return n
}

// addPath adds a path of the spec.
func (n *Names) addPath(p string) {
	parsed, _ := tree.ParsePath(p)
	n.paths[parsed.String()] = len(parsed) > 0
	for _, step := range parsed {
		n.words[step.Key] = true
	}
}

// addTemplate adds the names in the code of a template.
func (n *Names) addTemplate(e *Entry, text string) {
	for {
		_, rest, ok := strings.Cut(text, e.delim(0))
		if !ok {
			return
		}
		code, after, _ := strings.Cut(rest, e.delim(1))
		n.addCode(code)
		text = after
	}
}

func (n *Names) addCode(code string) {
	for _, word := range codeWord().FindAllString(code, -1) {
		n.words[word] = true
	}
	for _, m := range codeText().FindAllStringSubmatch(code, -1) {
		text := m[1] + m[2]
		_, inSource, _ := strings.Cut(text, ":")
		n.words[text], n.words[path.Base(text)], n.words[inSource] = true, true, true
	}
	for _, m := range codePath().FindAllStringSubmatch(code, -1) {
		n.paths[strings.TrimPrefix(m[1], ".")] = true
	}
	for _, m := range codeChoice().FindAllStringSubmatch(code, -1) {
		n.chosen[strings.TrimPrefix(m[1], ".")] = true
	}
}

// names tells whether the first and the last name on the way to a leaf are known. Those between
// may be computed, or the keys that a range goes through. The items of a list have no name.
func (n *Names) names(leaf *tree.Node) bool {
	steps := leaf.Path()
	first, last := steps[0], steps[len(steps)-1]
	return !last.IsIndex && n.words[first.Key] && n.words[last.Key]
}

// covers tells whether code may take all that is below a value: it names the value, or it
// chooses among the members of the map around it.
func (n *Names) covers(v *tree.Node) bool {
	return n.paths[v.Path().String()] || n.chosen[v.Parent().Path().String()]
}

// file tells whether code names the file of a value.
func (n *Names) file(v *tree.Node) bool {
	o := v.Origin()
	return o != nil && o.File != "" && n.words[path.Base(o.File)]
}
