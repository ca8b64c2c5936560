package diag

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Cause is the kind of a problem. Each has one exit status.
type Cause uint8

// The causes. Of several in one run, the first in this order decides the exit status.
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

// statuses are the exit statuses after sysexits.h, by cause.
var statuses = [...]int{
	CauseSpec:    78,
	CauseInput:   66,
	CauseTrust:   77,
	CauseRemote:  69,
	CauseLimit:   76,
	CauseData:    65,
	CauseInWay:   73,
	CauseIO:      74,
	CauseBusy:    75,
	CauseUsage:   64,
	CauseSignal:  128,
	CauseUnknown: 70,
}

// Status is the exit status of a run that the cause ends.
func (c Cause) Status() int { return statuses[c] }

// IsStatus tells whether a run may end with the status because of a problem.
func IsStatus(n int) bool { return slices.Contains(statuses[:], n) }

// A Problem is an error that a user can act on: where, what, and what to do. Its texts hold
// names and positions, never a value of a source.
type Problem struct {
	Cause  Cause
	Code   string // a stable name, like "missing-value"
	Pos    Pos    // the place; the zero Pos for none
	Text   string // what is wrong, lower case, no full stop
	Source string // the line at Pos, if it may be shown
	Notes  []string
	Seen   []Mention // places that notes tell of
	Hint   string    // what to do about it
	Err    error     // the cause, if any; its text is not shown
}

// A Mention is a note that ends in a place.
type Mention struct {
	Text string
	Pos  Pos
}

// AllNotes are the notes, and those that end in a place.
func (p *Problem) AllNotes() []string {
	all := p.Notes[:len(p.Notes):len(p.Notes)]
	for _, m := range p.Seen {
		by := " at "
		if strings.HasPrefix(m.Pos.File, "env ") {
			by = " by "
		}
		all = append(all, m.Text+by+m.Pos.String())
	}
	return all
}

// Problemf makes a problem, with its text in the format of fmt.
//
//go:noinline
func Problemf(c Cause, code string, pos Pos, format string, args ...any) *Problem {
	return &Problem{Cause: c, Code: code, Pos: pos, Text: fmt.Sprintf(format, args...)}
}

// Error is "file:line:col: text".
func (p *Problem) Error() string {
	if p.Pos.File == "" {
		return p.Text
	}
	return p.Pos.String() + ": " + p.Text
}

// Unwrap returns Err.
func (p *Problem) Unwrap() error { return p.Err }

// Problems lists the problems that err joins, in order, each once. Any other error becomes
// a problem of cause c.
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
