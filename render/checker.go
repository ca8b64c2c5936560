package render

import "path"

// checker gives the check of an output: by the extension of its name, unless the spec says
// otherwise; nil for none.
func (r *renderer) checker(e *Entry, to string) Checker {
	format := e.Checks.Format
	if format == "" {
		format = formatOf(to)
	}
	if e.Checks.None || format == "" {
		return nil
	}
	return func(text []byte) *fault {
		f := checkText(format, text)
		if s := r.Schemas[e.Checks.Schema]; f == nil && s != nil {
			f = s.Fault(format, text)
		}
		if f != nil {
			f.file = path.Base(to)
		}
		return f
	}
}
