package template

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"confit/render/diag"
	"confit/render/tree"
)

// number adds what computes. Unlike sprig's they refuse what is no number, or has no exact
// result in 64 bits, instead of computing with 0 or with what is left.
func (m functions) number(sprig map[string]any) {
	m.add("add", function{native: folding(addInt), min: 1, max: -1})
	m.add("add1", function{native: folding(addInt, 1), min: 1, max: 1})
	m.add("sub", function{native: folding(subInt), min: 2, max: 2})
	m.add("mul", function{native: folding(mulInt), min: 1, max: -1})
	m.add("div", function{native: folding(divInt), min: 2, max: 2})
	m.add("mod", function{native: folding(modInt), min: 2, max: 2})
	m.add("max", function{native: folding(func(a, b int64) (int64, bool) { return max(a, b), true }), min: 1, max: -1})
	m.add("biggest", function{native: folding(func(a, b int64) (int64, bool) { return max(a, b), true }), min: 1, max: -1})
	m.add("min", function{native: folding(func(a, b int64) (int64, bool) { return min(a, b), true }), min: 1, max: -1})
	m.add("round", function{native: rounding, min: 2, max: 3})
	m.add("int", function{native: scalarFunc(func(v any) (any, error) { i, err := cutInt(v); return int(i), err }), min: 1, max: 1})
	m.add("int64", function{native: scalarFunc(func(v any) (any, error) { return cutInt(v) }), min: 1, max: 1})
	m.add("float64", function{native: scalarFunc(func(v any) (any, error) { return boolFloat(v) }), min: 1, max: 1})
	m.add("toDecimal", function{native: scalarFunc(octal64), min: 1, max: 1})
	m.add("duration", function{native: scalarFunc(seconds), min: 1, max: 1})
	round := sprig["durationRound"].(func(any) string)
	m.add("durationRound", function{native: scalarFunc(func(v any) (any, error) { return roundDuration(v, round) }), min: 1, max: 1})
	m.add("atoi", goFunction(strictAtoi))
	for _, name := range []string{"addf", "add1f", "subf", "mulf", "divf", "maxf", "minf", "ceil", "floor"} {
		f := reflect.ValueOf(sprig[name])
		n := function{native: floating(f), min: f.Type().NumIn(), max: f.Type().NumIn()}
		if f.Type().IsVariadic() {
			n.min, n.max = max(1, n.min-1), -1
		}
		m.add(name, n)
	}
}

// scalarFunc makes a function of one that takes a scalar; a number goes in by value.
func scalarFunc(f func(any) (any, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plain(c.at, c.args[0], false)
		if !ok {
			return e.soft()
		}
		return e.outcome(c, func() (any, error) { return f(v) })
	}
}

// folding computes from left to right; with are further operands.
func folding(f func(a, b int64) (int64, bool), with ...any) func(*eval, call) any {
	return func(e *eval, c call) any {
		var sum int64
		for i, a := range append(c.args[:len(c.args):len(c.args)], with...) {
			v, ok := e.plain(c.at, a, false)
			if !ok {
				return e.soft()
			}
			n, err := strictInt(v)
			if err != nil {
				return e.failCall(c, err)
			}
			if i == 0 {
				sum = n
			} else if sum, ok = f(sum, n); !ok {
				return e.failCall(c, diag.SafeError("the result does not fit into 64 bits, or something is divided by zero"))
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

// floating calls a function of sprig on floats.
func floating(f reflect.Value) func(*eval, call) any {
	return func(e *eval, c call) any {
		in, ok := e.floats(c, c.args)
		if !ok {
			return e.soft()
		}
		return e.outcome(c, func() (any, error) {
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
		f, err := strictFloat(v)
		if err != nil {
			e.failCall(c, err)
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

// rounding is sprig's round, but right for negative numbers, of which sprig's takes the
// next one down.
func rounding(e *eval, c call) any {
	in, ok := e.floats(c, c.args)
	if !ok {
		return e.soft()
	}
	on := .5
	if len(in) > 2 {
		on = in[2]
	}
	return e.outcome(c, func() (any, error) {
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

var errNotInt = diag.SafeError("not a whole number of 64 bits")

// strictInt is a whole number, also as text.
func strictInt(v any) (int64, error) {
	switch v := v.(type) {
	case string:
		i, err := strconv.ParseInt(v, 10, 64)
		digits := strings.TrimLeft(v, "+-")
		if err != nil || len(digits) > 1 && digits[0] == '0' {
			return 0, errNotInt
		}
		return i, nil
	case bool:
		return 0, errNotInt
	}
	if i, ok := tree.ToInt(v); ok {
		return i, nil
	}
	return 0, errNotInt
}

// cutInt cuts a float off at the point, as sprig does, and takes true as 1.
func cutInt(v any) (int64, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		if v >= -1<<63 && v < 1<<63 {
			return int64(v), nil
		}
	}
	return strictInt(v)
}

var errNotFloat = diag.SafeError("not a number")

func strictFloat(v any) (float64, error) {
	if s, ok := v.(string); ok {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || !tree.Decimal().MatchString(s) {
			return 0, errNotFloat
		}
		return f, nil
	}
	f, ok := tree.ToFloat(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, errNotFloat
	}
	return f, nil
}

// boolFloat takes true as 1, as sprig does.
func boolFloat(v any) (float64, error) {
	if b, ok := v.(bool); ok {
		i, err := cutInt(b)
		return float64(i), err
	}
	return strictFloat(v)
}

func strictAtoi(s string) (int, error) {
	i, err := strconv.Atoi(s)
	if err != nil {
		return 0, diag.SafeError("the text is not a whole number")
	}
	return i, nil
}

func octal64(v any) (any, error) {
	i, err := strconv.ParseInt(fmt.Sprint(v), 8, 64)
	if err != nil {
		return nil, diag.SafeError("not an octal number")
	}
	return i, nil
}

// roundDuration takes text like 1h30m, or nanoseconds.
func roundDuration(v any, round func(any) string) (any, error) {
	if s, ok := v.(string); ok {
		d, err := time.ParseDuration(s)
		if err != nil {
			return nil, diag.SafeError("not a duration like 1h30m")
		}
		return round(int64(d)), nil
	}
	n, err := strictInt(v)
	if err != nil {
		return nil, diag.SafeError("not a duration like 1h30m")
	}
	return round(n), nil
}

func seconds(v any) (any, error) {
	n, err := strictInt(v)
	if err != nil || n > math.MaxInt64/int64(time.Second) || n < math.MinInt64/int64(time.Second) {
		return nil, diag.SafeError("not a number of seconds")
	}
	return (time.Duration(n) * time.Second).String(), nil
}
