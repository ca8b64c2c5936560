package tree

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

// A Num is a number whose text is not Go's shortest form, like 1.10 or 0x1F. It prints as
// Text and computes as V, an int64 or a float64.
type Num struct {
	Text string
	V    any
}

// String is the number as written.
func (n Num) String() string { return n.Text }

// MarshalJSON writes the number as written, if that is JSON.
func (n Num) MarshalJSON() ([]byte, error) {
	if json.Valid([]byte(n.Text)) {
		return []byte(n.Text), nil
	}
	return json.Marshal(n.V)
}

// Number is a decimal number in its smallest form: an int64 or float64 if that prints as the
// text, else a Num.
func Number(text string, v any) any {
	switch x := v.(type) {
	case int64:
		if strconv.FormatInt(x, 10) == text {
			return x
		}
	case float64:
		if strconv.FormatFloat(x, 'g', -1, 64) == text {
			return x
		}
	}
	return Num{Text: text, V: v}
}

// ToInt converts a whole number that fits into an int64. A float counts if it is whole.
func ToInt(v any) (int64, bool) {
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
		return ToInt(v.V)
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

// ToFloat converts any number.
func ToFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Num:
		return ToFloat(v.V)
	}
	i, ok := ToInt(v)
	return float64(i), ok
}

// IsNumber tells whether v is a number of any type.
func IsNumber(v any) bool {
	_, ok := ToFloat(v)
	return ok
}

// CompareNumbers compares two numbers exactly, whatever their number of digits.
func CompareNumbers(a, b any) int {
	i, ok := a.(int64)
	j, ok2 := b.(int64)
	if ok && ok2 {
		return cmp.Compare(i, j)
	}
	x, ok := Rational(a)
	y, ok2 := Rational(b)
	if ok && ok2 {
		return x.Cmp(y)
	}
	f, _ := ToFloat(a)
	g, _ := ToFloat(b)
	return cmp.Compare(f, g)
}

// Rational is the exact value of a number, as written: 0.1 is a tenth. It is false for
// infinities and NaN.
func Rational(v any) (*big.Rat, bool) {
	if n, ok := v.(Num); ok && len(n.Text) < 64 && Decimal().MatchString(n.Text) && !strings.ContainsAny(n.Text, "eE") {
		return new(big.Rat).SetString(n.Text)
	}
	if i, ok := ToInt(v); ok {
		return new(big.Rat).SetInt64(i), true
	}
	f, _ := ToFloat(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	return new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
}
