package specfile

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// Where remembers the place of an entry of the spec and of each of its fields.
type Where struct {
	Pos    diag.Pos
	Base   string // the folder at which relative paths of the entry start
	Fields map[string]SpecField
	meant  map[string]bool // fields that are misspelt, or have a value that does not fit
	broken bool            // it is no map of fields at all
}

// A SpecField is where a field stands, and its value.
type SpecField struct {
	diag.Pos
	value diag.Spot
	block bool // the text of the value begins in the next line, as it is
}

// At is the place of a field, or of the entry where it has none of that name.
func (w Where) At(field string) diag.Pos {
	if f, ok := w.Fields[field]; ok {
		return f.Pos
	}
	return w.Pos
}

// Meant tells whether a field was meant to be set, in a way that DecodeSpec has reported:
// then it is no mistake of its own that it is not.
func (w Where) Meant(field string) bool { return w.broken || w.meant[field] }

// ValueAt is the place of the value of a field. With block it is the text of the lines that
// follow that place.
func (w Where) ValueAt(field string) (at diag.Spot, block bool) {
	f := w.Fields[field]
	return f.value, f.block
}

// Has tells whether the spec sets a field.
func (w Where) Has(field string) bool {
	_, ok := w.Fields[field]
	return ok
}

// Problem is an error of the spec at a field.
func (w Where) Problem(field, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseSpec, Code: "spec", Pos: w.At(field), Text: text, Hint: hint}
}

// A Value is a field of the spec with a notation of its own.
type Value interface{ FromSpec(n *yaml.Node) error }

// Decode fills the struct that v points to from YAML, by its yaml tags, and
// reports all that does not fit at once: unknown fields with the nearest name, and
// values of the wrong type. A field of type Where is given the places, and base.
func Decode(file, base string, n *yaml.Node, v any) error {
	d := Decoder{file: file, base: base}
	d.Decode(n, reflect.ValueOf(v).Elem(), "")
	return errors.Join(d.Problems...)
}

type Decoder struct {
	file     string
	base     string
	Problems []error
}

func (d *Decoder) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: d.file, Line: n.Line, Col: n.Column}
}

func (d *Decoder) Fail(n *yaml.Node, hint, format string, args ...any) {
	d.Problems = append(d.Problems, &diag.Problem{Cause: diag.CauseSpec, Code: "spec", Pos: d.pos(n), Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (d *Decoder) Decode(n *yaml.Node, v reflect.Value, name string) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if own, ok := v.Addr().Interface().(Value); ok {
		d.refused(n, name, own.FromSpec(n))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, name)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.Decode(n, v.Elem(), name)
	case reflect.Slice:
		d.sequence(n, v, name)
	case reflect.Map:
		d.mapping(n, v, name)
	default:
		d.scalar(n, v, name)
	}
}

// refused reports what a field with a notation of its own says; it need not know its name,
// or the file.
func (d *Decoder) refused(n *yaml.Node, name string, err error) {
	for _, p := range diag.Problems(err, diag.CauseSpec) {
		if p.Code == "" {
			d.Fail(n, "", "%s: %s", name, p.Text)
			continue
		}
		p.Pos.File = d.file
		d.Problems = append(d.Problems, p)
	}
}

func (d *Decoder) fields(n *yaml.Node, v reflect.Value, name string) {
	known := map[string]reflect.Value{}
	where := &Where{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if w, ok := v.Field(i).Addr().Interface().(*Where); ok {
			where = w
			continue
		}
		if tag := f.Tag.Get("yaml"); tag != "" {
			known[tag] = v.Field(i)
		}
	}
	seen, meant := map[string]SpecField{}, map[string]bool{}
	*where = Where{Pos: d.pos(n), Base: d.base, Fields: seen, meant: meant}
	if n.Kind != yaml.MappingNode {
		where.broken = true
		d.Fail(n, "", "%s is a map of fields, not %s", d.named(name), diag.An(nodeKind(n)))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := known[key.Value]
		if first, twice := seen[key.Value]; twice {
			d.Fail(key, "keep one of the two", "the field %s is there already, in line %d", diag.Quoted(key.Value), first.Line)
			continue
		}
		seen[key.Value] = d.field(key, n.Content[i+1])
		if !ok {
			d.unknown(key, known, name, meant)
			continue
		}
		before := len(d.Problems)
		d.Decode(n.Content[i+1], field, key.Value)
		if len(d.Problems) > before {
			meant[key.Value] = true
		}
	}
}

func (d *Decoder) field(key, value *yaml.Node) SpecField {
	return SpecField{d.pos(key), diag.Spot{File: d.file, Line: value.Line, Col: value.Column}, value.Style&yaml.LiteralStyle != 0}
}

// named is how errors name a field, or what has none.
func (d *Decoder) named(name string) string {
	switch {
	case name != "":
		return name
	case strings.HasPrefix(d.file, "--"):
		return "the flag"
	}
	return "the spec"
}

func (d *Decoder) unknown(key *yaml.Node, known map[string]reflect.Value, name string, meant map[string]bool) {
	names := slices.Sorted(maps.Keys(known))
	for _, near := range diag.Nearest(key.Value, names) {
		meant[near] = true
	}
	d.Fail(key, diag.NearestOrAll(key.Value, names, "the fields here are "), "%s has no field %s", d.named(name), diag.Quoted(key.Value))
}

func (d *Decoder) sequence(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.SequenceNode {
		d.Fail(n, "write it as a list: - …", "%s is a list, not %s", name, diag.An(nodeKind(n)))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.Decode(c, v.Index(i), name)
	}
}

func (d *Decoder) mapping(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "", "%s is a map, not %s", name, diag.An(nodeKind(n)))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		item := reflect.New(v.Type().Elem()).Elem()
		d.Decode(n.Content[i+1], item, name+"."+n.Content[i].Value)
		v.SetMapIndex(reflect.ValueOf(n.Content[i].Value), item)
	}
}

var durationType = reflect.TypeFor[time.Duration]()

func (d *Decoder) scalar(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.ScalarNode {
		d.Fail(n, "", "%s is a single value, not %s", name, diag.An(nodeKind(n)))
		return
	}
	switch {
	case v.Type() == durationType:
		t, err := time.ParseDuration(n.Value)
		if err != nil || t <= 0 {
			d.Fail(n, "like 30s or 2m", "%s is a duration", name)
			return
		}
		v.SetInt(int64(t))
	case v.Kind() == reflect.String:
		if n.ShortTag() != "!!str" {
			d.Fail(n, fmt.Sprintf("write it in quotes: %q", n.Value), "%s is text, and this is %s", name, diag.An(nodeKind(n)))
			return
		}
		v.SetString(n.Value)
	case v.Kind() == reflect.Bool && !IsBool(n):
		d.Fail(n, "without quotes, and not yes or no", "%s is true or false", name)
	default:
		if err := n.Decode(v.Addr().Interface()); err != nil {
			d.Fail(n, "", "%s is %s, not %s", name, diag.An(v.Kind().String()), diag.An(nodeKind(n)))
		}
	}
}

// IsBool tells whether a node is a bool of YAML 1.2: the library takes yes and "no", too.
func IsBool(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" }

func nodeKind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "map"
	case yaml.SequenceNode:
		return "list"
	}
	return strings.TrimPrefix(n.ShortTag(), "!!")
}
