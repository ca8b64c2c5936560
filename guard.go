package main

import (
	"runtime/debug"
	"sync"
	"time"

	"confit/render"
)

// A guard ends the process at once on a limit or a signal, which is safe as long as
// nothing is being published.
type guard struct {
	mu         sync.Mutex
	committing bool // signals are for the sinks to look at
	lifted     bool // limits hold no longer
	begun      time.Time
	time       time.Duration // of the whole run
	waiting    time.Time     // since when, for remotes
	deadline   time.Time
	timer      *time.Timer // of the time limit
	watch      *time.Timer // of the next look at the heap
	heap       heapWatch
	running    render.Running
	end        func(*render.Problem)
}

// The heap is first looked at late, when most runs are over, and sooner the nearer it is to
// its limit.
const (
	lateLook = 20 * time.Millisecond
	soonLook = 2 * time.Millisecond
)

// start begins to hold the run to its limits; until the spec is read, time is all that
// is known of them.
func (g *guard) start(limit time.Duration) {
	g.begun = time.Now()
	g.within(limit)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heap.usual = debug.SetGCPercent(patientGC)
	g.watch = time.AfterFunc(lateLook, g.look)
}

// limit holds the run to the limits of its spec from here on.
func (g *guard) limit(l limits) {
	g.within(l.Time)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heap.own = l.Heap
}

// within sets the time of the whole run. Templates look at the deadline themselves. What
// does not, like one long call of a library, is ended half a second later.
func (g *guard) within(limit time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.time = limit
	g.arm()
}

func (g *guard) arm() {
	if g.timer != nil {
		g.timer.Stop()
	}
	limit := g.time
	g.deadline = g.begun.Add(limit)
	g.timer = time.AfterFunc(time.Until(g.deadline)+500*time.Millisecond, func() {
		g.exceeded(&render.Problem{
			Cause: render.CauseLimit, Code: "time-limit", Text: "the run did not end within " + limit.String(),
			Hint: "look for a template that does not end or a file that is slow to read, or raise limits: {time: …}",
		})
	})
}

// wait leaves out of the time of the run what it waits for remotes, which have a time of
// their own.
func (g *guard) wait(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if on {
		g.waiting = time.Now()
		g.timer.Stop()
		return
	}
	g.begun = g.begun.Add(time.Since(g.waiting))
	g.arm()
}

// resume holds a run to its limits that is done anew, as nothing was published.
func (g *guard) resume() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lifted, g.committing = false, false
	g.begun = time.Now()
	g.arm()
	g.watch.Reset(soonLook)
}

// loaded says that the values are there: what is made from here on is the templates'.
func (g *guard) loaded() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heap.loaded = true
}

// look ends the run if its heap is too large.
func (g *guard) look() {
	if p := g.ask(g.heap.look); p != nil {
		g.exceeded(p)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.lifted {
		g.watch.Reset(g.heap.again())
	}
}

// room is asked for what is about to be made, and told of what was: a look every now and
// then would miss either. What is garbage is collected first, and given back: what does not
// fit where it was would come on top of it.
func (g *guard) room(coming, made int) {
	fits := func() *render.Problem { return g.heap.room(render.Size(coming), render.Size(made)) }
	if g.ask(fits) == nil {
		return
	}
	debug.FreeOSMemory()
	if p := g.ask(fits); p != nil {
		g.exceeded(p)
	}
}

// ask asks nothing once the limits are lifted: nobody but the sinks is at work then.
func (g *guard) ask(about func() *render.Problem) *render.Problem {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lifted {
		return nil
	}
	return about()
}

// exceeded ends the run with the problem of a limit, and names what it was busy with.
func (g *guard) exceeded(p *render.Problem) {
	if what := g.running.String(); what != "" {
		p.Text += "; at work: " + what
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.lifted {
		g.end(p)
	}
}

// stop lifts the limits: what remains is to show or publish what was made.
func (g *guard) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lifted = true
}

// commit says that publishing begins: from here on a run ends by itself.
func (g *guard) commit() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lifted, g.committing = true, true
}

func (g *guard) interrupt(p *render.Problem) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.committing {
		g.end(p)
	}
}
