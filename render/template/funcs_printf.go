package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
)

// printFormat is printf. A number fits every verb for numbers, and is its own text for
// %s, %v and %q; what fmt would mark with "%!" is an error.
func printFormat(e *eval, c call) any {
	args, ok := e.scalars(c, c.args)
	if !ok {
		return e.soft()
	}
	format, ok := args[0].(string)
	if !ok {
		return e.fail(c.at, "bad-format", "printf wants a format text first", "")
	}
	f := formatting{args: args[1:], used: make([]bool, len(args)-1)}
	fault := f.read(format)
	if i := slices.Index(f.used, false); i >= 0 && fault == "" {
		fault = "the format does not use every value"
	}
	if fault != "" && e.reads.Secret { // the format may be made of it
		fault = "the format and the values do not fit together"
	}
	if fault != "" {
		return e.fail(c.at, "bad-format", "printf: "+fault, "")
	}
	e.weigh(c.at, f.width)
	return e.text(c.at, fmt.Sprintf(f.format.String(), f.out...))
}

// A formatting is a format taken apart and put together again, with a value of its own,
// of the right type, for each verb and each "*".
type formatting struct {
	args   []any
	used   []bool
	next   int
	format strings.Builder
	out    []any
	width  int // that the verbs ask for in all
}

const maxWidth = 1_000_000 // where fmt gives up

// What "*" asks of a value, in place of a letter.
const (
	aWidth     = -2
	aPrecision = -3
)

// read gives what is wrong with the format; "" is nothing.
func (f *formatting) read(format string) string {
	for {
		before, rest, found := strings.Cut(format, "%")
		f.format.WriteString(before)
		if !found {
			return ""
		}
		var fault string
		if format, fault = f.verb(rest); fault != "" {
			return fault
		}
	}
}

// verb takes one verb off s: flags, width, precision, index and letter.
func (f *formatting) verb(s string) (rest, fault string) {
	rest = strings.TrimLeft(s, "-+# 0")
	f.format.WriteString("%" + s[:len(s)-len(rest)])
	if rest, fault = f.size(rest, aWidth); fault != "" {
		return "", fault
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		f.format.WriteByte('.')
		if rest, fault = f.size(after, aPrecision); fault != "" {
			return "", fault
		}
	}
	index, rest := cutIndex(rest)
	letter, size := utf8.DecodeRuneInString(rest)
	f.format.WriteString(rest[:size])
	switch {
	case size == 0 || letter == '%' && index > 0:
		return "", "a verb is not complete"
	case letter == '%':
		return rest[size:], ""
	}
	return rest[size:], f.value(index, letter)
}

// cutIndex takes [2] off s; without, or with what is none, the index is 0.
func cutIndex(s string) (index int, rest string) {
	digits, after, ok := strings.Cut(s, "]")
	if !ok || !strings.HasPrefix(s, "[") {
		return 0, s
	}
	n, err := strconv.ParseUint(digits[1:], 10, 16)
	if err != nil || n == 0 {
		return 0, s
	}
	return int(n), after
}

// size takes a width or a precision off s: a value, or digits.
func (f *formatting) size(s string, kind rune) (rest, fault string) {
	if index, after := cutIndex(s); strings.HasPrefix(after, "*") {
		f.format.WriteByte('*')
		return after[1:], f.value(index, kind)
	}
	rest = strings.TrimLeft(s, "0123456789")
	digits := s[:len(s)-len(rest)]
	if digits == "" {
		return rest, ""
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > maxWidth {
		return "", "a width or precision is too large"
	}
	f.width += n
	f.format.WriteString(digits)
	return rest, ""
}

// value takes the next value, or the one that index names.
func (f *formatting) value(index int, letter rune) string {
	if index > 0 {
		f.next = index - 1
	}
	if f.next >= len(f.args) {
		return "the format wants more values than there are"
	}
	v, ok := fitVerb(letter, f.args[f.next])
	if !ok {
		if letter < 0 {
			letter = '*'
		}
		return "%" + string(letter) + " cannot write " + diag.An(tree.KindOf(f.args[f.next]))
	}
	f.used[f.next] = true
	f.out = append(f.out, v)
	f.next++
	return ""
}

func fitVerb(v rune, arg any) (any, bool) {
	switch v {
	case 'v', 's':
		if v == 's' && tree.IsNumber(arg) || v == 's' && tree.KindOf(arg) == "bool" {
			return fmt.Sprint(arg), true
		}
		return arg, true
	case 'q':
		return fmt.Sprint(arg), true
	case 'T':
		if n, ok := arg.(tree.Num); ok {
			arg = n.V
		}
		return arg, true
	case 't':
		return arg, tree.KindOf(arg) == "bool"
	case 'd', 'b', 'o', 'O', 'c', 'U':
		i, ok := tree.ToInt(arg)
		return orKeep(i, arg, ok), ok
	case aWidth, aPrecision:
		i, ok := tree.ToInt(arg)
		return int(i), ok && i <= 1000 && (i >= 0 || v == aWidth && i >= -1000)
	case 'x', 'X':
		if s, ok := arg.(string); ok {
			return s, true
		}
		i, ok := tree.ToInt(arg)
		return orKeep(i, arg, ok), ok
	case 'e', 'E', 'f', 'F', 'g', 'G':
		f, ok := tree.ToFloat(arg)
		return orKeep(f, arg, ok), ok
	}
	return arg, false
}

func orKeep(v, old any, ok bool) any {
	if ok {
		return v
	}
	return old
}
