package faults

import (
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestNoop looks at the calls of a run that has nothing to do.
func TestNoop(t *testing.T) {
	w := newScene(t, scenario{old: newSet, new: newSet}).world(t)
	defer w.end()
	e, err := w.struck(strike{}, nil)
	must(t, err)
	for _, name := range e.names {
		if slices.Contains(changing, name) {
			t.Errorf("a run with nothing to change calls %s: %s", name, e.log)
		}
	}
	if e.writes > 0 || !strings.Contains(e.log, "0 created, 0 updated, 0 removed") {
		t.Errorf("a run with nothing to change opens %d files for writing: %s", e.writes, e.log)
	}
}

// TestDurable looks at the order of calls: what is written is synced before the journal
// is renamed to its name, the journal after that, and the changed directories before
// the manifest is.
func TestDurable(t *testing.T) {
	all := scenarios()
	for _, s := range []scenario{all[0], update, portably(update), all[len(all)-1]} {
		w := newScene(t, s).world(t)
		defer w.end()
		e, err := w.struck(strike{}, nil)
		must(t, err)
		synced := func(calls string) int {
			return strings.Count(calls, " fsync ") + e.writes*strings.Count(calls, " syncfs ")
		}
		before, after, _ := strings.Cut(" "+strings.Join(e.names, "  ")+" ", " renameat ")
		journal, after, _ := strings.Cut(after, " close ")
		during := after[:max(strings.LastIndex(after, " renameat "), 0)] // the manifest's
		changed := max(strings.LastIndex(during, " renameat2 "), strings.LastIndex(during, " unlinkat "), 0)
		switch {
		case synced(before) <= e.writes: // the stage itself, too
			t.Errorf("%s: %d files are written, not all are synced before the commit: %v", s.name, e.writes, e.names)
		case synced(journal) != 1:
			t.Errorf("%s: the journal is not synced: %v", s.name, e.names)
		case synced(during[changed:]) == 0:
			t.Errorf("%s: the changes are not synced: %v", s.name, e.names)
		}
	}
}

// TestHeld stops a run that holds the lock. One that does not wait is told so; ten
// that wait go on when it dies.
func TestHeld(t *testing.T) {
	s := newScene(t, update)
	want, run := s.undisturbed(t)
	w := s.world(t)
	defer w.end()
	var all sync.WaitGroup
	e, err := w.struck(strike{at: run.begin + slices.Index(run.names[run.begin:], "linkat"), signal: syscall.SIGKILL, act: func() {
		if status, out := w.run("new.yaml", "1ms"); status != 75 {
			t.Errorf("beside a run that stands still another ends %d, want 75: %s", status, out)
		}
		for range 10 {
			all.Go(func() {
				if status, out := w.run("new.yaml", "1h"); status != 0 {
					t.Errorf("one that waits ends %d: %s", status, out)
				}
			})
		}
	}}, nil)
	must(t, err)
	if !e.ws.Signaled() {
		t.Errorf("the first is not killed: %s", e.log)
	}
	all.Wait()
	last, err := see(w.path(""))
	must(t, err)
	if !last.same(want) {
		t.Errorf("left %v, want %v", last, want)
	}
}
