package render

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/glob"
	"confit/render/specfile"
	"confit/render/template"
	"confit/render/tree"
)

// A Check says how a rendered file is checked: by its extension, not at all, in a format
// of its own, or against a schema.
type Check struct {
	None   bool
	Format string `yaml:"format"`
	Schema string `yaml:"schema"`
}

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
	if c.Format != "" && !format.ByName(c.Format).Checkable() {
		d.Fail(n, diag.NearestOrAll(c.Format, format.Names((*format.Format).Checkable), "the formats are "), "check has no format %s", diag.Quoted(c.Format))
	}
	return errors.Join(d.Problems...)
}

// An Entry is one item of the spec's render section: what to make, and where to.
type Entry struct {
	specfile.Where

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
	Vars      map[string]string `yaml:"vars"`  // envsubst: NAME → path
	Checks    Check             `yaml:"check"` // of what is rendered
	Overwrite bool              `yaml:"overwrite"`
	Sink      string            `yaml:"sink"`

	outputs *content.Entry // what its outputs have in common; made by Render
}

// A Mode is the permission bits of a file, written as octal text.
type Mode fs.FileMode

// FromSpec reads "0640".
func (m *Mode) FromSpec(n *yaml.Node) error {
	if n.ShortTag() == "!!int" {
		return fmt.Errorf("a bare %s is a number to YAML, not the octal text of a mode: write it in quotes, %q", diag.Quoted(n.Value), "0"+strings.TrimLeft(n.Value, "0o"))
	}
	bits, err := strconv.ParseUint(n.Value, 8, 32)
	if n.ShortTag() != "!!str" || err != nil || bits > 0o777 || bits == 0 {
		return errors.New(`a mode is octal text from "0001" to "0777", like "0640"`)
	}
	*m = Mode(bits)
	return nil
}

var entryKinds = []string{"template", "values", "inline", "copy", "envsubst"}

// kinds are the fields that say what an entry makes.
func (e *Entry) kinds() []string {
	var set []string
	for _, k := range entryKinds {
		if e.Has(k) {
			set = append(set, k)
		}
	}
	return set
}

// Kind is the field that says what the entry makes.
func (e *Entry) Kind() string { return e.kinds()[0] }

// Ref is the file, folder or glob that the entry reads; "" for none.
func (e *Entry) Ref() string { return e.Template + e.Copy + e.Envsubst }

// Check finds what is wrong with an entry by itself.
func (e *Entry) Check() error {
	var all []error
	fail := func(field, text, hint string) { all = append(all, e.Problem(field, text, hint)) }
	kinds := e.kinds()
	switch {
	case len(kinds) == 0 && slices.ContainsFunc(entryKinds, e.Meant):
		return nil
	case len(kinds) == 0:
		fail("", "the entry does not say what to render", "set one of "+strings.Join(entryKinds, ", "))
		return errors.Join(all...)
	case len(kinds) > 1:
		fail(kinds[1], "the entry has both "+kinds[0]+" and "+kinds[1], "make two entries of it")
	}
	kind := kinds[0]
	if e.To == "" && !e.Meant("to") && (kind == "inline" || kind == "values") {
		fail(kind, kind+" needs a place to go", "set to: the path of the file")
	}
	if e.Ref() == "" && !e.Meant(kind) && (kind == "template" || kind == "copy" || kind == "envsubst") {
		fail(kind, kind+" is empty", "name a file or a folder")
	}
	if !glob.IsGlob(e.Ref()) && !strings.Contains(e.Ref(), ":") { // in a source it may be the name of a file
		fail(kind, "the glob "+diag.Quoted(e.Ref())+" is malformed", "a [ needs its ]")
	}
	if e.Has("delims") && !e.Meant("delims") && (len(e.Delims) != 2 || slices.Contains(e.Delims, "") || kind != "template" && kind != "inline") {
		fail("delims", "delims are two texts, for a template or an inline", `like ["[[", "]]"]`)
	}
	if kind == "values" && e.To != "" && !format.ByExtension(e.To).Readable() {
		fail("to", "no format is known for "+diag.Quoted(path.Base(e.To)), "end the name in "+format.ValueExtensions())
	}
	if e.Has("vars") && kind != "envsubst" {
		fail("vars", "vars is for envsubst", "")
	}
	for _, name := range slices.Sorted(maps.Keys(e.Vars)) {
		if p, err := tree.ParsePath(e.Vars[name]); err != nil || len(p) == 0 {
			fail("vars", "vars: "+diag.Quoted(name)+" leads to no path", "dots nest: a.b.c")
		}
	}
	if e.Has("check") && (kind == "copy" || kind == "values") {
		fail("check", "what "+kind+" makes is not checked", "")
	}
	for _, p := range [][2]string{{"values", e.Values}, {"each", e.Each}, {"when", e.When}} {
		if _, err := tree.ParsePath(p[1]); err != nil {
			fail(p[0], err.Error(), "dots nest: a.b.c")
		}
	}
	return errors.Join(all...)
}

// StaticTo is the path that the spec itself writes; "" where values or file names
// make it.
func (e *Entry) StaticTo() string {
	if strings.Contains(e.To, e.delim(0)) {
		return ""
	}
	return e.To
}

func (e *Entry) delim(i int) string {
	if len(e.Delims) == 2 {
		return e.Delims[i]
	}
	return []string{"{{", "}}"}[i]
}

// mode is the entry's own, else 0644, or 0640 for what read a secret; what may be
// executed at its source stays so.
func (e *Entry) mode(secret bool, from fs.FileMode) fs.FileMode {
	if e.Mode != 0 {
		return fs.FileMode(e.Mode)
	}
	mode := fs.FileMode(0o644)
	if secret {
		mode = 0o640
	}
	if from&0o111 != 0 {
		mode |= mode >> 2 & 0o111
	}
	return mode
}

// source is the text of a field as a template, with its place in the spec.
func (e *Entry) source(field, text string) *template.Source {
	at, block := e.ValueAt(field)
	return &template.Source{Name: e.At(field).String(), Text: text, In: at, Block: block}
}
