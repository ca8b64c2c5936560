package diag

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"unicode"
)

// A Cause says what a problem is about; each has one exit status.
type Cause uint8

// The causes, in the order in which they decide the exit status of a run that
// has several causes.
const (
	CauseSpec    Cause = iota // the spec is wrong
	CauseInput                // an input is missing or unreadable
	CauseTrust                // auth, host key, TLS, pin, signature
	CauseRemote               // a remote did not answer
	CauseLimit                // a limit was reached
	CauseData                 // values, templates, checks
	CauseInWay                // what lies in the output directory is in the way
	CauseIO                   // reading or writing failed
	CauseBusy                 // another run, or inputs that keep changing
	CauseUsage                // the command line
	CauseSignal               // a signal ended the run
	CauseUnknown              // a bug in confit
)

// A Pos is a place in a file. Line and Col count from 1, in characters; 0 means
// unknown. A text that stands in another file, like an inline template, is a file of its
// own here, named after where it stands, which is In.
type Pos struct {
	File string
	Line int
	Col  int
	In   Spot
}

// A Spot is a place in a file that is there. The zero Spot is none.
type Spot struct {
	File string
	Line int
	Col  int
}

// Outer is the place in a file that is there, which editors and CI can open.
func (p Pos) Outer() Spot {
	if p.In != (Spot{}) {
		return p.In
	}
	return Spot{p.File, p.Line, p.Col}
}

// String is file:line:col, without the parts that are not known.
func (p Pos) String() string {
	s := Quoted(p.File)
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Col > 0 {
			s += ":" + strconv.Itoa(p.Col)
		}
	}
	return s
}

// A Problem is an error that a user can act on: where, what, and what to do. Its
// texts hold names and positions, never a value of a source.
type Problem struct {
	Cause  Cause
	Code   string // a stable name, like "missing-value"
	Pos    Pos    // where it was found; the zero Pos when it has no place
	Text   string // what is wrong, lower case, no full stop
	Source string // the line at Pos, if it may be shown
	Notes  []string
	Hint   string // what to do about it
	Err    error  // the cause, if any; its text is not shown
}

// Error is "file:line:col: text".
func (p *Problem) Error() string {
	if p.Pos.File == "" {
		return p.Text
	}
	return p.Pos.String() + ": " + p.Text
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Problems lists what err joins, in order, each once. An error that is no Problem
// becomes one of cause c.
func Problems(err error, c Cause) []*Problem {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Problem
		seen := map[*Problem]bool{}
		for _, e := range many.Unwrap() {
			for _, p := range Problems(e, c) {
				if !seen[p] {
					all = append(all, p)
				}
				seen[p] = true
			}
		}
		return all
	}
	var p *Problem
	if errors.As(err, &p) {
		return []*Problem{p}
	}
	return []*Problem{{Cause: c, Text: err.Error(), Err: err}}
}

// Safely turns a panic of f into a problem that names its place in the code: the value of
// a panic may hold a secret, and a dump of goroutines helps nobody at night. Each goroutine
// needs it for itself.
func Safely(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = Bug()
		}
	}()
	return f()
}

// Bug is the problem of a panic that is being recovered: it names the place in the code,
// and not what the panic said, which may hold a secret.
func Bug() *Problem {
	p := &Problem{Cause: CauseUnknown, Code: "bug", Text: "confit has come upon a bug of its own"}
	p.Hint = "please report it with these lines and, if you can, the spec and templates"
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for more := true; more && len(p.Notes) < 4; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "confit/") || strings.HasPrefix(f.Function, "main.") {
			p.Notes = append(p.Notes, fmt.Sprintf("at %s, line %d", f.Function, f.Line))
		}
	}
	return p
}

// Quoted makes untrusted text fit for a terminal and a CI log: as it is when it
// is plain, else in Go's quotes, without control characters, newlines or "::".
func Quoted(s string) string {
	if plain(s) {
		return s
	}
	return strings.ReplaceAll(strconv.QuoteToGraphic(s), "::", `:\x3a`)
}

func plain(s string) bool {
	if strings.Contains(s, "::") {
		return false
	}
	for _, r := range s {
		if r != ' ' && !strconv.IsGraphic(r) || r == '\uFFFD' {
			return false
		}
	}
	return true
}

// Counted is a number of things.
func Counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// Visible writes out what would steer a terminal; lines and tabs stay.
func Visible(text string) string {
	steers := func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r)
	}
	if !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if steers(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Problemf is a Problem of cause c at pos.
func Problemf(c Cause, code string, pos Pos, format string, args ...any) *Problem {
	return &Problem{Cause: c, Code: code, Pos: pos, Text: fmt.Sprintf(format, args...)}
}
