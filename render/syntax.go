package render

import (
	"errors"
	"slices"

	"confit/render/template"
)

// Syntax gives the problems of the templates that are none, for when there are no values to
// execute them with.
func Syntax(entries []Entry, in Input) error {
	r := renderer{Input: in, lib: template.New(template.Options{Sources: in.Sources, Limits: in.Limits})}
	var all []error
	for i := range entries {
		e := &entries[i]
		if e.Has("inline") {
			all = append(all, r.syntax(e, e.source("inline", e.Inline)))
		}
		if !e.Has("template") {
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
			if src, err := template.FileSource(f); err == nil { // what cannot be read is told elsewhere
				all = append(all, r.syntax(e, src))
			}
		}
	}
	return errors.Join(all...)
}

func (r *renderer) syntax(e *Entry, src *template.Source) error {
	_, err := r.lib.Parse(src, e.delim(0), e.delim(1), nil)
	return err
}
