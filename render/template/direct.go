package template

import (
	"fmt"
	"runtime"

	"confit/render/diag"
)

// direct is how a function of one of the commonest signatures is called without
// reflection; nil for all others.
func direct(f any) func(*eval, call) any {
	switch f := f.(type) {
	case func(string) string:
		return func(e *eval, c call) any { return e.text1(c, f) }
	case func(string) (string, error):
		return func(e *eval, c call) any { return e.text1e(c, f) }
	case func(string, string) string:
		return func(e *eval, c call) any { return e.text2(c, f) }
	case func(string, string) bool:
		return func(e *eval, c call) any { return e.bool2(c, f) }
	case func(string, string, string) (string, error):
		return func(e *eval, c call) any { return e.text3e(c, f) }
	case func(int, string) string:
		return func(e *eval, c call) any {
			return e.intTexte(c, func(n int, s string) (string, error) { return f(n, s), nil })
		}
	case func(int, string) (string, error):
		return func(e *eval, c call) any { return e.intTexte(c, f) }
	}
	return nil
}

func (e *eval) text1(c call, f func(string) string) (v any) {
	s, ok := e.textArg(c, 0)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return e.text(c.at, f(s))
}

func (e *eval) text1e(c call, f func(string) (string, error)) (v any) {
	s, ok := e.textArg(c, 0)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return e.textOr(c)(f(s))
}

func (e *eval) text2(c call, f func(a, b string) string) (v any) {
	a, b, ok := e.textArgs(c)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return e.text(c.at, f(a, b))
}

func (e *eval) bool2(c call, f func(a, b string) bool) (v any) {
	a, b, ok := e.textArgs(c)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return f(a, b)
}

func (e *eval) text3e(c call, f func(a, b, s string) (string, error)) (v any) {
	a, b, ok := e.textArgs(c)
	if !ok {
		return e.soft()
	}
	s, ok := e.textArg(c, 2)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return e.textOr(c)(f(a, b, s))
}

func (e *eval) intTexte(c call, f func(int, string) (string, error)) (v any) {
	n, ok := e.intArg(c, 0)
	if !ok {
		return e.soft()
	}
	s, ok := e.textArg(c, 1)
	if !ok {
		return e.soft()
	}
	defer e.caught(c, &v)
	return e.textOr(c)(f(n, s))
}

// textOr takes what a function gives: its text, or its error.
func (e *eval) textOr(c call) func(string, error) any {
	return func(s string, err error) any {
		if err != nil {
			return e.failCall(c, err)
		}
		return e.text(c.at, s)
	}
}

// caught turns the panic of a library's function into an error.
func (e *eval) caught(c call, v *any) {
	switch r := recover().(type) {
	case nil:
	case stop:
		panic(r)
	default:
		*v = e.failCall(c, panicked(r))
	}
}

func panicked(r any) error {
	if _, bug := r.(runtime.Error); bug {
		return diag.SafeError("an argument is out of range")
	}
	return fmt.Errorf("%v", r)
}

func (e *eval) textArgs(c call) (a, b string, ok bool) {
	if a, ok = e.textArg(c, 0); ok {
		b, ok = e.textArg(c, 1)
	}
	return a, b, ok
}
