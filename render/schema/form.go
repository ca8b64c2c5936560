package schema

import (
	"errors"
	"regexp"
	"slices"

	"confit/render/diag"
	"confit/render/tree"
)

// A form checks the value of a keyword in a schema.
type form func(s *Schema, k *tree.Node) error

var schemaTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// formOf is the form of a keyword; nil for annotations, which are not evaluated.
func formOf(keyword string) form {
	switch keyword {
	case "$ref":
		return refForm
	case "$dynamicRef":
		return unsupported("write $ref")
	case "dependencies":
		return unsupported("write dependentRequired or dependentSchemas")
	case "additionalItems":
		return unsupported("write prefixItems, and items for the rest")
	case "type":
		return typeForm
	case "enum":
		return listForm
	case "pattern":
		return patternForm
	case "required":
		return namesForm
	case "dependentRequired":
		return mapOfNames
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return numberForm
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
		return countForm
	case "uniqueItems":
		return boolForm
	}
	return subschemaForm(keyword)
}

// subschemaForm is the form of the keywords that hold schemas.
func subschemaForm(keyword string) form {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return schemasForm
	case "items":
		return itemsForm
	case "patternProperties":
		return patternMap
	case "properties", "dependentSchemas", "$defs", "definitions":
		return schemaMap
	case "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "unevaluatedProperties", "unevaluatedItems":
		return (*Schema).checkSchema
	}
	return nil
}

func unsupported(hint string) form {
	return func(s *Schema, k *tree.Node) error { return s.wrong(k, "the keyword is not supported", hint) }
}

func refForm(s *Schema, k *tree.Node) error {
	ref, ok := k.Value().(string)
	if !ok {
		return s.wrong(k, "a reference is text", "")
	}
	if _, ok := s.resolve(ref); !ok {
		return s.wrong(k, "the reference "+diag.Quoted(ref)+" leads out of the schema or to nothing in it", "put what it refers to under $defs and refer to #/$defs/…")
	}
	return nil
}

func typeForm(s *Schema, k *tree.Node) error {
	names := []tree.Node{*k}
	if k.IsList() {
		names = k.Children()
	}
	for _, n := range names {
		if name, ok := n.Value().(string); !ok || !slices.Contains(schemaTypes, name) {
			return s.wrong(k, "a type is one of "+diag.QuotedList(schemaTypes), "")
		}
	}
	return nil
}

func listForm(s *Schema, k *tree.Node) error {
	if !k.IsList() {
		return s.wrong(k, "this is a list", "")
	}
	return nil
}

func namesForm(s *Schema, k *tree.Node) error {
	for i := range k.Children() {
		if _, ok := k.Children()[i].Value().(string); !ok {
			return s.wrong(k, "this is a list of names", "")
		}
	}
	return listForm(s, k)
}

func mapOfNames(s *Schema, k *tree.Node) error { return eachMember(s, k, namesForm) }

func schemaMap(s *Schema, k *tree.Node) error { return eachMember(s, k, (*Schema).checkSchema) }

func patternMap(s *Schema, k *tree.Node) error {
	for _, key := range k.Keys() {
		if !s.compile(key) {
			return s.wrong(k, diag.Quoted(key)+" is no regular expression", "see https://pkg.go.dev/regexp/syntax")
		}
	}
	return schemaMap(s, k)
}

// eachMember checks a map by applying f to each of its values.
func eachMember(s *Schema, k *tree.Node, f form) error {
	if !k.IsMap() {
		return s.wrong(k, "this is a map", "")
	}
	var all []error
	for i := range k.Children() {
		all = append(all, f(s, &k.Children()[i]))
	}
	return errors.Join(all...)
}

// schemasForm checks a list of schemas, as allOf has one.
func schemasForm(s *Schema, k *tree.Node) error {
	if !k.IsList() || len(k.Children()) == 0 {
		return s.wrong(k, "this is a list of schemas", "")
	}
	var all []error
	for i := range k.Children() {
		all = append(all, s.checkSchema(&k.Children()[i]))
	}
	return errors.Join(all...)
}

// itemsForm checks the schema of items. Drafts before 2020-12 had a list of schemas there.
func itemsForm(s *Schema, k *tree.Node) error {
	if k.IsList() {
		return s.wrong(k, "items is one schema for all items", "write prefixItems for a list of them")
	}
	return s.checkSchema(k)
}

func patternForm(s *Schema, k *tree.Node) error {
	if text, ok := k.Value().(string); !ok || !s.compile(text) {
		return s.wrong(k, "this is no regular expression", "see https://pkg.go.dev/regexp/syntax")
	}
	return nil
}

// compile compiles a regular expression for the evaluation.
func (s *Schema) compile(expr string) bool {
	re, err := regexp.Compile(expr)
	s.patterns[expr] = re
	return err == nil
}

func numberForm(s *Schema, k *tree.Node) error {
	if !tree.IsNumber(k.Value()) || k.Key() == "multipleOf" && tree.CompareNumbers(k.Value(), int64(0)) <= 0 {
		return s.wrong(k, "this is a number", "")
	}
	return nil
}

func countForm(s *Schema, k *tree.Node) error {
	if i, ok := tree.ToInt(k.Value()); !ok || i < 0 {
		return s.wrong(k, "this is a whole number from 0", "")
	}
	return nil
}

func boolForm(s *Schema, k *tree.Node) error {
	if _, ok := k.Value().(bool); !ok {
		return s.wrong(k, "this is true or false", "")
	}
	return nil
}
