package functions

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// numbers are the conversions of numbers.
func numbers() map[string]any {
	return map[string]any{
		"int":       func(v any) (any, error) { i, err := truncInt(v); return int(i), err },
		"int64":     func(v any) (any, error) { return truncInt(v) },
		"float64":   func(v any) (any, error) { return boolFloat(v) },
		"toDecimal": octal64,
		"atoi":      strictAtoi,
	}
}

var errNotInt = diag.SafeError("not a whole number of 64 bits")

// Int converts a whole number, or its text.
func Int(v any) (int64, error) {
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

// truncInt truncates a float and converts true to 1, as sprig does.
func truncInt(v any) (int64, error) {
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
	return Int(v)
}

var errNotFloat = diag.SafeError("not a number")

func Float(v any) (float64, error) {
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

// boolFloat converts true to 1, as sprig does.
func boolFloat(v any) (float64, error) {
	if b, ok := v.(bool); ok {
		i, err := truncInt(b)
		return float64(i), err
	}
	return Float(v)
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
