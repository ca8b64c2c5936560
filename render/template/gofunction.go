package template

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"text/template/parse"

	"confit/render/diag"
	"confit/render/tree"
)

// goFunction offers a Go function, without reflection for the most common signatures.
func goFunction(f any) function {
	t := reflect.TypeOf(f)
	out := function{plain: reflect.ValueOf(f), min: t.NumIn(), max: t.NumIn()}
	if t.IsVariadic() {
		out.min, out.max = t.NumIn()-1, -1
	}
	out.native = direct(f)
	return out
}

// direct calls a function of one of the most common signatures without reflection; nil for all
// others.
func direct(f any) func(*eval, call) any {
	switch f := f.(type) {
	case func(any) (any, error):
		return scalarFunc(f)
	case func(string) string:
		return onTexts(0, func(_ int, s [3]string) (any, error) { return f(s[0]), nil })
	case func(string) (string, error):
		return onTexts(0, func(_ int, s [3]string) (any, error) { return f(s[0]) })
	case func(string, string) string:
		return onTexts(0, func(_ int, s [3]string) (any, error) { return f(s[0], s[1]), nil })
	case func(string, string) bool:
		return onTexts(0, func(_ int, s [3]string) (any, error) { return f(s[0], s[1]), nil })
	case func(string, string, string) (string, error):
		return onTexts(0, func(_ int, s [3]string) (any, error) { return f(s[0], s[1], s[2]) })
	case func(int, string) string:
		return onTexts(1, func(n int, s [3]string) (any, error) { return f(n, s[0]), nil })
	case func(int, string) (string, error):
		return onTexts(1, func(n int, s [3]string) (any, error) { return f(n, s[0]) })
	case func(int, string, string) (string, error):
		return onTexts(1, func(n int, s [3]string) (any, error) { return f(n, s[0], s[1]) })
	}
	return nil
}

// onTexts makes a native function of a plain one of up to three texts, after a number where numbers is 1.
func onTexts(numbers int, f func(n int, s [3]string) (any, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		n, s, ok := 0, [3]string{}, true
		for i := range c.args {
			if i < numbers {
				n, ok = e.intArg(c, i)
			} else {
				s[i-numbers], ok = e.textArg(c, i)
			}
			if !ok {
				return e.failedValue()
			}
		}
		return e.callLibrary(c, func() (any, error) { return f(n, s) })
	}
}

// callPlain calls a Go function with plain values. All of its arguments count as read.
func (e *eval) callPlain(c call, f *function) any {
	t := f.plain.Type()
	in := make([]reflect.Value, len(c.args))
	for i, a := range c.args {
		v, ok := e.plain(c.at, a, false)
		if !ok {
			return e.failedValue()
		}
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			want = want.Elem()
		}
		if in[i], ok = convert(v, want); !ok {
			return e.badArgument(c, i, want, v)
		}
	}
	if f.slow {
		e.checkDeadline(c.at)
	}
	return e.callLibrary(c, func() (any, error) {
		out := f.plain.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			return nil, out[1].Interface().(error)
		}
		return out[0].Interface(), nil
	})
}

// callLibrary calls a function of a library and converts its result.
func (e *eval) callLibrary(c call, f func() (any, error)) any {
	v, err := callSafely(f)
	if err != nil {
		return e.failLibrary(c, err)
	}
	switch s := v.(type) {
	case string:
		e.charge(c.at, len(s))
		return v
	case bool, int, int64, float64:
		return v
	}
	return e.fromGo(c.at, reflect.ValueOf(v))
}

// fromGo converts lists, maps and structures of any type.
func (e *eval) fromGo(at parse.Node, r reflect.Value) any {
	for r.Kind() == reflect.Interface {
		r = r.Elem()
	}
	switch r.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.String:
		return e.chargeText(at, r.String())
	case reflect.Slice:
		e.chargeItems(at, r.Len())
		list := make([]any, r.Len())
		for i := range list {
			list[i] = e.fromGo(at, r.Index(i))
		}
		return list
	case reflect.Map:
		e.chargeItems(at, r.Len())
		m := make(map[string]any, r.Len())
		for _, k := range r.MapKeys() {
			m[k.String()] = e.fromGo(at, r.MapIndex(k))
		}
		return m
	case reflect.Struct:
		m := map[string]any{}
		for i := range r.NumField() {
			if f := r.Type().Field(i); f.IsExported() {
				m[f.Name] = e.fromGo(at, r.Field(i))
			}
		}
		return m
	}
	return r.Interface()
}

// failLibrary reports the error of a library. After the template read a secret it reports only the
// fixed part of the error.
func (e *eval) failLibrary(c call, err error) any {
	text := c.name + " cannot work on " + kinds(c.args)
	var f diag.SafeError
	switch {
	case !e.reads.Secret:
		text = c.name + ": " + diag.Quoted(err.Error())
	case errors.As(err, &f):
		text = c.name + ": " + string(f)
	}
	return e.fail(c.at, "function", text, "")
}

func kinds(args []any) string {
	var s strings.Builder
	for i, a := range args {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(diag.WithArticle(tree.KindOf(a)))
	}
	return s.String()
}

// panicError converts the panic of a library to an error.
func panicError(r any) error {
	if _, bug := r.(runtime.Error); bug {
		return diag.SafeError("an argument is out of range")
	}
	return fmt.Errorf("%v", r)
}

// callSafely calls a function of a library and converts its panic to an error.
func callSafely(f func() (any, error)) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError(r)
		}
	}()
	return f()
}

// convert converts v to the type of a parameter; numbers change their type without loss.
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
