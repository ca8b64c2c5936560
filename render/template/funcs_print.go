package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"confit/render/diag"
	"confit/render/tree"
)

// print adds the functions that write scalars as text. A number keeps its digits.
func (m table) print() {
	m.add("print", function{native: printWith(fmt.Sprint), max: -1})
	m.add("println", function{native: printWith(fmt.Sprintln), max: -1})
	m.add("printf", function{native: printFormat, min: 1, max: -1})
	m.add("html", function{native: printWith(template.HTMLEscaper), max: -1})
	m.add("js", function{native: printWith(template.JSEscaper), max: -1})
	m.add("urlquery", function{native: printWith(template.URLQueryEscaper), max: -1})
	m.add("quote", function{native: joinWith(strconv.Quote), max: -1})
	m.add("squote", function{native: joinWith(func(s string) string { return "'" + s + "'" }), max: -1})
	m.add("cat", function{native: joinWith(func(s string) string { return s }), max: -1})
	m.add("join", function{native: join, min: 2, max: 2})
	m.add("toString", function{native: joinWith(func(s string) string { return s }), min: 1, max: 1})
	m.add("toStrings", function{native: toStrings(false), min: 1, max: 1})
	m.add("sortAlpha", function{native: toStrings(true), min: 1, max: 1})
}

// printWith makes a native function like print, of scalars only.
func printWith(f func(...any) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		args, ok := e.scalars(c, c.args)
		if !ok {
			return e.failedValue()
		}
		return e.chargeText(c.at, f(args...))
	}
}

func (e *eval) scalars(c call, args []any) ([]any, bool) {
	out := make([]any, len(args))
	for i, a := range args {
		v, ok := e.plain(c.at, a, true)
		if !ok {
			return nil, false
		}
		if _, ok := tree.TextOf(v); !ok {
			e.failRaw(c, v)
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

func (e *eval) failRaw(c call, v any) {
	e.fail(c.at, "raw-"+tree.KindOf(v), c.name+" cannot write "+diag.WithArticle(tree.KindOf(v)), "use toYaml or toJson, or range over it")
}

// scalarText returns a scalar argument as text; ok is false after an error.
func (e *eval) scalarText(c call, a any) (string, bool) {
	if s, ok := e.scalar(a).(string); ok {
		e.chargeArg(c.at, len(s))
		return s, true
	}
	v, ok := e.plain(c.at, a, true)
	if !ok {
		return "", false
	}
	s, ok := tree.TextOf(v)
	if !ok {
		e.failRaw(c, v)
	}
	return s, ok
}

// texts returns scalar arguments as text.
func (e *eval) texts(c call, args []any) ([]string, bool) {
	out := make([]string, len(args))
	for i, a := range args {
		s, ok := e.scalarText(c, a)
		if !ok {
			return nil, false
		}
		e.chargeArg(c.at, 1)
		out[i] = s
	}
	return out, true
}

// joinWith makes a native function that writes all arguments with write, and joins them by spaces.
func joinWith(write func(string) string) func(*eval, call) any {
	return func(e *eval, c call) any {
		if len(c.args) == 1 {
			s, ok := e.scalarText(c, c.args[0])
			if !ok {
				return e.failedValue()
			}
			return e.chargeText(c.at, write(s))
		}
		words, ok := e.texts(c, c.args)
		if !ok {
			return e.failedValue()
		}
		for i := range words {
			words[i] = write(words[i])
		}
		return e.chargeText(c.at, strings.Join(words, " "))
	}
}

// listTexts returns the items of a list as text; a scalar counts as a list of one.
func (e *eval) listTexts(c call, v any) ([]string, bool) {
	if !tree.IsList(v) {
		return e.texts(c, []any{v})
	}
	return e.texts(c, tree.ListOf(v))
}

func join(e *eval, c call) any {
	sep, ok := e.textArg(c, 0)
	if !ok {
		return e.failedValue()
	}
	words, ok := e.listTexts(c, c.args[1])
	if !ok {
		return e.failedValue()
	}
	e.chargeArg(c.at, len(sep)*len(words))
	return e.chargeText(c.at, strings.Join(words, sep))
}

func toStrings(sorted bool) func(*eval, call) any {
	return func(e *eval, c call) any {
		words, ok := e.listTexts(c, c.args[0])
		if !ok {
			return e.failedValue()
		}
		if sorted {
			slices.Sort(words)
		}
		return e.newList(c.at, anyList(words))
	}
}
