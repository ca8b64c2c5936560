package template

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"text/template/parse"

	"confit/render/format"
	"confit/render/tree"
)

// plain turns an argument into a Go value with nothing of ours in it, reading all of
// it. It is false when the value is missing or already failed.
func (e *eval) plain(at parse.Node, v any, text bool) (any, bool) {
	p, ok := e.plainDeep(at, v, text, 0)
	if ok && p == nil {
		e.null(at, v)
		return nil, false
	}
	return p, ok
}

func (e *eval) plainDeep(at parse.Node, v any, text bool, depth int) (any, bool) {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return nil, false
	}
	e.tick(at, 1)
	switch p := v.(type) {
	case poison:
		return nil, false
	case *Missing:
		e.use(at, p)
		return nil, false
	case string:
		e.weigh(at, len(p))
	case tree.Num:
		if !text {
			return p.V, true
		}
	case *tree.Node:
		v := e.plainNode(p, text)
		e.weigh(at, 0)
		return v, true
	case map[string]any:
		return e.plainMap(at, p, text, depth)
	case []any:
		return e.plainList(at, p, text, depth)
	case *Files:
		e.fail(at, "bad-argument", ".Files cannot be an argument here", "use .Files.Get")
		return nil, false
	}
	return v, true
}

func (e *eval) tooDeep(at parse.Node) {
	e.fail(at, "too-deep", "a value is nested more than "+strconv.Itoa(format.MaxDepth)+" deep", "look for a dict that was set to hold itself")
}

// weigh counts the text that goes into one function, and reserves memory for the result: an
// escape of a byte takes up to six.
func (e *eval) weigh(at parse.Node, bytes int) {
	e.lib.budget.Reserve(6 * bytes)
	if e.mass += bytes; e.mass > maxText {
		e.limit(at, "text-size", fmt.Sprintf("a function is given more than %d MiB of text", maxText>>20), "look for a text that grows in a range")
	}
}

func (e *eval) plainMap(at parse.Node, m map[string]any, text bool, depth int) (any, bool) {
	e.made(at, 64*len(m))
	out := make(map[string]any, len(m))
	for _, k := range tree.SortedKeys(m) {
		e.weigh(at, len(k))
		p, ok := e.plainDeep(at, m[k], text, depth+1)
		if !ok {
			return nil, false
		}
		out[k] = p
	}
	return out, true
}

func (e *eval) plainList(at parse.Node, list []any, text bool, depth int) (any, bool) {
	e.made(at, 16*len(list))
	out := make([]any, len(list))
	for i := range list {
		p, ok := e.plainDeep(at, list[i], text, depth+1)
		if !ok {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}

func (e *eval) plainNode(n *tree.Node, text bool) any {
	kids := n.Children()
	switch n.Value().(type) {
	case tree.Members:
		out := make(map[string]any, len(kids))
		for i := range kids {
			e.mass += len(kids[i].Key())
			out[kids[i].Key()] = e.plainNode(&kids[i], text)
		}
		return out
	case tree.Items:
		out := make([]any, len(kids))
		for i := range kids {
			out[i] = e.plainNode(&kids[i], text)
		}
		return out
	}
	v := e.leaf(n)
	if s, ok := v.(string); ok {
		e.mass += len(s)
	}
	if num, ok := v.(tree.Num); ok && !text {
		return num.V
	}
	return v
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
		if i, ok := tree.ToInt(v); ok && !reflect.Zero(want).OverflowInt(i) {
			return reflect.ValueOf(i).Convert(want), true
		}
	case reflect.Uint32:
		if i, ok := tree.ToInt(v); ok && i >= 0 && i <= math.MaxUint32 {
			return reflect.ValueOf(i).Convert(want), true
		}
	case reflect.Float64:
		if f, ok := tree.ToFloat(v); ok {
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

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint32:
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
