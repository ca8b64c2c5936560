package render

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"
)

// printFuncs make text of scalars; a number is the text it was written as.
func printFuncs() map[string]function {
	return map[string]function{
		"print":     {native: printing(fmt.Sprint), max: -1},
		"println":   {native: printing(fmt.Sprintln), max: -1},
		"printf":    {native: printFormat, min: 1, max: -1},
		"html":      {native: printing(template.HTMLEscaper), max: -1},
		"js":        {native: printing(template.JSEscaper), max: -1},
		"urlquery":  {native: printing(template.URLQueryEscaper), max: -1},
		"quote":     {native: joining(strconv.Quote), max: -1},
		"squote":    {native: joining(func(s string) string { return "'" + s + "'" }), max: -1},
		"cat":       {native: joining(func(s string) string { return s }), max: -1},
		"join":      {native: join, min: 2, max: 2},
		"toString":  {native: joining(func(s string) string { return s }), min: 1, max: 1},
		"toStrings": {native: toStrings(false), min: 1, max: 1},
		"sortAlpha": {native: toStrings(true), min: 1, max: 1},
	}
}

// printing is print, println and their like: scalars only.
func printing(f func(...any) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		args, ok := e.scalars(c, c.args)
		if !ok {
			return e.soft()
		}
		return e.text(c.at, f(args...))
	}
}

func (e *eval) scalars(c call, args []any) ([]any, bool) {
	out := make([]any, len(args))
	for i, a := range args {
		v, ok := e.plain(c.at, a, true)
		if !ok {
			return nil, false
		}
		if _, ok := textOf(v); !ok {
			e.raw(c, v)
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

func (e *eval) raw(c call, v any) {
	e.fail(c.at, "raw-"+kindOf(v), c.name+" cannot write a "+kindOf(v), "use toYaml or toJson, or range over it")
}

// scalarText is a scalar argument as text; it is false after an error.
func (e *eval) scalarText(c call, a any) (string, bool) {
	v, ok := e.plain(c.at, a, true)
	if !ok {
		return "", false
	}
	s, ok := textOf(v)
	if !ok {
		e.raw(c, v)
	}
	return s, ok
}

// texts is what arguments are as text.
func (e *eval) texts(c call, args []any) ([]string, bool) {
	out := make([]string, len(args))
	for i, a := range args {
		s, ok := e.scalarText(c, a)
		if !ok {
			return nil, false
		}
		e.weigh(c.at, 1)
		out[i] = s
	}
	return out, true
}

// joining turns all arguments into text and makes one of them, each written by how.
func joining(how func(string) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		words, ok := e.texts(c, c.args)
		if !ok {
			return e.soft()
		}
		for i := range words {
			words[i] = how(words[i])
		}
		return e.text(c.at, strings.Join(words, " "))
	}
}

// listTexts is what the items of a list are as text; a scalar is a list of one.
func (e *eval) listTexts(c call, v any) ([]string, bool) {
	if !isList(v) {
		return e.texts(c, []any{v})
	}
	return e.texts(c, listOf(v))
}

func join(e *eval, c call) any {
	sep, ok := e.textArg(c, 0)
	if !ok {
		return e.soft()
	}
	words, ok := e.listTexts(c, c.args[1])
	if !ok {
		return e.soft()
	}
	e.weigh(c.at, len(sep)*len(words))
	return e.text(c.at, strings.Join(words, sep))
}

func toStrings(sorted bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		words, ok := e.listTexts(c, c.args[0])
		if !ok {
			return e.soft()
		}
		if sorted {
			slices.Sort(words)
		}
		return e.newList(c.at, anyList(words))
	}
}

// printFormat is printf. A number fits every verb for numbers, and is its own text for
// %s, %v and %q; what fmt would mark with "%!" is an error.
func printFormat(e *eval, c call) any {
	args, ok := e.scalars(c, c.args)
	if !ok {
		return e.soft()
	}
	format, ok := args[0].(string)
	if !ok {
		return e.fail(c.at, "bad-argument", "printf wants a format text first", "")
	}
	args = args[1:]
	used := make([]bool, len(args))
	for _, v := range verbs(format) {
		e.weigh(c.at, v.width)
		if v.arg >= len(args) {
			return e.fail(c.at, "bad-format", fmt.Sprintf("printf: the format wants %d values, and there are %d", v.arg+1, len(args)), "")
		}
		used[v.arg] = true
		if args[v.arg], ok = fitVerb(v.verb, args[v.arg]); !ok {
			return e.fail(c.at, "bad-format", "printf: %"+string(v.verb)+" cannot write a "+kindOf(args[v.arg]), "")
		}
	}
	for i := range used {
		if !used[i] {
			return e.fail(c.at, "bad-format", fmt.Sprintf("printf: the format does not use value %d", i+1), "")
		}
	}
	return e.text(c.at, fmt.Sprintf(format, args...))
}

// A verb is what a format asks of a value: how to write it, and in what width at least.
type verb struct {
	verb  rune
	arg   int
	width int
}

const maxWidth = 1_000_000 // where fmt gives up

var formatVerb = regexp.MustCompile(`%([-+# 0]*)(\[\d+\])?(\*|\d+)?(\.)?(\[\d+\])?(\*|\d+)?(\[\d+\])?(?s:(.)|$)`)

// verbs lists what a format asks of which value. What it cannot read is a verb that no
// value fits.
func verbs(format string) []verb {
	var out []verb
	next := 0
	for _, m := range formatVerb.FindAllStringSubmatch(format, -1) {
		width := 0
		for i, part := range m[2:8] {
			switch {
			case part == "*":
				out = append(out, verb{verb: '*', arg: next})
				next++
			case strings.HasPrefix(part, "["):
				n, err := strconv.Atoi(part[1 : len(part)-1])
				if err != nil || n < 1 {
					return append(out, verb{verb: '!'})
				}
				next = n - 1
			case part != "" && part != ".":
				n, err := strconv.Atoi(part)
				if err != nil || n > maxWidth {
					return append(out, verb{verb: '!', arg: next})
				}
				width += n
			case part == "" && i == 2: // no point: what follows is no precision
			}
		}
		letter, _ := utf8.DecodeRuneInString(m[8])
		if letter == '%' {
			continue
		}
		out = append(out, verb{verb: letter, arg: next, width: width})
		next++
	}
	return out
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
	case '*':
		i, ok := toInt(arg)
		return orKeep(int(i), arg, ok), ok && i >= -1000 && i <= 1000
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
