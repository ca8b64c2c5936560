package schema

import (
	"errors"
	"regexp"
	"slices"

	"confit/render/diag"
	"confit/render/tree"
)

// A keywordCheck reports mistakes in the value of a keyword of a schema. k is that value; its
// key is the keyword.
type keywordCheck func(s *Schema, k *tree.Node) error

var schemaTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// checkOf is the check of a keyword; nil for annotations, which are not evaluated.
func checkOf(keyword string) keywordCheck {
	switch keyword {
	case "$ref":
		return checkRef
	case "$dynamicRef":
		return unsupported("write $ref")
	case "dependencies":
		return unsupported("write dependentRequired or dependentSchemas")
	case "additionalItems":
		return unsupported("write prefixItems, and items for the rest")
	case "type":
		return checkType
	case "enum":
		return checkList
	case "pattern":
		return checkPattern
	case "required":
		return checkListOfStrings
	case "dependentRequired":
		return checkMapOfLists
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return checkNumber
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
		return checkCount
	case "uniqueItems":
		return checkBool
	}
	return schemaCheckOf(keyword)
}

// schemaCheckOf is the check of a keyword that holds schemas.
func schemaCheckOf(keyword string) keywordCheck {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return checkListOfSchemas
	case "items":
		return checkItems
	case "patternProperties":
		return checkPatternProperties
	case "properties", "dependentSchemas", "$defs", "definitions":
		return checkMapOfSchemas
	case "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "unevaluatedProperties", "unevaluatedItems":
		return (*Schema).checkSchema
	}
	return nil
}

func unsupported(hint string) keywordCheck {
	return func(s *Schema, k *tree.Node) error { return s.wrong(k, "the keyword is not supported", hint) }
}

func checkRef(s *Schema, k *tree.Node) error {
	ref, ok := k.Value().(string)
	if !ok {
		return s.wrong(k, "a reference is text", "")
	}
	if _, ok := s.resolve(ref); !ok {
		return s.wrong(k, "the reference "+diag.Quoted(ref)+" leads out of the schema or to nothing in it", "put what it refers to under $defs and refer to #/$defs/…")
	}
	return nil
}

func checkType(s *Schema, k *tree.Node) error {
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

func checkList(s *Schema, k *tree.Node) error {
	if !k.IsList() {
		return s.wrong(k, "this is a list", "")
	}
	return nil
}

// checkListOfStrings checks required, which lists the names of keys.
func checkListOfStrings(s *Schema, k *tree.Node) error {
	for i := range k.Children() {
		if _, ok := k.Children()[i].Value().(string); !ok {
			return s.wrong(k, "this is a list of names", "")
		}
	}
	return checkList(s, k)
}

// checkMapOfLists checks dependentRequired: a list of key names for each key.
func checkMapOfLists(s *Schema, k *tree.Node) error { return eachMember(s, k, checkListOfStrings) }

func checkMapOfSchemas(s *Schema, k *tree.Node) error { return eachMember(s, k, (*Schema).checkSchema) }

func checkPatternProperties(s *Schema, k *tree.Node) error {
	for _, key := range k.Keys() {
		if !s.compile(key) {
			return s.wrong(k, diag.Quoted(key)+" is no regular expression", "see https://pkg.go.dev/regexp/syntax")
		}
	}
	return checkMapOfSchemas(s, k)
}

// eachMember checks each value of a map.
func eachMember(s *Schema, k *tree.Node, check keywordCheck) error {
	if !k.IsMap() {
		return s.wrong(k, "this is a map", "")
	}
	var all []error
	for i := range k.Children() {
		all = append(all, check(s, &k.Children()[i]))
	}
	return errors.Join(all...)
}

// checkListOfSchemas checks allOf, say.
func checkListOfSchemas(s *Schema, k *tree.Node) error {
	if !k.IsList() || len(k.Children()) == 0 {
		return s.wrong(k, "this is a list of schemas", "")
	}
	var all []error
	for i := range k.Children() {
		all = append(all, s.checkSchema(&k.Children()[i]))
	}
	return errors.Join(all...)
}

// checkItems checks the schema of items. Drafts before 2020-12 had a list of schemas there.
func checkItems(s *Schema, k *tree.Node) error {
	if k.IsList() {
		return s.wrong(k, "items is one schema for all items", "write prefixItems for a list of them")
	}
	return s.checkSchema(k)
}

func checkPattern(s *Schema, k *tree.Node) error {
	if text, ok := k.Value().(string); !ok || !s.compile(text) {
		return s.wrong(k, "this is no regular expression", "see https://pkg.go.dev/regexp/syntax")
	}
	return nil
}

// compile keeps the regular expression for the evaluation. It tells whether expr is one.
func (s *Schema) compile(expr string) bool {
	re, err := regexp.Compile(expr)
	s.patterns[expr] = re
	return err == nil
}

func checkNumber(s *Schema, k *tree.Node) error {
	if !tree.IsNumber(k.Value()) || k.Key() == "multipleOf" && tree.CompareNumbers(k.Value(), int64(0)) <= 0 {
		return s.wrong(k, "this is a number", "")
	}
	return nil
}

// checkCount checks maxLength, say: a whole number from 0.
func checkCount(s *Schema, k *tree.Node) error {
	if i, ok := tree.ToInt(k.Value()); !ok || i < 0 {
		return s.wrong(k, "this is a whole number from 0", "")
	}
	return nil
}

func checkBool(s *Schema, k *tree.Node) error {
	if _, ok := k.Value().(bool); !ok {
		return s.wrong(k, "this is true or false", "")
	}
	return nil
}
