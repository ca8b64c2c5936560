package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

var formatVerb = lazyRegexp(`%([-+# 0]*)(?:(\[\d+\])?(\*)|(\d+))?(\.(?:(\[\d+\])?(\*)|(\d+))?)?(\[\d+\])?(?s:(.)|$)`)

// read gives what is wrong with the format; "" is nothing.
func (f *formatting) read(format string) string {
	end := 0
	for _, m := range formatVerb().FindAllStringSubmatchIndex(format, -1) {
		f.format.WriteString(format[end:m[0]])
		end = m[1]
		var part [11]string
		for i := range part {
			if m[2*i] >= 0 {
				part[i] = format[m[2*i]:m[2*i+1]]
			}
		}
		if fault := f.verb(part); fault != "" {
			return fault
		}
	}
	f.format.WriteString(format[end:])
	return ""
}

// verb takes one verb: flags, width, precision, and the letter.
func (f *formatting) verb(part [11]string) string {
	if part[10] == "%" {
		f.format.WriteString("%%")
		return ""
	}
	f.format.WriteString("%" + part[1])
	if fault := f.number(aWidth, part[2], part[3], part[4]); fault != "" {
		return fault
	}
	if part[5] != "" {
		f.format.WriteByte('.')
		if fault := f.number(aPrecision, part[6], part[7], part[8]); fault != "" {
			return fault
		}
	}
	f.format.WriteString(part[10])
	letter, _ := utf8.DecodeRuneInString(part[10])
	return f.value(part[9], letter)
}

// number takes a width or a precision: a value, or digits.
func (f *formatting) number(star rune, index, given, digits string) string {
	if given != "" {
		f.format.WriteByte('*')
		return f.value(index, star)
	}
	if digits == "" {
		return ""
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > maxWidth {
		return "a width or precision is too large"
	}
	f.width += n
	f.format.WriteString(digits)
	return ""
}

// value takes the next value, or the one that index names.
func (f *formatting) value(index string, letter rune) string {
	if index != "" {
		n, err := strconv.Atoi(index[1 : len(index)-1])
		if err != nil || n < 1 {
			return "the first value is [1]"
		}
		f.next = n - 1
	}
	if f.next >= len(f.args) {
		return "the format wants more values than there are"
	}
	v, ok := fitVerb(letter, f.args[f.next])
	if !ok {
		if letter < 0 {
			letter = '*'
		}
		return "%" + string(letter) + " cannot write a " + kindOf(f.args[f.next])
	}
	f.used[f.next] = true
	f.out = append(f.out, v)
	f.next++
	return ""
}

func fitVerb(v rune, arg any) (any, bool) {
	switch v {
	case 'v', 's':
		if v == 's' && isNumber(arg) || v == 's' && kindOf(arg) == "bool" {
			return fmt.Sprint(arg), true
		}
		return arg, true
	case 'q':
		return fmt.Sprint(arg), true
	case 'T':
		if n, ok := arg.(Num); ok {
			arg = n.V
		}
		return arg, true
	case 't':
		return arg, kindOf(arg) == "bool"
	case 'd', 'b', 'o', 'O', 'c', 'U':
		i, ok := toInt(arg)
		return orKeep(i, arg, ok), ok
	case aWidth, aPrecision:
		i, ok := toInt(arg)
		return int(i), ok && i <= 1000 && (i >= 0 || v == aWidth && i >= -1000)
	case 'x', 'X':
		if s, ok := arg.(string); ok {
			return s, true
		}
		i, ok := toInt(arg)
		return orKeep(i, arg, ok), ok
	case 'e', 'E', 'f', 'F', 'g', 'G':
		f, ok := toFloat(arg)
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
