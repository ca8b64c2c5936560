package functions

import (
	"cmp"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"path"
	"strings"

	"confit/render/diag"
)

// strict are replacements for functions of sprig that ignore an error, or that allocate without a
// limit.
func strict(sprig map[string]any) map[string]any {
	return map[string]any{
		"b64dec":    func(s string) (string, error) { return decodedText(base64.StdEncoding.DecodeString(s)) },
		"b32dec":    func(s string) (string, error) { return decodedText(base32.StdEncoding.DecodeString(s)) },
		"repeat":    repeat,
		"until":     func(n int) ([]int, error) { return countTo(0, n, cmp.Compare(n, 0)) },
		"untilStep": countTo,
		"seq":       seq,
		"indent":    indent,
		"nindent":   nindent,
		"substr":    substr,
		"replace":   replace,
		"splitList": func(sep, s string) ([]string, error) { return splitBounded(sep, s, -1) },
		"split":     func(sep, s string) (map[string]string, error) { return numberedParts(splitBounded(sep, s, -1)) },
		"splitn": func(sep string, n int, s string) (map[string]string, error) {
			return numberedParts(splitBounded(sep, s, n))
		},
		"osBase":  path.Base, // the same on every system
		"osDir":   path.Dir,
		"osClean": path.Clean,
		"osExt":   path.Ext,
		"osIsAbs": path.IsAbs,

		"abbrevboth":     checkedAbbrev(sprig["abbrevboth"].(func(int, int, string) string)),
		"wrapWith":       checkedWrap(sprig["wrapWith"].(func(int, string, string) string)),
		"derivePassword": checkedDerive(sprig["derivePassword"].(func(uint32, string, string, string, string) string)),
	}
}

// decodedText gives decoded bytes as text. Its error does not quote them.
func decodedText(b []byte, err error) (string, error) {
	if err != nil {
		return "", diag.SafeError("the text is not encoded that way")
	}
	return string(b), nil
}

var errManyItems = diag.SafeError(fmt.Sprintf("more than %d items", MaxItems))

var errGrows = diag.SafeError(fmt.Sprintf("the text would grow beyond %d MiB", MaxText>>20))

func repeat(n int, s string) (string, error) {
	if n < 0 {
		return "", diag.SafeError("a text is repeated 0 times at least")
	}
	if len(s) > 0 && n > MaxText/len(s) {
		return "", errGrows
	}
	return strings.Repeat(s, n), nil
}

func indent(n int, s string) (string, error) { return indentAfter("", n, s) }

func nindent(n int, s string) (string, error) { return indentAfter("\n", n, s) }

func indentAfter(before string, n int, s string) (string, error) {
	if n < 0 {
		return "", diag.SafeError("an indentation is 0 at least")
	}
	lines := 1 + strings.Count(s, "\n")
	if n > MaxText/lines {
		return "", errGrows
	}
	pad := strings.Repeat(" ", n)
	return before + pad + strings.ReplaceAll(s, "\n", "\n"+pad), nil
}

func replace(old, with, s string) (string, error) {
	if len(with) > len(old) && strings.Count(s, old) > MaxText/len(with) {
		return "", errGrows
	}
	return strings.ReplaceAll(s, old, with), nil
}

// countTo lists the numbers from start to stop, without stop.
func countTo(start, stop, step int) ([]int, error) {
	if step == 0 || step > 0 && stop < start || step < 0 && stop > start {
		return []int{}, nil
	}
	size := new(big.Int).Sub(big.NewInt(int64(stop)), big.NewInt(int64(start)))
	if size.Quo(size, big.NewInt(int64(step))); !size.IsInt64() || size.Int64() > MaxItems {
		return nil, errManyItems
	}
	list := make([]int, 0, size.Int64()+1)
	for i := start; (step > 0 && i < stop) || (step < 0 && i > stop); i += step {
		list = append(list, i)
		if len(list) == cap(list) {
			break // the next one may overflow
		}
	}
	return list, nil
}

// seq counts like the shell's seq: last; first and last; or first, step and last.
func seq(n ...int) (string, error) {
	start, step, end := 1, 1, 0
	switch len(n) {
	case 1:
		end = n[0]
	case 2:
		start, end = n[0], n[1]
	case 3:
		start, step, end = n[0], n[1], n[2]
	default:
		return "", diag.SafeError("takes 1 to 3 numbers")
	}
	if len(n) < 3 && end < start {
		step = -1
	}
	if end == math.MaxInt || end == math.MinInt {
		return "", errManyItems
	}
	list, err := countTo(start, end+cmp.Compare(step, 0), step)
	if err != nil {
		return "", err
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, " "), nil
}

// substr cuts by bytes, as sprig does. A negative start means 0, and the end must then lie in the
// text; otherwise an end beyond the text means its end.
func substr(start, end int, s string) (string, error) {
	if start < 0 && end >= 0 && end <= len(s) {
		return s[:end], nil
	}
	if end < 0 || end > len(s) {
		end = len(s)
	}
	if start < 0 || start > end {
		return "", diag.SafeError("reaches beyond the end, or backwards")
	}
	return s[start:end], nil
}

func splitBounded(sep, s string, n int) ([]string, error) {
	if n < 0 || n > MaxItems {
		if strings.Count(s, sep) >= MaxItems {
			return nil, errManyItems
		}
	}
	return strings.SplitN(s, sep, n), nil
}

func numberedParts(parts []string, err error) (map[string]string, error) {
	m := make(map[string]string, len(parts))
	for i, p := range parts {
		m[fmt.Sprintf("_%d", i)] = p
	}
	return m, err
}

func checkedAbbrev(abbrev func(int, int, string) string) any {
	return func(left, right int, s string) (string, error) {
		short := abbrev(left, right, s)
		if short == "" && s != "" {
			return "", diag.SafeError("the width is too small for that")
		}
		return short, nil
	}
}

func checkedWrap(wrap func(int, string, string) string) any {
	return func(n int, sep, s string) (string, error) {
		lines := 2*(len(s)/max(1, n)) + 2 // at most: of two, one may be short
		if len(sep) > MaxText/lines {
			return "", errGrows
		}
		return wrap(n, sep, s), nil
	}
}

func checkedDerive(derive func(uint32, string, string, string, string) string) any {
	return func(n uint32, kind, password, user, site string) (string, error) {
		switch kind {
		case "maximum", "long", "medium", "short", "basic", "pin":
			return derive(n, kind, password, user, site), nil
		}
		return "", diag.SafeError("the kind is maximum, long, medium, short, basic or pin")
	}
}
