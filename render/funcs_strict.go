package render

import (
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Sizes that a template may ask a function for.
const (
	maxText  = 16 << 20 // bytes of a text made by repetition
	maxItems = 1 << 20  // items of a list made by counting
)

// strictFuncs replace functions of sprig that swallow an error and go on with a wrong
// value, and bound those that make as much as they are asked for.
func strictFuncs() map[string]function {
	m := map[string]function{}
	for name, f := range map[string]any{
		"b64dec":     func(s string) (string, error) { return decoded(base64.StdEncoding.DecodeString(s)) },
		"b32dec":     func(s string) (string, error) { return decoded(base32.StdEncoding.DecodeString(s)) },
		"atoi":       func(s string) (int, error) { return strictAtoi(s) },
		"int":        func(v any) (int, error) { i, err := strictInt(v); return int(i), err },
		"int64":      strictInt,
		"float64":    strictFloat,
		"toDecimal":  func(v any) (int64, error) { return strictOctal(fmt.Sprint(v)) },
		"regexMatch": func(re, s string) (bool, error) { return regexp.MatchString(re, s) },
		"repeat":     boundedRepeat,
		"until":      func(n int) ([]int, error) { return count(0, n, sign(n)) },
		"untilStep":  count,
		"indent":     func(n int, s string) (string, error) { return indent(n, s) },
		"nindent":    func(n int, s string) (string, error) { t, err := indent(n, s); return "\n" + t, err },
	} {
		m[name] = function{plain: reflect.ValueOf(f)}
	}
	return m
}

func decoded(b []byte, err error) (string, error) {
	if err != nil {
		return "", errors.New("the text is not encoded that way")
	}
	return string(b), nil
}

func strictAtoi(s string) (int, error) {
	i, err := strconv.Atoi(s)
	if err != nil {
		return 0, errors.New("the text is not a whole number")
	}
	return i, nil
}

// strictInt cuts a float off at the point, as sprig does, and refuses text that is no
// number.
func strictInt(v any) (int64, error) {
	switch v := v.(type) {
	case string:
		if i, err := strconv.ParseInt(v, 10, 64); err == nil {
			return i, nil
		}
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		if v > -1<<63 && v < 1<<63 {
			return int64(v), nil
		}
	default:
		if i, ok := toInt(v); ok {
			return i, nil
		}
	}
	return 0, errors.New("not a whole number of 64 bits")
}

func strictFloat(v any) (float64, error) {
	switch v := v.(type) {
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f, nil
		}
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	default:
		if f, ok := toFloat(v); ok {
			return f, nil
		}
	}
	return 0, errors.New("not a number")
}

func strictOctal(s string) (int64, error) {
	i, err := strconv.ParseInt(s, 8, 64)
	if err != nil {
		return 0, errors.New("not an octal number")
	}
	return i, nil
}

func boundedRepeat(n int, s string) (string, error) {
	if n < 0 || len(s) > 0 && n > maxText/len(s) {
		return "", fmt.Errorf("a text is repeated 0 times at least and makes %d MiB at most", maxText>>20)
	}
	return strings.Repeat(s, n), nil
}

func indent(n int, s string) (string, error) {
	if n < 0 || n > maxText/(1+strings.Count(s, "\n")) {
		return "", fmt.Errorf("an indentation is 0 at least and makes %d MiB at most", maxText>>20)
	}
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad), nil
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// count lists the numbers from start up to stop, or down to it.
func count(start, stop, step int) ([]int, error) {
	list := []int{}
	if step == 0 || (stop-start)/step < 0 {
		return list, nil
	}
	if (stop-start)/step > maxItems {
		return nil, fmt.Errorf("more than %d numbers", maxItems)
	}
	for i := start; (step > 0 && i < stop) || (step < 0 && i > stop); i += step {
		list = append(list, i)
	}
	return list, nil
}
