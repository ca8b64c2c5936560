package template

import (
	"cmp"
	"fmt"
	"text/template/parse"
	"time"

	"confit/render/diag"
	"confit/render/functions"
	"confit/render/specfile"
)

// The limits of one execution. Beyond them it ends with CauseLimit and a place.
const (
	maxOutput     = 64 << 20 // bytes of one rendered file
	maxText       = functions.MaxText
	maxMade       = 512 << 20
	maxItems      = functions.MaxItems
	maxProblems   = 20   // missing values reported of one template
	stepsPerCheck = 1024 // steps from one look at the clock to the next
)

// Limits are the limits that a spec sets. Each has a default for zero.
type Limits struct {
	Template specfile.Size  // bytes of template text; 1 MiB
	Depth    specfile.Count // nested include, template and tpl; 64
}

// WithDefaults replaces each zero by its default.
func (l Limits) WithDefaults() Limits {
	const most = 5000 // a stack that doubles cannot be stopped in time
	return Limits{Template: cmp.Or(l.Template, 1<<20), Depth: min(cmp.Or(l.Depth, 64), most)}
}

// A stop is the panic of a limit: it ends an execution.
type stop struct{ p *diag.Problem }

func (e *eval) limit(at parse.Node, code, text, hint string) {
	e.limitAt(e.start(at), code, text, hint)
}

func (e *eval) limitAt(offset int, code, text, hint string) {
	p := e.problemAt(offset, code, text)
	p.Cause, p.Hint = diag.CauseLimit, hint
	panic(stop{p})
}

// step counts steps, and ends an execution that is too large or takes too long.
func (e *eval) step(at parse.Node, steps int) {
	if len(e.out) > maxOutput {
		e.limit(at, "output-size", fmt.Sprintf("the output is larger than %d MiB", maxOutput>>20), "look for an endless range")
	}
	if e.steps += steps; e.steps >= stepsPerCheck {
		e.steps = 0
		e.checkDeadline(at)
	}
}

func (e *eval) checkDeadline(at parse.Node) {
	if e.pastDeadline() {
		e.limit(at, "time-limit", "the template did not end within the time limit", "look for an endless range, or raise limits.time")
	}
}

func (e *eval) pastDeadline() bool { return !e.deadline.IsZero() && time.Now().After(e.deadline) }

// charge counts the bytes that a function allocated, and the time for them.
func (e *eval) charge(at parse.Node, bytes int) {
	e.charged += bytes
	if bytes > maxText {
		e.limit(at, "text-size", fmt.Sprintf("a function makes more than %d MiB", maxText>>20), "look for a text that grows in a range")
	}
	if e.charged > maxMade {
		e.limit(at, "text-size", fmt.Sprintf("the functions of the template make more than %d MiB in all", maxMade>>20), "look for a text or a list that grows in a range")
	}
	e.engine.budget.Charge(bytes)
	e.step(at, bytes>>6)
}

// chargeText charges for a text that a function made.
func (e *eval) chargeText(at parse.Node, s string) string {
	e.charge(at, len(s))
	return s
}

// chargeItems charges for a list or a map of n items.
func (e *eval) chargeItems(at parse.Node, n int) {
	if n > maxItems {
		e.limit(at, "list-size", fmt.Sprintf("a list or map of more than %d items", maxItems), "look for a list that grows in a range")
	}
	e.charge(at, 16*n)
}
