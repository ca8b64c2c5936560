package render

import (
	"path"

	"confit/render/format"
	"confit/render/template"
)

// checker gives the check of an output: by the extension of its name, unless the spec says
// otherwise; nil for none.
func (r *renderer) checker(e *Entry, to string) template.Checker {
	f := format.ByName(e.Checks.Format)
	if f == nil {
		f = format.ByExtension(to)
	}
	if e.Checks.None || f == nil || e.Checks.Format == "" && !f.AutoChecked {
		return nil
	}
	return func(text []byte) *format.Violation {
		v := f.Check(text)
		if s := r.Schemas[e.Checks.Schema]; v == nil && s != nil {
			v = s.CheckFile(f, text)
		}
		if v != nil {
			v.File = path.Base(to)
		}
		return v
	}
}
