package render

import (
	"math"
	"reflect"
	"sort"
	"text/template/parse"
)

// plain turns an argument into a Go value with nothing of ours in it, reading all of
// it. It is false when the value is missing or already failed.
func (e *eval) plain(at parse.Node, v any, text bool) (any, bool) {
	switch v := v.(type) {
	case poison:
		return nil, false
	case *missing:
		e.use(at, v)
		return nil, false
	case Num:
		if text {
			return v, true
		}
		return v.V, true
	case *Node:
		return e.plainNode(at, v, text)
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range sortedKeys(v) {
			p, ok := e.plain(at, v[k], text)
			if !ok {
				return nil, false
			}
			out[k] = p
		}
		return out, true
	case []any:
		out := make([]any, len(v))
		for i := range v {
			p, ok := e.plain(at, v[i], text)
			if !ok {
				return nil, false
			}
			out[i] = p
		}
		return out, true
	case *Files:
		e.fail(at, "bad-argument", ".Files cannot be an argument here", "use .Files.Get")
		return nil, false
	}
	return v, true
}

func (e *eval) plainNode(at parse.Node, n *Node, text bool) (any, bool) {
	kids := n.children()
	switch n.val.(type) {
	case members:
		out := make(map[string]any, len(kids))
		for i := range kids {
			out[kids[i].key], _ = e.plainNode(at, &kids[i], text)
		}
		return out, true
	case items:
		out := make([]any, len(kids))
		for i := range kids {
			out[i], _ = e.plainNode(at, &kids[i], text)
		}
		return out, true
	}
	v := e.leaf(n)
	if num, ok := v.(Num); ok && !text {
		return num.V, true
	}
	return v, true
}

// convert makes v fit a parameter: as it is, or as the same number in another type.
func convert(v any, want reflect.Type) (reflect.Value, bool) {
	if v == nil {
		switch want.Kind() {
		case reflect.Interface, reflect.Map, reflect.Slice, reflect.Pointer:
			return reflect.Zero(want), true
		}
		return reflect.Value{}, false
	}
	r := reflect.ValueOf(v)
	if r.Type().AssignableTo(want) {
		return r, true
	}
	switch want.Kind() {
	case reflect.Int, reflect.Int64, reflect.Int32:
		if i, ok := toInt(v); ok && !reflect.Zero(want).OverflowInt(i) {
			return reflect.ValueOf(i).Convert(want), true
		}
	case reflect.Float64:
		if f, ok := toFloat(v); ok {
			return reflect.ValueOf(f), true
		}
	case reflect.Slice:
		return convertSlice(r, want)
	}
	return reflect.Value{}, false
}

func convertSlice(r reflect.Value, want reflect.Type) (reflect.Value, bool) {
	if r.Kind() != reflect.Slice {
		return reflect.Value{}, false
	}
	out := reflect.MakeSlice(want, r.Len(), r.Len())
	for i := range r.Len() {
		item, ok := convert(r.Index(i).Interface(), want.Elem())
		if !ok {
			return reflect.Value{}, false
		}
		out.Index(i).Set(item)
	}
	return out, true
}

// toInt gives a whole number that fits; a float counts if it is whole.
func toInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), true
		}
		return 0, false
	case Num:
		return toInt(v.V)
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
		return 0, false
	case r.CanInt():
		return r.Int(), true
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), true
	}
	return 0, false
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Num:
		return toFloat(v.V)
	}
	i, ok := toInt(v)
	return float64(i), ok
}

func isNumber(v any) bool {
	_, ok := toFloat(v)
	return ok
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.Map:
		return "map"
	case reflect.Slice:
		return "list"
	case reflect.Bool:
		return "bool"
	}
	return "value of type " + t.String()
}
