package tree

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// CompareNumbers compares exactly, however many digits they have.
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
	return new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64)) // the number as written: 0.1 is a tenth
}
