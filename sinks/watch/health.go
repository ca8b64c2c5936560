package watch

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// A Health is what a watcher answers to probes. It lives in memory: a watcher that has nothing
// to do writes nothing.
type Health struct {
	mu       sync.Mutex
	at       time.Time     // of the last look, or of the start of what takes longer
	patience time.Duration // until the next look is overdue
	well     bool          // a round has ended well
	problem  string        // of the last round; "" for none
	notTold  string        // why the application does not know of what is published; "" for nothing
}

// Looked notes a look at the inputs.
func (h *Health) Looked(interval time.Duration) { h.expect(3 * interval) }

// Busy notes the start of something that may take that long.
func (h *Health) Busy(patience time.Duration) { h.expect(patience) }

func (h *Health) expect(patience time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.patience = time.Now(), patience
}

// Failed notes the report of a round, and tells whether it is a new one.
func (h *Health) Failed(report string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	isNew := h.problem != report
	h.problem = report
	return isNew
}

// Succeeded notes a round that has ended well.
func (h *Health) Succeeded() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.well, h.problem = true, ""
}

// Untold notes the report of a notification; "" for one that was good.
func (h *Health) Untold(report string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notTold = report
}

// Answer says whether the watcher is well: it has published, and its last look is not older
// than three intervals.
func (h *Health) Answer() (bool, string) { return h.answerAt(time.Now()) }

func (h *Health) answerAt(now time.Time) (bool, string) {
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
