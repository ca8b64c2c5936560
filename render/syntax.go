package render

import (
	"errors"
	"slices"

	"confit/render/template"
)

// Syntax reports templates that do not parse. It needs no values.
func Syntax(entries []Entry, in Input) error {
	r := renderer{Input: in, lib: template.New(template.Options{Sources: in.Sources, Limits: in.Limits})}
	var all []error
	for i := range entries {
		e := &entries[i]
		if e.Kind() == "inline" {
			all = append(all, r.syntax(e, e.source("inline", e.Inline)))
		}
		if e.Kind() != "template" {
			continue
		}
		found := r.Found[e.Ref()]
		templates := slices.Clone(found.Partials)
		for _, f := range found.Files {
			if (job{&round{single: found.Single}, f}).isTemplate() {
				templates = append(templates, f)
			}
		}
		for _, f := range templates {
			if src, err := template.FileSource(f); err == nil { // the source reports unreadable files
				all = append(all, r.syntax(e, src))
			}
		}
	}
	return errors.Join(all...)
}

// syntax parses one template.
func (r *renderer) syntax(e *Entry, src *template.Source) error {
	_, err := r.lib.Parse(src, e.delim(0), e.delim(1), nil)
	return err
}
