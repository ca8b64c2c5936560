// Package faults strikes confit at every system call of a run, with signals and
// errors, and looks at what is left: each path whole, old or new, nothing of
// others touched, and a next run that gets to where an undisturbed one would have.
package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

var full = flag.Bool("full", false, "strike at every call with every fault, rather than at a sample")

var confit string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "faults-")
	if err != nil {
		panic(err)
	}
	confit = filepath.Join(dir, "confit")
	if out, err := exec.Command("go", "build", "-o", confit, "confit").CombinedOutput(); err != nil {
		panic(string(out))
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

func TestFaults(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			sweep(t, s, func(t *testing.T) *world { return newWorld(t, confit, s) })
		})
	}
}

// TestRecovery strikes at the run that finishes an update, which was killed in
// the middle of its commit.
func TestRecovery(t *testing.T) {
	s := scenarios[1]
	for _, name := range []string{"linkat", "unlinkat"} {
		t.Run("killed at "+name, func(t *testing.T) {
			t.Parallel()
			at := newWorld(t, confit, s).find(t, name)
			sweep(t, s, func(t *testing.T) *world {
				w := newWorld(t, confit, s)
				_, ws, out, err := w.struck("new.yaml", strike{at: at, signal: syscall.SIGKILL})
				must(t, err)
				if !ws.Signaled() {
					t.Fatalf("it was not killed: %s", out)
				}
				return w
			})
		})
	}
}

// find gives the number of the first call of that name after the commit point.
func (w *world) find(t *testing.T, name string) int {
	t.Helper()
	run, _, out, err := w.struck("new.yaml", strike{})
	must(t, err)
	committed := false
	for i, call := range run.names {
		committed = committed || call == "renameat"
		if committed && call == name {
			return i + 1
		}
	}
	t.Fatalf("no %s in %v: %s", name, run.names, out)
	return 0
}

func sweep(t *testing.T, s scenario, begin func(t *testing.T) *world) {
	undisturbed := begin(t)
	run, ws, out, err := undisturbed.struck("new.yaml", strike{})
	must(t, err)
	if ws.ExitStatus() != 0 {
		t.Fatalf("without a fault it ends %d: %s", ws.ExitStatus(), out)
	}
	want, err := undisturbed.look()
	must(t, err)
	kinds, struck := strikes(), 0
	all := (len(run.names) + 3) * len(kinds)
	for n := 0; n < all && !t.Failed(); n += pace(all) {
		k := kinds[n%len(kinds)]
		k.at = n/len(kinds) + 1
		if strikeOnce(t, begin(t), s, k, want) {
			struck++
		}
	}
	t.Logf("%d calls, %d faults", len(run.names), struck)
}

// pace takes some forty faults out of all of them, spread over kinds and calls.
func pace(all int) int {
	if *full {
		return 1
	}
	p := all/40 | 1
	if p%5 == 0 { // there are ten kinds
		p += 2
	}
	return p
}

// strikeOnce tells whether the run lasted long enough to be struck.
func strikeOnce(t *testing.T, w *world, s scenario, k strike, want look) bool {
	t.Helper()
	defer os.RemoveAll(w.top)
	before, err := w.look()
	must(t, err)
	run, ws, out, err := w.struck("new.yaml", k)
	must(t, err)
	after, err := w.look()
	must(t, err)
	bad := judge(before, after, want, ws, out)
	status, text := w.run("new.yaml")
	last, err := w.look()
	must(t, err)
	if status != 0 || strings.Contains(text, secret) {
		bad = append(bad, fmt.Sprintf("the next run ends %d: %s", status, text))
	}
	if !last.same(want) {
		bad = append(bad, fmt.Sprintf("the next run leaves %v, want %v", last, want))
	}
	if len(bad) > 0 {
		t.Errorf("%s, %v (%s), which ends %v: %s\n%s", s.name, k, run.struck, ws, out, strings.Join(bad, "\n"))
	}
	return run.struck != ""
}

// judge says what is wrong with what a struck run left behind.
func judge(before, after, want look, ws syscall.WaitStatus, out string) (bad []string) {
	report := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	_, journal := after[".confit-default/journal.json"]
	unchanged := identical(before.visible(), after.visible())
	switch {
	case strings.Contains(out, secret):
		report("the secret is in the messages")
	case ws.Signaled() && ws.Signal() == syscall.SIGTERM && unchanged: // before confit asked to be told
	case ws.Signaled() && ws.Signal() != syscall.SIGKILL || ws.ExitStatus() == 2 || ws.ExitStatus() == 70:
		report("it crashed")
	case ws.Exited() && ws.ExitStatus() == 0 && !after.visible().same(want.visible()):
		report("it ends well and leaves %v, want %v", after.visible(), want.visible())
	case (strings.Contains(out, "nothing was written") || strings.Contains(out, "nothing in ")) && !unchanged:
		report("it says that nothing was changed, and leaves %v, had %v", after.visible(), before.visible())
	case ws.ExitStatus() > 0 && !unchanged && !journal && !after.visible().same(want.visible()):
		report("it ends half done and has no journal: %v", after.visible())
	}
	return append(bad, whole(before, after, want)...)
}

func identical(a, b look) bool {
	for p, it := range a {
		if b[p] != it {
			return false
		}
	}
	return len(a) == len(b)
}

// whole checks each path: its content is the old or the new, it is there if it is
// on both sides, and no secret is readable by more than its output is.
func whole(before, after, want look) (bad []string) {
	for p, it := range after {
		old, new := before[p], want[p]
		if strings.Contains(it.text, secret) && it.mode.Perm()&^0o640 != 0 {
			bad = append(bad, fmt.Sprintf("%s has mode %v and holds the secret", p, it.mode))
		}
		if strings.HasPrefix(p, ".confit-") || it.mode.IsDir() {
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

// TestNoop looks at the calls of a run that has nothing to do.
func TestNoop(t *testing.T) {
	w := newWorld(t, confit, scenarios[3])
	run, _, out, err := w.struck("new.yaml", strike{})
	must(t, err)
	changes := []string{"mkdirat", "fchmod", "fsync", "linkat", "renameat", "renameat2", "unlinkat"}
	for _, name := range run.names {
		if slices.Contains(changes, name) {
			t.Errorf("a run with nothing to change calls %s: %s", name, out)
		}
	}
}

// TestHeld stops a run that holds the lock. Others are told so, until it dies.
func TestHeld(t *testing.T) {
	s := scenarios[1]
	at := newWorld(t, confit, s).find(t, "linkat")
	w := newWorld(t, confit, s)
	var status atomic.Int64
	_, ws, out, err := w.struck("new.yaml", strike{at: at, signal: syscall.SIGKILL, hold: func() {
		n, _ := w.run("new.yaml")
		status.Store(int64(n))
	}})
	must(t, err)
	if status.Load() != 75 || !ws.Signaled() {
		t.Errorf("beside a run that stands still another ends %d, want 75; the first ends %v: %s", status.Load(), ws, out)
	}
	if n, out := w.run("new.yaml"); n != 0 {
		t.Errorf("after it died another ends %d: %s", n, out)
	}
}
