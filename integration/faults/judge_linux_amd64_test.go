package faults

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// judge says what is wrong with what a struck run left behind.
func judge(before, after, want look, e end) (bad []string) {
	report := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	_, journal := after[".confit-default/journal.json"]
	_, resumes := before[".confit-default/journal.json"]
	unchanged := before.visible().identical(after.visible())
	done := after.visible().same(want.visible())
	status := e.ws.ExitStatus()
	if strings.Contains(e.log, secret) {
		report("the secret is in the messages")
	}
	switch {
	case e.ws.Signaled() && e.ws.Signal() == e.signal && (e.signal == syscall.SIGKILL || unchanged): // before confit asked to be told
	case e.ws.Signaled() || !slices.Contains(statuses, status):
		report("it crashed or hung")
	case status == 0 && !done:
		report("it ends well and leaves %v, want %v", after.visible(), want.visible())
	case (strings.Contains(e.log, "nothing was written") || strings.Contains(e.log, "nothing in ")) && !unchanged:
		report("it says that nothing was changed, and leaves %v, had %v", after.visible(), before.visible())
	case status > 0 && !unchanged && !done && (!journal || status != 74):
		report("it ends half done and does not say so: %v", after.visible())
	case status > 0 && e.short:
		report("it takes a short read or write for a failure")
	case status > 0 && e.errno != 0 && !e.on && unchanged && !journal && !resumes && after.more(before):
		report("it leaves behind %v", after)
	case status == 0 && e.errno != 0 && slices.Contains(checked, e.struck):
		report("it takes no notice")
	}
	return append(bad, whole(before, after, want)...)
}

// checked are the calls whose failure no run may overlook.
var checked = []string{"fchmod", "fsync", "syncfs", "mkdirat", "renameat", "flock"}

// statuses are those that a struck run may end with.
var statuses = []int{0, 64, 66, 69, 73, 74, 75, 76, 78, 128 + int(syscall.SIGINT), 128 + int(syscall.SIGTERM)}

// whole checks each path: its content is the old or the new, it is there if it is
// on both sides, and no secret is readable by more than its output is.
func whole(before, after, want look) (bad []string) {
	for p, it := range after {
		old, new := before[p], want[p]
		if strings.Contains(it.text, secret) && it.mode.Perm()&^0o640 != 0 {
			bad = append(bad, fmt.Sprintf("%s has mode %v and holds the secret", p, it.mode))
		}
		if strings.HasPrefix(p, ".confit-") {
			if it.mode.Perm()&^0o700 != 0 && it.mode.IsDir() {
				bad = append(bad, fmt.Sprintf("others can enter %s", p))
			}
			continue
		}
		if it.mode.IsDir() && it.mode&^(old.mode|new.mode) == 0 {
			continue
		}
		if it != old && (it.text != new.text || it.mode != new.mode) {
			bad = append(bad, fmt.Sprintf("%s is neither old nor new: %v", p, it))
		}
	}
	for p, old := range before.visible() {
		new, stays := want[p]
		if now, ok := after[p]; stays && new.mode.IsDir() == old.mode.IsDir() && !ok {
			bad = append(bad, p+" is gone")
		} else if text, ok := foreign[p]; ok && (now != old || now.text != text) {
			bad = append(bad, p+" is not ours and was touched")
		}
	}
	return bad
}

// next says what is wrong with the run after one that left this world, which has to
// get to where an undisturbed one would have been. Of worlds that look the same one
// is run.
func (w *world) next(after, want look) string {
	key := after.key()
	w.mu.Lock()
	bad, known := w.seen[key]
	w.mu.Unlock()
	if known {
		return bad
	}
	status, log := w.run("new.yaml", "1ms")
	last, err := see(w.path(""))
	switch {
	case err != nil:
		bad = err.Error()
	case status != 0 || strings.Contains(log, secret):
		bad = fmt.Sprintf("the next run ends %d: %s", status, log)
	case !last.same(want):
		bad = fmt.Sprintf("the next run leaves %v, want %v", last, want)
	}
	w.mu.Lock()
	w.seen[key] = bad
	w.mu.Unlock()
	return bad
}
