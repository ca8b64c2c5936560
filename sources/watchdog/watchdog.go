package watchdog

import (
	"io"
	"runtime/debug"
	"sync"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

// A Watchdog ends the process at once on a limit or a signal. That is safe until the run
// begins to publish.
type Watchdog struct {
	Budget   diag.Budget // that the run reserves and charges memory of
	Activity diag.Activity
	end      func(*diag.Problem)

	mu         sync.Mutex
	publishing bool // the sinks handle signals themselves
	off        bool // no limit holds any more
	heap       heap
	heapTimer  *time.Timer // until the next check of the heap
	started    time.Time
	timeLimit  time.Duration // of the whole run
	deadline   time.Time
	timeTimer  *time.Timer // until the time limit
	waitsSince time.Time   // for remotes
}

// Limits are those of a spec.
type Limits struct {
	Time       time.Duration
	Heap       specfile.Size // 0 is the default
	OnlyLowers bool          // the default of Heap, which depends on the values, holds where it is less
}

// The first check of the heap comes late, when most runs are over. The nearer the heap is
// to its limit, the sooner comes the next check.
const (
	maxCheck = 20 * time.Millisecond
	minCheck = 2 * time.Millisecond
)

// New makes a watchdog that calls end to end the process.
func New(end func(*diag.Problem)) *Watchdog {
	w := &Watchdog{end: end}
	w.Budget.OnReserve = func(bytes int) { w.spend(bytes, 0) }
	w.Budget.OnCharge = func(bytes int) { w.spend(0, bytes) }
	return w
}

// Start begins to hold the run to its limits. Before the spec is read, only the time limit
// is known.
func (w *Watchdog) Start(timeLimit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started, w.timeLimit = time.Now(), timeLimit
	w.setTimer()
	w.heap.gcPercent = debug.SetGCPercent(patientGC)
	w.heapTimer = time.AfterFunc(maxCheck, w.checkHeap)
}

// Restart begins another run in this process: that of a container with a memory limit of so
// many bytes; 0 is none.
func (w *Watchdog) Restart(memory int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started = time.Now()
	w.setTimer()
	w.heap.restart(specfile.Size(memory))
}

// Limit holds the run to the limits of its spec from here on.
func (w *Watchdog) Limit(l Limits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timeLimit, w.heap.configured, w.heap.onlyLowers = l.Time, l.Heap, l.OnlyLowers
	w.setTimer()
}

// setTimer starts the timer of the time limit anew. Templates look at the deadline
// themselves; the timer ends a long call of a library half a second later.
func (w *Watchdog) setTimer() {
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

// Wait stops the time of the run while it waits for remotes, which have a time limit of
// their own, or for a reader of stdout.
func (w *Watchdog) Wait(on bool) {
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

// ValuesLoaded notes that the values are loaded: from here on the heap limit is that of the
// templates.
func (w *Watchdog) ValuesLoaded() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heap.loaded = true
}

// checkHeap ends the run if its heap is too large, and else sets the time of the next check.
func (w *Watchdog) checkHeap() {
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
func (w *Watchdog) spend(reserved, charged int) {
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
func (w *Watchdog) problem(check func() *diag.Problem) *diag.Problem {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.off {
		return nil
	}
	return check()
}

// Memory is how many bytes are left, where the container or limits: sets a limit; else 0.
func (w *Watchdog) Memory() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heap.sample()
	if w.heap.container == 0 && w.heap.configured == 0 {
		return 0
	}
	return max(1, int64(w.heap.limit-w.heap.inUse))
}

// exceeded ends the run with the problem of a limit, and names the work in progress.
func (w *Watchdog) exceeded(p *diag.Problem) {
	if work := w.Activity.String(); work != "" {
		p.Text += "; at work: " + work
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.off {
		w.end(p)
	}
}

// Stop lifts the limits: the run has only to print its report.
func (w *Watchdog) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = true
	for _, t := range []*time.Timer{w.heapTimer, w.timeTimer} { // which hold all that the run holds
		if t != nil {
			t.Stop()
		}
	}
}

// Deadline is the end of the time of the run. Templates look at it themselves.
func (w *Watchdog) Deadline() time.Time { return w.deadline }

// Armed tells whether a limit can still end the run: it has not begun to publish, and is not
// over.
func (w *Watchdog) Armed() bool { return !w.off }

// Publishing tells whether the run publishes, or has published.
func (w *Watchdog) Publishing() bool { return w.publishing }

// PublishingStarted lifts the limits for good, and leaves signals to the sinks.
func (w *Watchdog) PublishingStarted() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off, w.publishing = true, true
}

// Interrupt ends the run on a signal.
func (w *Watchdog) Interrupt(p *diag.Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.publishing {
		w.end(p)
	}
}

// Untimed is a stream whose reader may take as long as it likes: a pager, say.
type Untimed struct {
	To       io.Writer
	Watchdog *Watchdog
}

func (u Untimed) Write(text []byte) (int, error) {
	u.Watchdog.Wait(true)
	defer u.Watchdog.Wait(false)
	return u.To.Write(text)
}
