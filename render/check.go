package render

import (
	"errors"
	"path"
	"reflect"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/specfile"
	"confit/render/template"
)

// A Check says how a rendered file is checked. The zero Check takes the format from the
// extension of its name.
type Check struct {
	None   bool
	Format string `yaml:"format"` // in place of the extension's
	Schema string `yaml:"schema"` // a file with a JSON Schema
}

// FromSpec parses none, or a map with format and schema.
func (c *Check) FromSpec(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return nil
	}
	var fields struct {
		Format string `yaml:"format"`
		Schema string `yaml:"schema"`
	}
	if n.Kind != yaml.MappingNode {
		return errors.New("none, or a map with format and schema")
	}
	d := specfile.Decoder{}
	d.Decode(n, reflect.ValueOf(&fields).Elem(), "check")
	c.Format, c.Schema = fields.Format, fields.Schema
	if c.Format != "" && !format.ByName(c.Format).Checkable() {
		d.Fail(n, diag.DidYouMeanOneOf(c.Format, format.Names((*format.Format).Checkable), "the formats are "), "check has no format %s", diag.Quoted(c.Format))
	}
	return errors.Join(d.Problems...)
}

// checker is the check of an output; nil for none.
func (r *renderer) checker(e *Entry, to string) template.Checker {
	f := format.ByName(e.Checks.Format)
	if f == nil {
		f = format.ByExtension(to)
	}
	if e.Checks.None || f == nil || e.Checks.Format == "" && !f.AutoChecked {
		return nil
	}
	return func(text []byte) *format.Violation {
		v := f.Check(text, r.Budget)
		if s := r.Schemas[e.Checks.Schema]; v == nil && s != nil {
			v = s.CheckFile(f, text, r.Budget)
		}
		if v != nil {
			v.File = path.Base(to)
		}
		return v
	}
}
