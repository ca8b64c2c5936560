package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"confit/render/diag"
	"confit/sinks"
	"confit/sinks/probe"
	"confit/sinks/watch"
	"confit/sources"
)

// A watcher repeats the run of render when an input has changed. Each round is a run of its
// own, with limits of its own. What a watcher keeps is small: what the last round has read, and
// whether the application knows of what is published.
type watcher struct {
	*confit // its settings, messages and signals; it runs no pipe itself

	spec        watch.Section   // of the last spec that was read
	inputs      sources.Inputs  // that the last round has read
	seen        []sources.State // the state that the last round has seen
	next        []sources.State // another state, which the last look has seen
	looks       int             // at states that differ, in a row
	first       bool            // no round has ended yet
	said        bool            // what is watched
	gitAt       time.Time       // when branches are looked up; zero for never
	roundRetry  watch.Retry     // of a round that failed
	notifyRetry watch.Retry     // of a notification that failed
	untold      []sinks.Dir     // where files were published that the application was not told of
	health      watch.Health
	patience    time.Duration // with a round
}

// maxLooks bounds how long a watcher waits for two looks that agree. A run reads volumes in
// one generation, however often they change.
const maxLooks = 10

// An exitStatus ends the process with a status, and without a message.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("status %d", int(e)) }

// watch renders, and renders again after each change of an input, until a signal ends it.
func (c *confit) watch([]string) error {
	if c.set.check {
		return c.checkWatcher()
	}
	if c.set.out == "-" {
		return usagef("--out - is for render; watch writes to a directory", "")
	}
	c.watchdog.PublishingStarted() // a signal ends no round from here; each round has its own watchdog
	<-c.signalsReady
	w := &watcher{confit: c, first: true, patience: c.patience(nil), roundRetry: watch.Retry{Least: 5 * time.Second}, notifyRetry: watch.Retry{Least: time.Second}}
	if err := w.spec.Set(c.set.watch); err != nil {
		return err
	}
	listener, err := probe.Listen(w.health.Answer, c.watcherKey()...)
	if err != nil {
		return notListening(err)
	}
	defer listener.Close()
	return w.run()
}

// run alternates rounds and waits.
func (w *watcher) run() error {
	for {
		if err := w.round(); err != nil {
			return err
		}
		debug.FreeOSMemory() // what a round took is not needed until the next
		for !w.due() {
			if w.tell() {
				debug.FreeOSMemory()
			}
			if err := w.sleep(); err != nil {
				return err
			}
		}
	}
}

// sleep waits until the next look. It returns the problem of a signal.
func (w *watcher) sleep() error {
	wait := w.spec.Every()
	if w.looks > 0 {
		wait /= 2 // the second look of two that are to agree
	}
	select {
	case <-w.ctx.Done():
		return signalled(w.ctx)
	case <-time.After(wait):
		return nil
	}
}

// due looks at the inputs. It tells whether it is time for a round: the inputs have changed
// and two looks agree, a branch may have moved, or the last round has failed.
func (w *watcher) due() bool {
	now := w.inputs.Look()
	w.health.Looked(w.spec.Every())
	switch {
	case slices.Equal(now, w.seen):
		w.next, w.looks = nil, 0
	case w.looks > 0 && slices.Equal(now, w.next), w.looks >= maxLooks:
		w.roundRetry.Reset()
		return true
	default:
		w.next = now
		w.looks++
	}
	return w.looks == 0 && (w.roundRetry.Due() || !w.gitAt.IsZero() && !time.Now().Before(w.gitAt))
}

// round runs the pipe once. It returns an error only to end the watcher.
func (w *watcher) round() error {
	c := w.newRound()
	stop := context.AfterFunc(w.ctx, func() {
		c.watchdog.Interrupt(signalled(w.ctx))
	})
	w.health.Busy(w.patience)
	c.watchdog.Start(w.set.timeout)
	var done roundResult
	err := diag.CatchPanic(func() (err error) {
		done, err = c.runRound()
		return err
	})
	c.watchdog.Stop()
	c.dropSpool()
	stop()
	w.first = false
	if w.ctx.Err() != nil {
		return signalled(w.ctx)
	}
	w.ended(c, done, err)
	if err == nil && done.exit != 0 {
		return exitStatus(done.exit)
	}
	return nil
}

// newRound makes the run of a round.
func (w *watcher) newRound() *confit {
	c := newConfit(w.sys)
	c.console, c.verb, c.flags, c.set = w.console, w.verb, w.flags, w.set
	c.ctx, c.signalsReady = w.ctx, w.signalsReady
	c.machine = w.machine
	c.machine.Activity, c.machine.Budget, c.machine.Inputs = &c.watchdog.Activity, &c.watchdog.Budget, &w.inputs
	c.round = &round{first: w.first}
	return c
}

// ended takes in what a round has done.
func (w *watcher) ended(c *confit, done roundResult, err error) {
	w.seen, w.next, w.looks = w.inputs.Read(), nil, 0
	w.gitAt = time.Time{}
	if c.round.spec != nil {
		w.spec, w.patience = c.round.spec.Watch, c.patience(c.round.spec)
		if slices.ContainsFunc(c.round.spec.Sources, func(s sources.Spec) bool { return s.Moves() }) {
			w.gitAt = time.Now().Add(jittered(w.spec.GitEvery()))
		}
	}
	if err != nil {
		w.roundRetry.Failed()
		if text, _ := c.errorText(err); w.health.Failed(text) {
			w.print(text)
		} else {
			w.console.Info("the run fails as before")
		}
		return
	}
	if !w.said {
		volumes, others := w.inputs.Volumes()
		w.console.Info(fmt.Sprintf("watching %s and %s, every %s", diag.Plural(volumes, "volume"), diag.Plural(others, "other path"), w.spec.Every()))
	}
	w.said = true
	w.roundRetry.Reset()
	w.health.Succeeded()
	if len(done.untold) > 0 {
		w.untold = done.untold
		w.notifyRetry.Now()
	}
}

// tell tells the application of what is published, if it is time to, and whether it has tried.
func (w *watcher) tell() bool {
	if len(w.untold) == 0 || !w.notifyRetry.Due() {
		return false
	}
	if w.spec.Notifier == nil { // the spec says no longer how
		w.untold = nil
		return false
	}
	w.health.Busy(2 * time.Minute)
	said, err := w.spec.Notifier.Notify(w.ctx)
	if w.ctx.Err() != nil {
		return true
	}
	if err != nil {
		w.notifyRetry.Failed()
		p := diag.Problems(err, diag.CauseRemote)[0]
		p.Notes = append(p.Notes, "the files are published; the next try is in "+w.notifyRetry.Wait.String())
		text, _ := w.errorText(p)
		w.health.Untold(text)
		w.console.Print(text)
		return true
	}
	w.health.Untold("")
	for _, d := range w.untold {
		if err := d.SetReceipt(w.ctx, sinks.Told); err != nil {
			w.console.Notice("a watcher that starts anew will notify once more: " + err.Error())
		}
	}
	w.untold = nil
	w.console.Info("notified: " + said)
	return true
}

// jittered is about as long as d: replicas that start together do not ask a server together.
func jittered(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// names lists a few names.
func names(all []string) string {
	const few = 3
	if len(all) > few {
		return diag.QuotedList(all[:few]) + fmt.Sprintf(" and %d more", len(all)-few)
	}
	return strings.TrimSpace(diag.QuotedList(all))
}

// watcherKey is what a watcher and the probes that ask for it have in common: the command line
// says the same, and the spec may be broken by now.
func (c *confit) watcherKey() []string {
	config := c.set.config
	if config != "" {
		config = c.absolute(config)
	}
	out := c.set.out
	if out != "" {
		out = c.absolute(out)
	}
	return []string{"watch", config, out}
}

// checkWatcher asks the watcher of this container whether it is well.
func (c *confit) checkWatcher() error {
	v := *c.verb
	v.writes = false // the termination log is the watcher's
	c.verb = &v
	well, text, err := probe.Ask(c.watcherKey()...)
	if err != nil {
		return &diag.Problem{
			Cause: diag.CauseRemote, Code: "watch-check", Text: "no watcher answers: " + err.Error(),
			Hint: "run the check in the container of the watcher, with its -c and --out, and as its user",
		}
	}
	if _, err := io.WriteString(c.stdout, text); err != nil || well {
		return err
	}
	return &diag.Problem{Cause: diag.CauseRemote, Code: "watch-check", Text: "the watcher is not well"}
}

// notListening is the problem of a watcher that no probe could ask.
func notListening(err error) error {
	p := &diag.Problem{Cause: diag.CauseIO, Code: "watch-check", Text: "the socket for --check cannot be opened: " + err.Error(), Err: err}
	if errors.Is(err, probe.ErrTaken) {
		p.Cause, p.Text, p.Hint = diag.CauseBusy, "another watcher of the same spec runs in this container", "end it, or name another spec with -c"
	}
	return p
}
