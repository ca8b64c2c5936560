package template

import (
	"math"
	"reflect"

	"confit/render/diag"
	"confit/render/functions"
)

// number adds arithmetic. Where sprig computes with 0 or with a rest, these functions refuse text
// that is no number, and results that do not fit into 64 bits.
func (m table) number(sprig map[string]any) {
	m.add("add", function{native: foldInts(addInt), min: 1, max: -1})
	m.add("add1", function{native: foldInts(addInt, 1), min: 1, max: 1})
	m.add("sub", function{native: foldInts(subInt), min: 2, max: 2})
	m.add("mul", function{native: foldInts(mulInt), min: 1, max: -1})
	m.add("div", function{native: foldInts(divInt), min: 2, max: 2})
	m.add("mod", function{native: foldInts(modInt), min: 2, max: 2})
	m.add("max", function{native: foldInts(func(a, b int64) (int64, bool) { return max(a, b), true }), min: 1, max: -1})
	m.add("biggest", function{native: foldInts(func(a, b int64) (int64, bool) { return max(a, b), true }), min: 1, max: -1})
	m.add("min", function{native: foldInts(func(a, b int64) (int64, bool) { return min(a, b), true }), min: 1, max: -1})
	m.add("round", function{native: roundFloat, min: 2, max: 3})
	for _, name := range []string{"addf", "add1f", "subf", "mulf", "divf", "maxf", "minf", "ceil", "floor"} {
		f := reflect.ValueOf(sprig[name])
		n := function{native: onFloats(f), min: f.Type().NumIn(), max: f.Type().NumIn()}
		if f.Type().IsVariadic() {
			n.min, n.max = max(1, n.min-1), -1
		}
		m.add(name, n)
	}
}

// scalarFunc makes a native function of a plain one of one scalar; a number is passed by value.
func scalarFunc(f func(any) (any, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plain(c.at, c.args[0], false)
		if !ok {
			return e.failedValue()
		}
		return e.callLibrary(c, func() (any, error) { return f(v) })
	}
}

// foldInts makes a native function that computes from left to right; with are further operands.
func foldInts(f func(a, b int64) (int64, bool), with ...any) func(*eval, call) any {
	return func(e *eval, c call) any {
		var sum int64
		for i, a := range append(c.args[:len(c.args):len(c.args)], with...) {
			v, ok := e.plain(c.at, a, false)
			if !ok {
				return e.failedValue()
			}
			n, err := functions.Int(v)
			if err != nil {
				return e.failLibrary(c, err)
			}
			if i == 0 {
				sum = n
			} else if sum, ok = f(sum, n); !ok {
				return e.failLibrary(c, diag.SafeError("the result does not fit into 64 bits, or something is divided by zero"))
			}
		}
		return sum
	}
}

func addInt(a, b int64) (int64, bool) { return a + b, (a+b > a) == (b > 0) }

func subInt(a, b int64) (int64, bool) { return a - b, (a-b < a) == (b > 0) }

func mulInt(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	c := a * b
	return c, c/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}

func divInt(a, b int64) (int64, bool) {
	if b == 0 || a == math.MinInt64 && b == -1 {
		return 0, false
	}
	return a / b, true
}

func modInt(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	if b == -1 {
		return 0, true
	}
	return a % b, true
}

// onFloats makes a native function that calls a function of sprig with floats.
func onFloats(f reflect.Value) func(*eval, call) any {
	return func(e *eval, c call) any {
		in, ok := e.floats(c, c.args)
		if !ok {
			return e.failedValue()
		}
		return e.callLibrary(c, func() (any, error) {
			args := make([]reflect.Value, len(in))
			for i, v := range in {
				args[i] = reflect.ValueOf(v)
			}
			return finite(f.Call(args)[0].Float())
		})
	}
}

func (e *eval) floats(c call, args []any) ([]float64, bool) {
	out := make([]float64, len(args))
	for i, a := range args {
		v, ok := e.plain(c.at, a, false)
		if !ok {
			return nil, false
		}
		f, err := functions.Float(v)
		if err != nil {
			e.failLibrary(c, err)
			return nil, false
		}
		out[i] = f
	}
	return out, true
}

func finite(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, diag.SafeError("the result is no finite number")
	}
	return f, nil
}

// roundFloat is sprig's round, with a correct result for negative numbers.
func roundFloat(e *eval, c call) any {
	in, ok := e.floats(c, c.args)
	if !ok {
		return e.failedValue()
	}
	on := .5
	if len(in) > 2 {
		on = in[2]
	}
	return e.callLibrary(c, func() (any, error) {
		pow := math.Pow(10, math.Trunc(in[1]))
		whole, rest := math.Modf(pow * math.Abs(in[0]))
		if rest >= on {
			whole++
		}
		if in[0] < 0 {
			whole = 0 - whole // not -0
		}
		return finite(whole / pow)
	})
}
