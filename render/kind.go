package render

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
	"confit/render/template"
	"confit/render/tree"
)

// A kind is one way to make outputs. An entry has one kind, named by a field.
type kind struct {
	name  string
	files bool // the field names a file, a folder or a glob; otherwise the entry needs to:
	make  func(w *worker, j job) (content.Output, *template.Reads, error)
}

var kinds = []kind{
	{"template", true, (*worker).makeFromFile},
	{"values", false, (*worker).makeValues},
	{"inline", false, (*worker).makeInline},
	{"copy", true, (*worker).makeCopy},
	{"envsubst", true, (*worker).makeEnvsubst},
}

// kindFields are the fields that only some kinds have.
var kindFields = []struct {
	field      string
	kinds      []string
	valid      func(*Entry) bool // nil for any value
	text, hint string            // of the error; KIND is the name of the entry's kind
}{
	{"delims", []string{"template", "inline"}, (*Entry).validDelims, "delims are two texts, for a template or an inline", `like ["[[", "]]"]`},
	{"vars", []string{"envsubst"}, nil, "vars is for envsubst", ""},
	{"only", []string{"envsubst"}, (*Entry).validOnly, "only is a list of names or globs, for envsubst", `like ["DB_*", PORT]`},
	{"format", []string{"values"}, nil, "format is for values", "check: {format: …} says how the output of a template is checked"},
	{"dialect", []string{"values"}, nil, "dialect is for values", ""},
	{"flat", []string{"values"}, nil, "flat is for values", ""},
	{"check", []string{"template", "inline", "envsubst"}, nil, "what KIND makes is not checked", ""},
}

func (e *Entry) validDelims() bool { return len(e.Delims) == 2 && !slices.Contains(e.Delims, "") }

func (e *Entry) validOnly() bool {
	return len(e.Only) > 0 && !slices.ContainsFunc(e.Only, func(g string) bool { return g == "" || !glob.Valid(g) })
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// kind is the first kind whose field is set; nil for none.
func (e *Entry) kind() *kind {
	for i := range kinds {
		if e.Has(kinds[i].name) {
			return &kinds[i]
		}
	}
	return nil
}

// Check reports the mistakes of an entry by itself.
func (e *Entry) Check() error {
	k := e.kind()
	switch {
	case k == nil && slices.ContainsFunc(kindNames(), e.Reported):
		return nil
	case k == nil:
		return e.Problem("", "the entry does not say what to render", "set one of "+strings.Join(kindNames(), ", "))
	}
	return errors.Join(e.checkKind(k), e.checkFields(k.name), e.checkPaths(), e.checkFormat(k.name))
}

// checkKind checks the field of the kind, and to.
func (e *Entry) checkKind(k *kind) error {
	var all []error
	for _, other := range kinds {
		if other.name != k.name && e.Has(other.name) {
			all = append(all, e.Problem(other.name, "the entry has both "+k.name+" and "+other.name, "make two entries of it"))
			break
		}
	}
	switch {
	case !k.files && e.To == "" && !e.Reported("to"):
		all = append(all, e.Problem(k.name, k.name+" needs a place to go", "set to: the path of the file"))
	case k.files && e.Ref() == "" && !e.Reported(k.name):
		all = append(all, e.Problem(k.name, k.name+" is empty", "name a file or a folder"))
	case !glob.Valid(e.Ref()) && !strings.Contains(e.Ref(), ":"): // in a source it may be the name of a file
		all = append(all, e.Problem(k.name, "the glob "+diag.Quoted(e.Ref())+" is malformed", "a [ needs its ]"))
	case k.name == "values" && e.Format != "" && !format.ByName(e.Format).Readable():
		all = append(all, e.Problem("format", "no format has the name "+diag.Quoted(e.Format), diag.DidYouMeanOneOf(e.Format, format.Names((*format.Format).Readable), "the formats are ")))
	case k.name == "values" && e.To != "" && !e.format(e.To).Readable():
		all = append(all, e.Problem("to", "no format is known for "+diag.Quoted(path.Base(e.To)), "end the name in "+format.ValueExtensions()+", or set format:"))
	}
	return errors.Join(all...)
}

// checkFields checks the fields that only some kinds have.
func (e *Entry) checkFields(kind string) error {
	var all []error
	for _, f := range kindFields {
		if !e.Has(f.field) || e.Reported(f.field) || slices.Contains(f.kinds, kind) && (f.valid == nil || f.valid(e)) {
			continue
		}
		all = append(all, e.Problem(f.field, strings.ReplaceAll(f.text, "KIND", kind), f.hint))
	}
	return errors.Join(all...)
}

// checkPaths checks the fields that are paths into the values.
func (e *Entry) checkPaths() error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(e.Vars)) {
		if mistake, hint := tree.PathMistake(e.Vars[name]); mistake != "" {
			all = append(all, e.Problem("vars", "vars: "+diag.Quoted(name)+": "+diag.Quoted(e.Vars[name])+" "+mistake+", and vars: takes a path", hint))
		} else if p, err := tree.ParsePath(e.Vars[name]); err != nil || len(p) == 0 {
			all = append(all, e.Problem("vars", "vars: "+diag.Quoted(name)+" leads to no path", "dots nest: a.b.c"))
		}
	}
	when, _ := e.whenPath()
	for _, p := range [][2]string{{"values", e.Values}, {"each", e.Each}, {"when", when}} {
		if mistake, hint := tree.PathMistake(p[1]); mistake != "" {
			all = append(all, e.Problem(p[0], p[0]+": "+diag.Quoted(p[1])+" "+mistake+", and "+p[0]+": takes a path", hint))
		} else if _, err := tree.ParsePath(p[1]); err != nil {
			all = append(all, e.Problem(p[0], err.Error(), "dots nest: a.b.c"))
		}
	}
	return errors.Join(all...)
}

// checkFormat checks the fields that choose the form of a file of values.
func (e *Entry) checkFormat(kind string) error {
	f := e.format(e.To)
	switch {
	case kind != "values" || f == nil:
	case f.Dialect(e.Dialect) == nil && len(f.Dialects) == 0:
		return e.Problem("dialect", "files of "+f.Name+" have no dialects", "")
	case f.Dialect(e.Dialect) == nil:
		return e.Problem("dialect", "files of "+f.Name+" have no dialect "+diag.Quoted(e.Dialect), "the dialects are "+f.DialectNames())
	case e.Flat && f.Flat == nil:
		return e.Problem("flat", "flat is for .properties", "")
	}
	return nil
}

// format is the format of a file of values; nil for none.
func (e *Entry) format(to string) *format.Format {
	if e.Format != "" {
		return format.ByName(e.Format)
	}
	return format.ByExtension(to)
}

// encoder is the encoder of a file of values.
func (e *Entry) encoder(to string) func(any) (string, error) {
	f := e.format(to)
	if e.Flat {
		return f.Flat.Encode
	}
	return f.Dialect(e.Dialect).Encode
}
