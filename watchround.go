package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"confit/render/diag"
	"confit/sinks"
)

// A round is what a run knows of the watcher that it is a part of.
type round struct {
	first bool  // of the watcher
	spec  *spec // nil until it is read

	receipts bool // publishing leaves a receipt
}

// A roundResult is what a round has done.
type roundResult struct {
	untold []sinks.Dir // sinks of which the application is to be told
	exit   int         // the status to end with; 0 to go on
}

// take prepares a spec for a round. A start jitter is for many pods that start together.
func (r *round) take(sp *spec) {
	r.spec = sp
	for i := range sp.Sources {
		if !r.first {
			sp.Sources[i].StartJitter = 0
		}
	}
}

// exitsOnChange tells whether the round writes nothing.
func (r *round) exitsOnChange() bool { return r != nil && r.spec != nil && r.spec.Watch.Exit > 0 }

// runRound is the pipe of render. A watcher that only looks compares in place of publishing.
func (c *confit) runRound() (roundResult, error) {
	start := time.Now()
	s, err := c.renderAllOrFail()
	if err != nil {
		return roundResult{}, err
	}
	all, err := s.deliveries()
	if err != nil {
		return roundResult{}, err
	}
	if c.round.exitsOnChange() {
		return c.compareOnly(all)
	}
	before := c.receipts(all)
	quiet := before == sinks.NoReceipt && c.round.first
	c.round.receipts = c.round.spec.Watch.Notifier != nil && !quiet
	total, err := s.publish()
	if err != nil {
		return roundResult{}, err
	}
	c.summary(s, total, time.Since(start))
	if quiet {
		for _, d := range all { // from here on, a new watcher goes on where this one ends
			_ = d.dir.SetReceipt(c.ctx, sinks.Told) // a read-only mount holds none
		}
	}
	changed := total.Created+total.Updated+total.Removed > 0
	var done roundResult
	if c.round.receipts && (changed || before == sinks.Untold) {
		for _, d := range all {
			done.untold = append(done.untold, d.dir)
		}
	}
	return done, nil
}

// receipts is what the sinks together say: that something is untold, that all is told, or
// nothing. Where nobody is to be told, all is.
func (c *confit) receipts(all []delivery) sinks.Receipt {
	if c.round.spec.Watch.Notifier == nil {
		return sinks.Told
	}
	found := sinks.NoReceipt
	for _, d := range all {
		switch r := d.dir.Receipt(); {
		case r == sinks.Untold:
			return r
		case r == sinks.Told:
			found = r
		}
	}
	return found
}

// compareOnly compares the outputs with what is published. If anything differs, the watcher ends: the
// kubelet runs the init containers again, and one of them publishes.
func (c *confit) compareOnly(all []delivery) (roundResult, error) {
	if err := requireOutputs(all); err != nil {
		return roundResult{}, err
	}
	var plans []*sinks.Plan
	published := false
	var differ []string
	for _, d := range all {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return roundResult{}, err
		}
		plans = append(plans, plan)
		published = published || plan.Unchanged > 0
		for _, change := range plan.Changes {
			published = published || change.Kind != sinks.Create
			differ = append(differ, change.Path)
		}
	}
	if err := c.refusals(plans); err != nil {
		return roundResult{}, err
	}
	if len(differ) > 0 && !published {
		return roundResult{}, &diag.Problem{
			Cause: diag.CauseInput, Code: "watch-exit", Text: "nothing is published in " + diag.Quoted(all[0].dir.Path) + " yet, and with exit: the watcher publishes nothing",
			Hint: "let an init container run confit render with the same spec first, and mount the same volume here",
		}
	}
	if len(differ) == 0 {
		return roundResult{}, nil
	}
	exit := int(c.round.spec.Watch.Exit)
	c.console.Info(names(differ) + " would change: the watcher ends with status " + strconv.Itoa(exit) + ", so that the init containers run again")
	if c.round.first {
		c.console.Notice("this was the first look: if that happens again and again, the init container has other arguments, variables or mounts than the watcher")
	}
	return roundResult{exit: exit}, nil
}

// patience is the time that a round may take before it counts as hanging.
func (c *confit) patience(sp *spec) time.Duration {
	const reserve = 10 * time.Second
	if sp == nil {
		return c.set.timeout + c.set.lockTimeout + reserve
	}
	all := sp.Limits.Time + c.set.lockTimeout + reserve
	if sp.hasGit() {
		all += sp.Limits.sources().WithDefaults().Git.Time
	}
	return all
}

// signalled is the problem of the signal that has ended a context.
func signalled(ctx context.Context) *diag.Problem {
	var p *diag.Problem
	errors.As(context.Cause(ctx), &p)
	return p
}
