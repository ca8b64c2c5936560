package template

import (
	"cmp"
	"fmt"
	"text/template/parse"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

// What one template may do and make. An execution that goes beyond is stopped, with
// CauseLimit and the place.
const (
	maxOutput   = 64 << 20 // bytes of one rendered file
	maxText     = 32 << 20 // bytes that go into one function, or come out
	maxMade     = 512 << 20
	maxItems    = 1 << 20 // items of one list
	maxProblems = 20      // missing values reported of one template
	lookEvery   = 1024    // steps from one look at the clock to the next
)

// Limits are what the spec can set of it. The zero value of each is its default.
type Limits struct {
	Template specfile.Size  // bytes of template text; 1 MiB
	Depth    specfile.Count // nested include, template and tpl; 64
}

func (l Limits) withDefaults() Limits {
	const most = 5000 // a stack that doubles cannot be stopped in time
	return Limits{Template: cmp.Or(l.Template, 1<<20), Depth: min(cmp.Or(l.Depth, 64), most)}
}

// stop ends an execution at once: a limit.
type stop struct{ p *diag.Problem }

func (e *eval) limit(at parse.Node, code, text, hint string) {
	e.limitAt(e.start(at), code, text, hint)
}

func (e *eval) limitAt(offset int, code, text, hint string) {
	p := e.problemAt(offset, code, text)
	p.Cause, p.Hint = diag.CauseLimit, hint
	panic(stop{p})
}

// tick counts steps, and stops what has grown too large or taken too long.
func (e *eval) tick(at parse.Node, steps int) {
	if len(e.out) > maxOutput {
		e.limit(at, "output-size", fmt.Sprintf("the output is larger than %d MiB", maxOutput>>20), "look for an endless range")
	}
	if e.steps += steps; e.steps >= lookEvery {
		e.steps = 0
		e.look(at)
	}
}

func (e *eval) look(at parse.Node) {
	if e.late() {
		e.limit(at, "time-limit", "the template did not end within the time limit", "look for an endless range, or raise limits.time")
	}
}

func (e *eval) late() bool { return !e.deadline.IsZero() && time.Now().After(e.deadline) }

// made counts the bytes of what a function made, and the time that took.
func (e *eval) made(at parse.Node, bytes int) {
	e.bytes += bytes
	if bytes > maxText {
		e.limit(at, "text-size", fmt.Sprintf("a function makes more than %d MiB", maxText>>20), "look for a text that grows in a range")
	}
	if e.bytes > maxMade {
		e.limit(at, "text-size", fmt.Sprintf("the functions of the template make more than %d MiB in all", maxMade>>20), "look for a text or a list that grows in a range")
	}
	e.lib.budget.Charge(bytes)
	e.tick(at, bytes>>6)
}

// text counts a text that a function made.
func (e *eval) text(at parse.Node, s string) string {
	e.made(at, len(s))
	return s
}

// grown counts a list or a map that a function made, of n items.
func (e *eval) grown(at parse.Node, n int) {
	if n > maxItems {
		e.limit(at, "list-size", fmt.Sprintf("a list or map of more than %d items", maxItems), "look for a list that grows in a range")
	}
	e.made(at, 16*n)
}
