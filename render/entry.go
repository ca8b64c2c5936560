package render

import (
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/specfile"
	"confit/render/template"
)

// An Entry is one item of the spec's render section. One of the first five fields says what
// it makes; see kinds.
type Entry struct {
	specfile.Places

	Template string `yaml:"template"` // a file or a folder of templates
	Values   string `yaml:"values"`   // a path; its values as a file
	Inline   string `yaml:"inline"`   // the text of a template
	Copy     string `yaml:"copy"`     // a file, a folder or a glob, as it is
	Envsubst string `yaml:"envsubst"` // a file, a folder or a glob, with ${NAME} replaced

	To        string            `yaml:"to"`
	Mode      Mode              `yaml:"mode"`
	Delims    []string          `yaml:"delims"`
	Each      string            `yaml:"each"`
	When      string            `yaml:"when"`
	Vars      map[string]string `yaml:"vars"`    // envsubst: NAME → path
	Only      []string          `yaml:"only"`    // envsubst: globs of the names to replace
	Checks    Check             `yaml:"check"`   // of what is rendered
	Format    string            `yaml:"format"`  // values: in place of the extension's
	Dialect   string            `yaml:"dialect"` // values: the reader that the file is for
	Flat      bool              `yaml:"flat"`    // values: dots in names of properties stay as they are
	Overwrite bool              `yaml:"overwrite"`
	Sink      string            `yaml:"sink"`

	secret  bool           // its texts are secrets
	outputs *content.Entry // what its outputs have in common; made by Render
}

// Kind is the field that says what the entry makes; "" for none.
func (e *Entry) Kind() string {
	if k := e.kind(); k != nil {
		return k.name
	}
	return ""
}

// Ref is the file, folder or glob that the entry reads; "" for none.
func (e *Entry) Ref() string { return e.Template + e.Copy + e.Envsubst }

// StaticTo is the path of the output in the spec; "" for a path that values or names of files
// make.
func (e *Entry) StaticTo() string {
	if strings.Contains(e.To, e.delim(0)) {
		return ""
	}
	return e.To
}

// delim is the left or the right delimiter of templates.
func (e *Entry) delim(i int) string {
	if len(e.Delims) == 2 {
		return e.Delims[i]
	}
	return []string{"{{", "}}"}[i]
}

// source is a field's text as a template, with its place in the spec.
func (e *Entry) source(field, text string) *template.Source {
	at, block := e.ValueAt(field)
	src := &template.Source{Name: e.At(field).String(), Text: text, In: at, Block: block}
	if e.secret {
		src.Hide()
	}
	return src
}

// Hide makes the texts of the entry secrets, as the spec is in a Secret.
func (e *Entry) Hide() { e.secret = true }

// Executed lists the files of the entry whose text is executed, and not copied.
func (e *Entry) Executed(found content.Found) []*content.File {
	switch e.Kind() {
	case "template":
		executed := slices.Clone(found.Partials)
		for _, f := range found.Files {
			if found.Single || strings.HasSuffix(f.Path, ".tmpl") {
				executed = append(executed, f)
			}
		}
		return executed
	case "envsubst":
		return found.Files
	}
	return nil
}
