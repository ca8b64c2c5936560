package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"confit/render/diag"
	"confit/sinks/probe"
)

// A health is what a watcher answers to probes. It lives in memory: a watcher that has nothing
// to do writes nothing.
type health struct {
	mu       sync.Mutex
	at       time.Time     // of the last look, or of the start of what takes longer
	patience time.Duration // until the next look is overdue
	well     bool          // a round has ended well
	problem  string        // of the last round; "" for none
	notTold  string        // why the application does not know of what is published; "" for nothing
}

// looked notes a look at the inputs.
func (h *health) looked(interval time.Duration) { h.expect(3 * interval) }

// busy notes the start of something that may take that long.
func (h *health) busy(patience time.Duration) { h.expect(patience) }

func (h *health) expect(patience time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.patience = time.Now(), patience
}

// failed notes the report of a round, and tells whether it is a new one.
func (h *health) failed(report string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	isNew := h.problem != report
	h.problem = report
	return isNew
}

func (h *health) succeeded() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.well, h.problem = true, ""
}

// untold notes the report of a notification; "" for one that was good.
func (h *health) untold(report string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notTold = report
}

// answer says whether the watcher is well: it has published, and its last look is not older
// than three intervals.
func (h *health) answer() (bool, string) { return h.answerAt(time.Now()) }

func (h *health) answerAt(now time.Time) (bool, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	age := now.Sub(h.at)
	var lines []string
	switch {
	case !h.well && h.problem == "":
		lines = append(lines, "no round has ended yet")
	case !h.well:
		lines = append(lines, "no round has ended well yet; the last one failed:", h.problem)
	case age > h.patience:
		lines = append(lines, fmt.Sprintf("the last look was %s ago, and the next one is overdue", age.Round(time.Millisecond)))
	default:
		lines = append(lines, "well")
	}
	if h.well && h.problem != "" {
		lines = append(lines, "the last round failed, and the files of an earlier one are published:", h.problem)
	}
	if h.notTold != "" {
		lines = append(lines, "the application does not know of the published files:", h.notTold)
	}
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\n")
	}
	return h.well && age <= h.patience, strings.Join(lines, "\n") + "\n"
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
