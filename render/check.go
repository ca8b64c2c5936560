package render

import (
	"errors"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/specfile"
)

// A Check says how a rendered file is checked: by its extension, not at all, in a format
// of its own, or against a schema.
type Check struct {
	None   bool
	Format string `yaml:"format"`
	Schema string `yaml:"schema"`
}

var checkFormats = []string{"json", "yaml", "toml", "xml", "ini", "properties", "env"}

// FromSpec reads none, or a map with format and schema.
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
	if c.Format != "" && !slices.Contains(checkFormats, c.Format) {
		d.Fail(n, diag.NearestOrAll(c.Format, checkFormats, "the formats are "), "check has no format %s", diag.Quoted(c.Format))
	}
	return errors.Join(d.Problems...)
}
