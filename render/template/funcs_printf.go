package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// printFormat is printf. Every verb for numbers takes any number; %s, %v and %q write a number
// as its own text. Where fmt would write "%!", printf fails.
func printFormat(e *eval, c call) any {
	args, ok := e.scalars(c, c.args)
	if !ok {
		return e.failedValue()
	}
	format, ok := args[0].(string)
	if !ok {
		return e.fail(c.at, "bad-format", "printf wants a format text first", "")
	}
	f := formatting{args: args[1:], used: make([]bool, len(args)-1)}
	fault := f.parse(format)
	if fault != "" && e.reads.Secret { // the fault may quote it
		fault = "the format and the values do not fit together"
	}
	if fault != "" {
		return e.fail(c.at, "bad-format", "printf: "+fault, "")
	}
	e.chargeArg(c.at, f.width)
	return e.chargeText(c.at, fmt.Sprintf(f.format.String(), f.operands...))
}

// A formatting is a format without indexes, and an operand of the right type for each verb and
// each "*".
type formatting struct {
	args     []any
	used     []bool
	next     int // the argument after the last one used
	format   strings.Builder
	operands []any
	width    int // sum of all widths and precisions
}

const maxWidth = 1_000_000 // the limit of fmt

// formatVerb matches flags, width, precision, index and letter of one verb, after its "%".
var formatVerb = diag.LazyRegexp(`(?s)^([-+# 0]*)` + formatSize + `(?:(\.)` + formatSize + `)?` + formatIndex + `(.?)`)

const (
	formatIndex = `(?:\[0*([1-9]\d{0,4})\])?`
	formatSize  = `(?:` + formatIndex + `(\*)|(\d+))?`
)

// parse returns the fault of a format; "" is none.
func (f *formatting) parse(format string) string {
	for {
		text, rest, found := strings.Cut(format, "%")
		f.format.WriteString(text)
		if !found {
			break
		}
		var m [11]string
		if rest != "" && rest[0] >= 'a' && rest[0] <= 'z' { // most verbs are only a letter
			m[0], m[10] = rest[:1], rest[:1]
		} else {
			copy(m[:], formatVerb().FindStringSubmatch(rest))
		}
		format = rest[len(m[0]):]
		f.format.WriteString("%" + m[1])
		fault := f.size(m[2], m[3], m[4], width)
		if f.format.WriteString(m[5]); fault == "" {
			fault = f.size(m[6], m[7], m[8], precision)
		}
		index, letter := m[9], m[10]
		f.format.WriteString(letter)
		switch {
		case fault != "":
			return fault
		case letter == "" || letter == "%" && index != "":
			return "a verb is not complete"
		case letter != "%":
			if fault = f.operand(index, letter); fault != "" {
				return fault
			}
		}
	}
	if slices.Contains(f.used, false) {
		return "the format does not use every value"
	}
	return ""
}

// The meanings of a "*", which stand in place of a letter.
const (
	width     = "* as width"
	precision = "* as precision"
)

// size adds a width or a precision: "*", or digits.
func (f *formatting) size(index, star, digits, kind string) (fault string) {
	f.format.WriteString(star + digits)
	if star != "" {
		return f.operand(index, kind)
	}
	if digits == "" {
		return ""
	}
	n, err := strconv.Atoi(digits)
	if f.width += n; err != nil || n > maxWidth {
		return "a width or precision is too large"
	}
	return ""
}

// operand adds the next argument, or the one that index names, for a verb.
func (f *formatting) operand(index, verb string) (fault string) {
	if index != "" {
		n, _ := strconv.Atoi(index)
		f.next = n - 1
	}
	if f.next >= len(f.args) {
		return "the format wants more values than there are"
	}
	v, ok := fitVerb(verb, f.args[f.next])
	if !ok {
		verb, _, _ = strings.Cut(strings.ToValidUTF8(verb, "\uFFFD"), " as")
		return "%" + verb + " cannot write " + diag.WithArticle(tree.KindOf(f.args[f.next]))
	}
	f.used[f.next] = true
	f.operands = append(f.operands, v)
	f.next++
	return ""
}

// fitVerb converts an argument to the type that fmt wants for a verb.
func fitVerb(verb string, arg any) (any, bool) {
	_, isText := arg.(string)
	n, isNumber := arg.(tree.Num)
	switch verb {
	case "v":
		return arg, true
	case "s", "q":
		if isText {
			return arg, true
		}
		return fmt.Sprint(arg), true
	case "T":
		if isNumber {
			arg = n.V
		}
		return arg, true
	case "t":
		return arg, tree.KindOf(arg) == "bool"
	case "x", "X":
		if isText {
			return arg, true
		}
		fallthrough
	case "d", "b", "o", "O", "c", "U":
		i, ok := tree.ToInt(arg)
		return i, ok
	case width, precision:
		i, ok := tree.ToInt(arg)
		return int(i), ok && i <= 1000 && (i >= 0 || verb == width && i >= -1000)
	case "e", "E", "f", "F", "g", "G":
		f, ok := tree.ToFloat(arg)
		return f, ok
	}
	return nil, false
}
