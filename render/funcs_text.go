package render

import (
	"fmt"
	"strconv"
	"strings"
)

// textFuncs turn values into text of a format, and text into values.
func textFuncs() map[string]function {
	return map[string]function{
		"toYaml":        {native: encoding(func(v any) (string, error) { return encodeYAML(v) }), min: 1, max: 1},
		"toYamlPretty":  {native: encoding(func(v any) (string, error) { return encodeYAMLPretty(v) }), min: 1, max: 1},
		"toJson":        {native: encoding(func(v any) (string, error) { return encodeJSON(v, "", true) }), min: 1, max: 1},
		"toRawJson":     {native: encoding(func(v any) (string, error) { return encodeJSON(v, "", false) }), min: 1, max: 1},
		"toPrettyJson":  {native: encoding(func(v any) (string, error) { return encodeJSON(v, "  ", true) }), min: 1, max: 1},
		"fromYaml":      {native: decoding("map", DecodeYAML), min: 1, max: 1},
		"fromYamlArray": {native: decoding("list", DecodeYAML), min: 1, max: 1},
		"fromJson":      {native: decoding("", DecodeJSON), min: 1, max: 1},
		"fromJsonArray": {native: decoding("list", DecodeJSON), min: 1, max: 1},
	}
}

// encoding reads all of a value and writes it in a format.
func encoding(encode func(any) (string, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plain(c.at, c.args[0], true)
		if !ok {
			return e.soft()
		}
		text, err := encode(v)
		if err != nil {
			return e.failCall(c, err)
		}
		return text
	}
}

// decoding reads a text as values of the given kind; "" is any.
func decoding(want string, decode func([]byte, *Origin) (*Node, error)) func(*eval, call) any {
	return func(e *eval, c call) any {
		v, ok := e.plain(c.at, c.args[0], true)
		if !ok {
			return e.soft()
		}
		s, ok := v.(string)
		if !ok {
			return e.fail(c.at, "bad-argument", c.name+" wants a text, not a "+kindOf(v), "")
		}
		n, err := decode([]byte(s), &Origin{File: "text"})
		if err != nil {
			if e.reads.secret {
				return e.fail(c.at, "function", c.name+" cannot parse its argument", "")
			}
			return e.fail(c.at, "function", c.name+": "+err.Error(), "")
		}
		if want != "" && n.kind() != want {
			return e.fail(c.at, "function", c.name+" wants a "+want+", and the text holds a "+n.kind(), "")
		}
		return own(n)
	}
}

// own makes a template's own value of a node.
func own(n *Node) any {
	kids := n.children()
	switch n.val.(type) {
	case members:
		m := make(map[string]any, len(kids))
		for i := range kids {
			m[kids[i].key] = own(&kids[i])
		}
		return m
	case items:
		l := make([]any, len(kids))
		for i := range kids {
			l[i] = own(&kids[i])
		}
		return l
	}
	return n.val
}

// printing is print, println and their like: scalars only.
func printing(f func(...any) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		args, ok := e.scalars(c, c.args)
		if !ok {
			return e.soft()
		}
		return f(args...)
	}
}

func (e *eval) scalars(c call, args []any) ([]any, bool) {
	out := make([]any, len(args))
	for i, a := range args {
		v, ok := e.plain(c.at, a, true)
		if !ok {
			return nil, false
		}
		if v == nil || isMap(v) || isList(v) {
			e.fail(c.at, "raw-"+kindOf(v), c.name+" cannot write a "+kindOf(v), "use toYaml or toJson, or range over it")
			return nil, false
		}
		out[i] = v
	}
	return out, true
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
	return fmt.Sprintf(format, args...)
}

type verb struct {
	verb rune
	arg  int
}

// verbs lists what a format asks of which value.
func verbs(format string) []verb {
	var out []verb
	next := 0
	runes := []rune(format)
	for i := 0; i < len(runes); i++ {
		if runes[i] != '%' {
			continue
		}
		for i++; i < len(runes) && strings.ContainsRune("+-# 0123456789.*[]", runes[i]); i++ {
			switch runes[i] {
			case '*':
				out = append(out, verb{'*', next})
				next++
			case '[':
				end := i + strings.IndexRune(string(runes[i:]), ']')
				if n, err := strconv.Atoi(string(runes[i+1 : max(i+1, end)])); err == nil && n > 0 {
					next = n - 1
				}
			}
		}
		if i == len(runes) {
			return append(out, verb{'%', 1 << 20})
		}
		if runes[i] != '%' {
			out = append(out, verb{runes[i], next})
			next++
		}
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
