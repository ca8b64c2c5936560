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

// A Value parses a notation of its own in the spec.
type Value interface{ FromSpec(n *yaml.Node) error }

// Decode fills the struct that v points to from YAML, by its yaml tags. It reports all
// unknown fields and all values of the wrong type at once. A field of type Places receives
// the places and the base.
func Decode(file, base string, n *yaml.Node, v any) error {
	return DecodeAs("", file, base, n, v)
}

// DecodeAs is Decode for a file that is no spec. Errors call the whole by the name.
func DecodeAs(name, file, base string, n *yaml.Node, v any) error {
	d := Decoder{file: file, base: base}
	d.Decode(n, reflect.ValueOf(v).Elem(), name)
	return errors.Join(d.Problems...)
}

// DecodeObject decodes a part of a Kubernetes object, which errors call name. A null is an
// absent field there, and what is wrong is a problem of the data.
func DecodeObject(file, name string, n *yaml.Node, v any) error {
	d := Decoder{file: file, object: true}
	d.Decode(n, reflect.ValueOf(v).Elem(), name)
	for _, p := range diag.Problems(errors.Join(d.Problems...), diag.CauseData) {
		p.Cause, p.Code = diag.CauseData, "manifest"
	}
	return errors.Join(d.Problems...)
}

// Ignored stands for fields that are known and not read. Its tag lists their names.
type Ignored struct{}

// A Decoder fills structs from YAML and collects problems.
type Decoder struct {
	file     string
	base     string
	object   bool // of Kubernetes: a null is an absent field
	Problems []error
}

func (d *Decoder) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: d.file, Line: n.Line, Col: n.Column}
}

// Fail adds a problem at a node.
func (d *Decoder) Fail(n *yaml.Node, hint, format string, args ...any) {
	d.Problems = append(d.Problems, &diag.Problem{Cause: diag.CauseSpec, Code: "spec", Pos: d.pos(n), Text: fmt.Sprintf(format, args...), Hint: hint})
}

// Decode fills v from n. Errors call it by the name.
func (d *Decoder) Decode(n *yaml.Node, v reflect.Value, name string) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if own, ok := v.Addr().Interface().(Value); ok {
		d.addProblems(n, name, own.FromSpec(n))
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

// addProblems adds the errors of a Value, which knows neither its name nor the file.
func (d *Decoder) addProblems(n *yaml.Node, name string, err error) {
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
	known, places := fieldsOf(v)
	seen, reported := map[string]Field{}, map[string]bool{}
	*places = Places{Pos: d.pos(n), Base: d.base, Fields: seen, reported: reported}
	if n.Kind != yaml.MappingNode {
		places.invalid = true
		d.Fail(n, "", "%s is a map of fields, not %s", d.describe(name), nodeKind(n))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := known[key.Value]
		if first, twice := seen[key.Value]; twice {
			d.Fail(key, "keep one of the two", "the field %s is there already, in line %d", diag.Quoted(key.Value), first.Line)
			continue
		}
		if ok && d.object && n.Content[i+1].ShortTag() == "!!null" {
			continue
		}
		seen[key.Value] = d.field(key, n.Content[i+1])
		if !ok {
			d.unknown(key, known, name, reported)
			continue
		}
		if _, ignored := field.Interface().(Ignored); ignored {
			continue
		}
		before := len(d.Problems)
		d.Decode(n.Content[i+1], field, key.Value)
		if len(d.Problems) > before {
			reported[key.Value] = true
		}
	}
}

// fieldsOf are the fields of a struct by their yaml tags, and its places.
func fieldsOf(v reflect.Value) (known map[string]reflect.Value, places *Places) {
	known, places = map[string]reflect.Value{}, &Places{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if p, ok := v.Field(i).Addr().Interface().(*Places); ok {
			places = p
		} else if tag := f.Tag.Get("yaml"); tag != "" {
			for name := range strings.FieldsSeq(tag) {
				known[name] = v.Field(i)
			}
		}
	}
	return known, places
}

func (d *Decoder) field(key, value *yaml.Node) Field {
	return Field{d.pos(key), diag.Spot{File: d.file, Line: value.Line, Col: value.Column}, value.Style&yaml.LiteralStyle != 0}
}

// describe names a field for errors; the spec or the flag for no field.
func (d *Decoder) describe(name string) string {
	switch {
	case name != "":
		return name
	case strings.HasPrefix(d.file, "--"):
		return "the flag"
	}
	return "the spec"
}

func (d *Decoder) unknown(key *yaml.Node, known map[string]reflect.Value, name string, reported map[string]bool) {
	names := slices.Sorted(maps.Keys(known))
	for _, near := range diag.Nearest(key.Value, names) {
		reported[near] = true
	}
	d.Fail(key, diag.DidYouMeanOneOf(key.Value, names, "the fields here are "), "%s has no field %s", d.describe(name), diag.Quoted(key.Value))
}

func (d *Decoder) sequence(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.SequenceNode {
		d.Fail(n, "write it as a list: - …", "%s is a list, not %s", name, nodeKind(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.Decode(c, v.Index(i), name)
	}
}

func (d *Decoder) mapping(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.MappingNode {
		d.Fail(n, "", "%s is a map, not %s", name, nodeKind(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		item := reflect.New(v.Type().Elem()).Elem()
		d.Decode(n.Content[i+1], item, name+"."+diag.Quoted(n.Content[i].Value))
		v.SetMapIndex(reflect.ValueOf(n.Content[i].Value), item)
	}
}

var durationType = reflect.TypeFor[time.Duration]()

func (d *Decoder) scalar(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.ScalarNode {
		d.Fail(n, "", "%s is a single value, not %s", name, nodeKind(n))
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
			d.Fail(n, fmt.Sprintf("write it in quotes: %q", n.Value), "%s is text, and this is %s", name, nodeKind(n))
			return
		}
		v.SetString(n.Value)
	case v.Kind() == reflect.Bool && !IsBool(n):
		d.Fail(n, "without quotes, and not yes or no", "%s is true or false", name)
	default:
		if err := n.Decode(v.Addr().Interface()); err != nil {
			d.Fail(n, "", "%s is a whole number, not %s", name, nodeKind(n))
		}
	}
}

// IsBool tells whether a node is a bool of YAML 1.2. The library's decoder also accepts yes
// and "no".
func IsBool(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" }

// nodeKind is the kind of a node in the words of a user.
func nodeKind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	switch tag := n.ShortTag(); tag {
	case "!!str":
		return "text"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "an empty value"
	case "!!timestamp":
		return "a date"
	default:
		return diag.WithArticle(diag.Quoted(strings.TrimPrefix(tag, "!!")))
	}
}

// Text is a node of a text, as a flag has it in place of a spec.
func Text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
