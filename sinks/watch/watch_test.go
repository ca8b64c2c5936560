package watch

import (
	"strings"
	"testing"
	"time"
)

// TestHealth: a watcher is well after a good round, until its next look is overdue.
func TestHealth(t *testing.T) {
	const interval = 2 * time.Second
	for name, c := range map[string]struct {
		do   func(h *Health)
		age  time.Duration
		well bool
		text string
	}{
		"started":          {func(h *Health) { h.Busy(time.Hour) }, 0, false, "no round has ended yet\n"},
		"failed first":     {func(h *Health) { h.Busy(time.Hour); h.Failed("error: x\n") }, 0, false, "no round has ended well yet; the last one failed:\nerror: x\n"},
		"fresh":            {func(h *Health) { h.Succeeded(); h.Looked(interval) }, 3 * interval, true, "well\n"},
		"overdue":          {func(h *Health) { h.Succeeded(); h.Looked(interval) }, 3*interval + time.Millisecond, false, "the last look was 6.001s ago, and the next one is overdue\n"},
		"in a round":       {func(h *Health) { h.Succeeded(); h.Looked(interval); h.Busy(time.Minute) }, time.Minute, true, "well\n"},
		"in a long round":  {func(h *Health) { h.Succeeded(); h.Looked(interval); h.Busy(time.Minute) }, 61 * time.Second, false, "the last look was 1m1s ago, and the next one is overdue\n"},
		"failed later":     {func(h *Health) { h.Succeeded(); h.Failed("error: x\n"); h.Looked(interval) }, 0, true, "well\nthe last round failed, and the files of an earlier one are published:\nerror: x\n"},
		"not told":         {func(h *Health) { h.Succeeded(); h.Untold("error: x\n"); h.Looked(interval) }, 0, true, "well\nthe application does not know of the published files:\nerror: x\n"},
		"told in the end":  {func(h *Health) { h.Succeeded(); h.Untold("error: x\n"); h.Untold(""); h.Looked(interval) }, 0, true, "well\n"},
		"good in the end":  {func(h *Health) { h.Failed("error: x\n"); h.Succeeded(); h.Looked(interval) }, 0, true, "well\n"},
		"good and overdue": {func(h *Health) { h.Failed("error: x\n"); h.Succeeded(); h.Looked(interval) }, time.Hour, false, "the last look was 1h0m0s ago, and the next one is overdue\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var h Health
			c.do(&h)
			if well, text := h.answerAt(h.at.Add(c.age)); well != c.well || text != c.text {
				t.Errorf("answerAt = %v, %q, want %v, %q", well, text, c.well, c.text)
			}
		})
	}
}

// TestRetry: waits double from the least to a minute, and begin anew after a success.
func TestRetry(t *testing.T) {
	r := Retry{Least: 5 * time.Second}
	if r.Due() {
		t.Error("nothing has failed, and a retry is due")
	}
	var waits []string
	for range 6 {
		r.Failed()
		waits = append(waits, r.Wait.String())
		if r.Due() {
			t.Errorf("a retry is due before %s are over", r.Wait)
		}
	}
	if got, want := strings.Join(waits, " "), "5s 10s 20s 40s 1m0s 1m0s"; got != want {
		t.Errorf("the waits are %s, want %s", got, want)
	}
	r.Now()
	if !r.Due() {
		t.Error("a retry for now is not due")
	}
	r.Reset()
	if r.Due() {
		t.Error("a retry is due after a success")
	}
	r.Failed()
	if r.Wait != 5*time.Second {
		t.Errorf("the wait after a success is %s", r.Wait)
	}
}
