package sources

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
)

// TestKinds: the struct Spec and the schema of the spec have what the table of kinds says.
func TestKinds(t *testing.T) {
	data, err := os.ReadFile("../spec.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Source struct {
				Properties map[string]any
				OneOf      []struct{ Required []string }
				Dependent  map[string][]string                            `json:"dependentRequired"`
				Schemas    map[string]struct{ Properties map[string]any } `json:"dependentSchemas"`
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	source := schema.Defs.Source
	var oneOf, fields []string
	for _, row := range source.OneOf {
		oneOf = append(oneOf, row.Required...)
	}
	typ := reflect.TypeFor[Spec]()
	for field := range typ.Fields() {
		fields = append(fields, field.Tag.Get("yaml"))
	}
	own := 0
	for _, k := range kinds() {
		if !slices.Contains(oneOf, k.name) || !slices.Contains(fields, k.name) {
			t.Errorf("%s: oneOf has %v, and Spec %v", k.name, oneOf, fields)
		}
		for _, field := range k.fields {
			own++
			if need := source.Dependent[field]; !slices.Equal(need, []string{k.name}) || !slices.Contains(fields, field) {
				t.Errorf("%s is for %s; dependentRequired has %v, and Spec %v", field, k.name, need, fields)
			}
		}
		for _, x := range k.excluded {
			if source.Schemas[k.name].Properties[x.field] == nil {
				t.Errorf("%s has no %s, and dependentSchemas does not say so", k.name, x.field)
			}
		}
	}
	if len(oneOf) != len(kinds()) || len(source.Dependent) != own {
		t.Errorf("the schema has %d kinds and %d fields of one kind; the table %d and %d", len(oneOf), len(source.Dependent), len(kinds()), own)
	}
}
