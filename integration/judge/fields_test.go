package judge

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"k8s.io/api/core/v1"

	"confit/integration/judged"
)

// TestFields writes every field that Kubernetes knows below a pod, each with the zero
// of its type. None is unknown to confit.
func TestFields(t *testing.T) {
	pod := empty(reflect.TypeFor[v1.Pod]()).(object)
	pod["apiVersion"], pod["kind"] = "v1", "Pod"
	pod["metadata"].(object)["name"] = "web"
	text, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	_, errs := judged.Confit(string(text))
	for _, e := range errs {
		if strings.Contains(e, "has no field") {
			t.Error(e)
		}
	}
	pod["spec"].(object)["containrs"] = "x"
	if text, err = json.Marshal(pod); err != nil {
		t.Fatal(err)
	}
	if _, errs := judged.Confit(string(text)); !strings.Contains(strings.Join(errs, "\n"), "has no field containrs") {
		t.Errorf("errors %q, want one about containrs", errs)
	}
}

// empty is a value of a type with every field of every struct.
func empty(t reflect.Type) any {
	if t.Implements(reflect.TypeFor[json.Marshaler]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()) {
		return "1"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return empty(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return []any{empty(t.Elem())}
		}
		return []any{}
	case reflect.Map:
		return object{}
	case reflect.String:
		return ""
	case reflect.Bool:
		return false
	case reflect.Int32, reflect.Int64:
		return 0
	case reflect.Struct:
		fields := object{}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name != "":
				fields[name] = empty(f.Type)
			case f.Anonymous:
				for inner, v := range empty(f.Type).(object) {
					fields[inner] = v
				}
			}
		}
		return fields
	}
	return nil
}
