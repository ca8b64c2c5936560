package tree

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"confit/render/diag"
)

// The forms of decimal numbers, and of other numbers.
var (
	DecimalInt  = diag.LazyRegexp(`^[-+]?[0-9]+$`)
	Decimal     = diag.LazyRegexp(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	otherBase   = diag.LazyRegexp(`^0(o[0-7]+|x[0-9a-fA-F]+)$`)
	octal       = diag.LazyRegexp(`^[-+]?0[0-9]+$`)
	underscored = diag.LazyRegexp(`^[-+]?(0[xob])?[0-9a-fA-F]*[0-9][0-9a-fA-F]*_[0-9a-fA-F_]*(\.[0-9_]*)?$`)
	binary      = diag.LazyRegexp(`^[-+]?0b[01]+$`)
)

var (
	errOctal      = errors.New("a number with a leading zero is octal to some readers and decimal to others")
	errUnderscore = errors.New("underscores in a number are read differently by different tools")
	errBinary     = errors.New("a binary number is read differently by different tools")
)

// ResolveScalar converts a plain scalar to the type that YAML's core schema (1.2) gives it. It
// refuses numbers that YAML 1.1 reads differently.
func ResolveScalar(s string) (any, error) {
	if s == "" {
		return nil, nil
	}
	if c := s[0]; c != '~' && c != '.' && c != '-' && c != '+' && (c < '0' || c > '9') {
		return word(s), nil
	}
	if shortInt(s) {
		v, _ := strconv.ParseInt(s, 10, 64)
		return v, nil
	}
	if !numeric(s) {
		return word(s), nil
	}
	switch {
	case octal().MatchString(s):
		return nil, errOctal
	case binary().MatchString(s):
		return nil, errBinary
	case underscored().MatchString(s):
		return nil, errUnderscore
	case DecimalInt().MatchString(s):
		return Integer(s), nil
	case otherBase().MatchString(s):
		if v, err := strconv.ParseInt(s, 0, 64); err == nil {
			return Num{Text: s, V: v}, nil
		}
		return s, nil
	case Decimal().MatchString(s):
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Num{Text: s, V: v}, nil
		}
		return Number(s, v), nil
	}
	return word(s), nil
}

// shortInt tells whether s is a whole number of at most 18 digits in its shortest form. It
// spares the common case the regular expressions.
func shortInt(s string) bool {
	if len(s) > 18 || s[0] < '1' && s != "0" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// numeric tells whether all characters of s occur in numbers.
func numeric(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && !strings.ContainsRune("+-._abcdefABCDEFox", rune(c)) {
			return false
		}
	}
	return true
}

// Integer converts decimal digits. A number beyond int64 keeps its digits, and computes as a
// float64.
func Integer(s string) any {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Number(s, v)
	}
	f, _ := strconv.ParseFloat(s, 64)
	return Num{Text: s, V: f}
}

// word converts null, bools, infinities and NaN. All other text is a string.
func word(s string) any {
	if len(s) > 5 {
		return s
	}
	switch s {
	case "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	switch strings.TrimLeft(s, "+-") {
	case ".inf", ".Inf", ".INF":
		if s[0] == '-' {
			return Num{Text: s, V: math.Inf(-1)}
		}
		return Num{Text: s, V: math.Inf(1)}
	case ".nan", ".NaN", ".NAN":
		return Num{Text: s, V: math.NaN()}
	}
	return s
}
