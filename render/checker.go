package render

import (
	"path"

	"confit/render/format"
	"confit/render/template"
)

// checker gives the check of an output: by the extension of its name, unless the spec says
// otherwise; nil for none.
func (r *renderer) checker(e *Entry, to string) template.Checker {
	name := e.Checks.Format
	if name == "" {
		name = format.OfName(to)
	}
	if e.Checks.None || name == "" {
		return nil
	}
	return func(text []byte) *format.Fault {
		f := format.Check(name, text)
		if s := r.Schemas[e.Checks.Schema]; f == nil && s != nil {
			f = s.Fault(name, text)
		}
		if f != nil {
			f.File = path.Base(to)
		}
		return f
	}
}
