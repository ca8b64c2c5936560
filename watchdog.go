package main

import (
	"io"
	"runtime/debug"
	"sync"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

// A watchdog ends the process at once on a limit or a signal. That is safe until the run
// begins to publish.
type watchdog struct {
	budget  diag.Budget // that the run reserves and charges memory of
	running diag.Activity
	end     func(*diag.Problem)

	mu         sync.Mutex
	committing bool // the sinks handle signals themselves
	off        bool // no limit holds any more
	heap       heap
	heapTimer  *time.Timer // until the next check of the heap
	started    time.Time
	timeLimit  time.Duration // of the whole run
	deadline   time.Time
	timeTimer  *time.Timer // until the time limit
	waitsSince time.Time   // for remotes
}

// The first check of the heap comes late, when most runs are over. The nearer the heap is
// to its limit, the sooner comes the next check.
const (
	maxCheck = 20 * time.Millisecond
	minCheck = 2 * time.Millisecond
)

func newWatchdog(end func(*diag.Problem)) *watchdog {
	w := &watchdog{end: end}
	w.budget.OnReserve = func(bytes int) { w.spend(bytes, 0) }
	w.budget.OnCharge = func(bytes int) { w.spend(0, bytes) }
	return w
}

// start begins to hold the run to its limits. Before the spec is read, only the time limit
// is known.
func (w *watchdog) start(timeLimit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started, w.timeLimit = time.Now(), timeLimit
	w.setTimer()
	w.heap.gcPercent = debug.SetGCPercent(patientGC)
	w.heapTimer = time.AfterFunc(maxCheck, w.checkHeap)
}

// restart begins another run in this process: that of a container with a memory limit of so
// many bytes; 0 is none.
func (w *watchdog) restart(memory int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started = time.Now()
	w.setTimer()
	w.heap.restart(specfile.Size(memory))
}

// limit holds the run to the limits of its spec from here on.
func (w *watchdog) limit(l limits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timeLimit, w.heap.configured, w.heap.onlyLowers = l.Time, l.Heap, l.heapOnlyLowers
	w.setTimer()
}

// setTimer starts the timer of the time limit anew. Templates look at the deadline
// themselves; the timer ends a long call of a library half a second later.
func (w *watchdog) setTimer() {
	if w.timeTimer != nil {
		w.timeTimer.Stop()
	}
	limit := w.timeLimit
	w.deadline = w.started.Add(limit)
	w.timeTimer = time.AfterFunc(time.Until(w.deadline)+500*time.Millisecond, func() {
		w.exceeded(&diag.Problem{
			Cause: diag.CauseLimit, Code: "time-limit", Text: "the run did not end within " + limit.String(),
			Hint: "look for a template that does not end or a file that is slow to read, or raise limits: {time: …}",
		})
	})
}

// wait stops the time of the run while it waits for remotes, which have a time limit of
// their own, or for a reader of stdout.
func (w *watchdog) wait(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if on {
		w.waitsSince = time.Now()
		w.timeTimer.Stop()
		return
	}
	w.started = w.started.Add(time.Since(w.waitsSince))
	w.setTimer()
}

// loaded notes that the values are loaded: from here on the heap limit is that of the templates.
func (w *watchdog) loaded() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heap.loaded = true
}

// checkHeap ends the run if its heap is too large, and else sets the time of the next check.
func (w *watchdog) checkHeap() {
	if p := w.problem(w.heap.check); p != nil {
		w.exceeded(p)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.off {
		w.heapTimer.Reset(w.heap.nextCheck())
	}
}

// spend ends the run if the memory does not suffice, even after the collector has given all
// garbage back to the kernel. A check every now and then would miss a large text.
func (w *watchdog) spend(reserved, charged int) {
	spend := func() *diag.Problem { return w.heap.spend(specfile.Size(reserved), specfile.Size(charged)) }
	if w.problem(spend) == nil {
		return
	}
	debug.FreeOSMemory()
	if p := w.problem(spend); p != nil {
		w.exceeded(p)
	}
}

// problem gives the problem that a check of the heap finds. Once the limits are off, only
// the sinks are at work, and nothing is checked.
func (w *watchdog) problem(check func() *diag.Problem) *diag.Problem {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.off {
		return nil
	}
	return check()
}

// memory is how many bytes are left, where the container or limits: sets a limit; else 0.
func (w *watchdog) memory() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heap.sample()
	if w.heap.container == 0 && w.heap.configured == 0 {
		return 0
	}
	return max(1, int64(w.heap.limit-w.heap.inUse))
}

// exceeded ends the run with the problem of a limit, and names the work in progress.
func (w *watchdog) exceeded(p *diag.Problem) {
	if work := w.running.String(); work != "" {
		p.Text += "; at work: " + work
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.off {
		w.end(p)
	}
}

// stop lifts the limits: the run has only to print its report.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = true
	for _, t := range []*time.Timer{w.heapTimer, w.timeTimer} { // which hold all that the run holds
		if t != nil {
			t.Stop()
		}
	}
}

// commit notes that publishing begins: from here on neither a limit nor a signal ends the run.
func (w *watchdog) commit() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off, w.committing = true, true
}

// interrupt ends the run on a signal.
func (w *watchdog) interrupt(p *diag.Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.committing {
		w.end(p)
	}
}

// untimed is a stream whose reader may take as long as it likes: a pager, say.
type untimed struct {
	to       io.Writer
	watchdog *watchdog
}

func (u untimed) Write(text []byte) (int, error) {
	u.watchdog.wait(true)
	defer u.watchdog.wait(false)
	return u.to.Write(text)
}
