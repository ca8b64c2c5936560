package schema

import (
	"strings"
	"testing"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// TestSchema holds each keyword against a value that it allows and one that it does not.
func TestSchema(t *testing.T) {
	for name, c := range map[string]struct{ schema, good, bad, want string }{
		"type":                  {`{"type":"integer"}`, `1.0`, `1.5`, "has to be of type integer"},
		"types":                 {`{"type":["string","null"]}`, `"x"`, `1`, "of type string or null"},
		"enum":                  {`{"enum":[1,"a"]}`, `1.0`, `"b"`, `one of [1,"a"]`},
		"const":                 {`{"const":{"a":[1]}}`, `{"a":[1.0]}`, `{"a":[2]}`, `has to be {"a":[1]}`},
		"minimum":               {`{"minimum":1.1}`, `1.10`, `1.09`, "at least 1.1"},
		"exclusive":             {`{"exclusiveMaximum":3}`, `2.9`, `3`, "less than 3"},
		"multipleOf":            {`{"multipleOf":0.01}`, `19.99`, `19.999`, "multiple of 0.01"},
		"long digits":           {`{"maximum":12345678901234567890}`, `12345678901234567890`, `12345678901234567891`, "at most 12345678901234567890"},
		"length":                {`{"minLength":2,"maxLength":3}`, `"äöü"`, `"abcd"`, "at most 3 characters"},
		"pattern":               {`{"pattern":"^a"}`, `"ab"`, `"ba"`, "has to match ^a"},
		"required":              {`{"required":["a"]}`, `{"a":1}`, `{"b":1}`, "lacks a"},
		"properties":            {`{"properties":{"a":{"type":"string"}}}`, `{"a":"x"}`, `{"a":1}`, "a is of type integer"},
		"patternProperties":     {`{"patternProperties":{"^x":{"type":"string"}}}`, `{"xa":"x","b":1}`, `{"xa":1}`, "xa is of type integer"},
		"additionalProperties":  {`{"properties":{"port":{}},"additionalProperties":false}`, `{"port":1}`, `{"prot":1}`, "prot is not in the schema"},
		"propertyNames":         {`{"propertyNames":{"maxLength":2}}`, `{"ab":1}`, `{"abc":1}`, "a name that the schema does not allow"},
		"dependentRequired":     {`{"dependentRequired":{"a":["b"]}}`, `{"a":1,"b":1}`, `{"a":1}`, "has a, and then needs b"},
		"dependentSchemas":      {`{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"c":1}`, `{"a":1}`, "lacks b"},
		"items":                 {`{"items":{"type":"string"}}`, `["a"]`, `["a",1]`, "[1] is of type integer"},
		"prefixItems":           {`{"prefixItems":[{"type":"string"}],"items":false}`, `["a"]`, `["a",1]`, "[1] is not allowed here"},
		"contains":              {`{"contains":{"const":1},"maxContains":1}`, `[1,2]`, `[1,1]`, "at most 1 items"},
		"uniqueItems":           {`{"uniqueItems":true}`, `[1,"1"]`, `[1,2,1.0]`, "the same item at 0 and 2"},
		"anyOf":                 {`{"anyOf":[{"type":"string"},{"minimum":3}]}`, `3`, `2`, "none of the schemas of anyOf"},
		"oneOf":                 {`{"oneOf":[{"minimum":3},{"minimum":5}]}`, `4`, `6`, "fits 2 of the schemas of oneOf"},
		"allOf":                 {`{"allOf":[{"minimum":3},{"maximum":5}]}`, `4`, `6`, "at most 5"},
		"not":                   {`{"not":{"const":1}}`, `2`, `1`, "fits the schema of not"},
		"if":                    {`{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"c":1}`, `{"a":1}`, "lacks b"},
		"ref":                   {`{"$ref":"#/$defs/p","$defs":{"p":{"type":"integer"}}}`, `1`, `"x"`, "has to be of type integer"},
		"anchor":                {`{"$ref":"#p","$defs":{"x":{"$anchor":"p","type":"integer"}}}`, `1`, `"x"`, "has to be of type integer"},
		"recursion":             {`{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}`, `{"next":{"next":{}}}`, `{"next":{"x":1}}`, "next.x is not in the schema"},
		"unevaluatedProperties": {`{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}`, `{"a":1}`, `{"b":1}`, "b is not in the schema"},
		"unevaluatedItems":      {`{"prefixItems":[true],"unevaluatedItems":false}`, `[1]`, `[1,2]`, "[1] is not allowed here"},
		"false":                 {`{"properties":{"a":false}}`, `{}`, `{"a":1}`, "a is not allowed here"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse("s.json", []byte(c.schema))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(finished(t, c.good)); err != nil {
				t.Errorf("%s refuses %s: %v", c.schema, c.good, err)
			}
			if err := s.Validate(finished(t, c.bad)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s says of %s: %v, want %q", c.schema, c.bad, err, c.want)
			}
		})
	}
}

func finished(t *testing.T, text string) *values.Values {
	t.Helper()
	n, err := format.DecodeJSON([]byte(text), &tree.Origin{File: "v.json"})
	if err != nil {
		t.Fatal(err)
	}
	return values.NewValues(n)
}

func TestSchemaRefused(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"objekt"}`:                    "a type is one of",
		`{"$ref":"other.json"}`:                "leads out of the schema",
		`{"$ref":"#/$defs/x"}`:                 "or to nothing in it",
		`{"pattern":"("}`:                      "no regular expression",
		`{"minLength":-1}`:                     "a whole number from 0",
		`{"multipleOf":0}`:                     "this is a number",
		`{"required":"a"}`:                     "this is a list",
		`{"properties":{"a":1}}`:               "a schema is a map, true or false",
		`{"items":[{}]}`:                       "write prefixItems",
		`{"dependencies":{}}`:                  "not supported",
		`{"exclusiveMinimum":true}`:            "this is a number",
		`{"allOf":[]}`:                         "a list of schemas",
		`[]`:                                   "a schema is a map",
		`{"patternProperties":{"(":{}}}`:       "no regular expression",
		`{"$defs":{"a":{"type":7}},"type":{}}`: "a type is one of",
	} {
		if _, err := Parse("s.json", []byte(in)); err == nil || !strings.Contains(err.Error()+diag.Problems(err, diag.CauseSpec)[0].Hint, want) {
			t.Errorf("ParseSchema(%s) = %v, want %q", in, err, want)
		}
	}
	endless, err := Parse("s.json", []byte(`{"$ref":"#"}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := endless.Validate(finished(t, "1")); err == nil {
		t.Error("a schema that refers to itself alone allows a value")
	}
}
