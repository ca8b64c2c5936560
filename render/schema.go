package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemaURL is the schema's own address: relative references lead nowhere.
const schemaURL = "confit:///schema"

// A Schema is a JSON Schema (2020-12 unless it says otherwise) for the values.
type Schema struct {
	file string
	s    *jsonschema.Schema
}

// ParseSchema reads a schema, in JSON or YAML by its name. References out of the file
// are refused.
func ParseSchema(file string, data []byte) (*Schema, error) {
	decode := DecodeJSON
	if strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml") {
		decode = DecodeYAML
	}
	n, err := decode(data, &Origin{File: file})
	if err != nil {
		p := Problems(err, CauseSpec)[0]
		p.Cause = CauseSpec
		return nil, p
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaURL, schemaValue(n)); err != nil {
		return nil, schemaProblem(file, err)
	}
	s, err := c.Compile(schemaURL)
	if err != nil {
		return nil, schemaProblem(file, err)
	}
	return &Schema{file: file, s: s}, nil
}

type noLoader struct{}

func (noLoader) Load(string) (any, error) { return nil, errors.New("outside of this file") }

func schemaProblem(file string, err error) error {
	p := &Problem{Cause: CauseSpec, Code: "schema", Pos: Pos{File: file}, Text: "not a valid JSON Schema", Hint: "see https://json-schema.org/draft/2020-12"}
	var load *jsonschema.LoadURLError
	var meta *jsonschema.SchemaValidationError
	var violation *jsonschema.ValidationError
	switch {
	case errors.As(err, &load):
		p.Text = "the reference " + Quoted(strings.TrimPrefix(load.URL, "confit:///")) + " leads out of the schema"
		p.Hint = "put what it refers to under $defs and refer to #/$defs/…"
	case errors.As(err, &meta) && errors.As(meta.Err, &violation):
		for _, v := range violations(violation) {
			p.Notes = append(p.Notes, "/"+Quoted(strings.Join(v.InstanceLocation, "/"))+" "+wording(v))
		}
	}
	return p
}

// Check holds the values against the schema and reports every violation: the path, what
// was expected, and the place that set it. No value is quoted.
func (s *Schema) Check(v *Values) error {
	err := s.s.Validate(schemaValue(v.root))
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return err
	}
	var all []error
	for _, e := range violations(top) {
		n := v.at(e.InstanceLocation)
		place := n
		if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
			place = n.child(k.Properties[0])
		}
		p := problemf(CauseData, "schema", place.Pos(), "%s %s", Quoted(n.Path().String()), wording(e))
		p.Hint = "the schema " + Quoted(s.file) + " asks for it"
		all = append(all, p)
	}
	return errors.Join(all...)
}

// at follows an instance location as far as the values go.
func (v *Values) at(location []string) *Node {
	n := v.root
	for _, name := range location {
		step := Step{Key: name}
		if n.isList() {
			step.Index, _ = strconv.Atoi(name)
			step.IsIndex = true
		}
		next := n.step(step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// violations are the errors at the bottom: those that only say "one of these" lead to
// their causes, but for a choice, which is told as a whole.
func violations(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.PropertyNames:
		return []*jsonschema.ValidationError{e}
	}
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, c := range e.Causes {
		all = append(all, violations(c)...)
	}
	return all
}

// wording says what was expected, in words of the schema only.
func wording(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return "is a " + k.Got + ", and has to be a " + strings.Join(k.Want, " or ")
	case *kind.Required:
		return "lacks " + listed(k.Missing)
	case *kind.AdditionalProperties:
		return "has " + listed(k.Properties) + ", which the schema does not know"
	case *kind.Enum:
		return "has to be one of " + jsonOf(k.Want)
	case *kind.Const:
		return "has to be " + jsonOf(k.Want)
	case *kind.Pattern:
		return "has to match " + Quoted(k.Want)
	case *kind.Format:
		return "has to be a " + Quoted(k.Want)
	case *kind.Minimum:
		return "has to be at least " + k.Want.RatString()
	case *kind.Maximum:
		return "has to be at most " + k.Want.RatString()
	case *kind.ExclusiveMinimum:
		return "has to be more than " + k.Want.RatString()
	case *kind.ExclusiveMaximum:
		return "has to be less than " + k.Want.RatString()
	case *kind.MultipleOf:
		return "has to be a multiple of " + k.Want.RatString()
	case *kind.MinLength:
		return fmt.Sprintf("has to have at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("has to have at most %d characters", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("has to have at least %d items", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has to have at most %d items", k.Want)
	case *kind.DependentRequired:
		return "has " + Quoted(k.Prop) + ", and then needs " + listed(k.Missing)
	case *kind.FalseSchema:
		return "is not allowed here"
	}
	return "does not satisfy " + Quoted(strings.Join(e.ErrorKind.KeywordPath(), "/"))
}

func jsonOf(v any) string {
	text, err := encodeJSON(v, "", false)
	if err != nil {
		return "what the schema says"
	}
	return Quoted(text)
}

// schemaValue is a node in the types that the validator knows, digits and all.
func schemaValue(n *Node) any {
	kids := n.children()
	switch v := n.val.(type) {
	case members:
		m := make(map[string]any, len(kids))
		for i := range kids {
			m[kids[i].key] = schemaValue(&kids[i])
		}
		return m
	case items:
		l := make([]any, len(kids))
		for i := range kids {
			l[i] = schemaValue(&kids[i])
		}
		return l
	case Num:
		text, _ := json.Marshal(v)
		return json.Number(text)
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return n.val
}
