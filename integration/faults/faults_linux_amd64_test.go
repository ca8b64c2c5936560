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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"confit/integration/scratch"
)

var full = flag.Bool("full", false, "strike at every call with every fault, rather than at a sample")

var (
	confit   string // the program
	portable string // the program without the calls that only Linux has, as on a Mac
	memory   string // a folder in memory
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(scratch.Run(func(dir string) int {
		shm, err := scratch.Fresh("/dev/shm", "confit-faults.")
		if err != nil {
			panic(err)
		}
		defer shm.Remove()
		memory = shm.Path
		confit, portable = filepath.Join(dir, "confit"), filepath.Join(dir, "portable")
		for bin, tags := range map[string]string{confit: "", portable: "portable"} {
			build := exec.Command("go", "build", "-tags", tags, "-o", bin, "confit")
			build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it ships; the loader is not the subject
			if out, err := build.CombinedOutput(); err != nil {
				panic(string(out))
			}
		}
		return m.Run()
	}))
}

// A count is what a sweep did.
type count struct{ calls, faults, bad int }

func (c count) String() string {
	return fmt.Sprintf("%d calls, %d faults, %d violations", c.calls, c.faults, c.bad)
}

// A total adds the counts of sweeps that run at once.
type total struct {
	mu sync.Mutex
	count
}

func (a *total) add(t *testing.T, c count) {
	t.Helper()
	t.Log(c)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls += c.calls
	a.faults += c.faults
	a.bad += c.bad
}

// TestFaults strikes at the runs of all scenarios. What comes before the directory is
// touched is the same in each, and struck in the first alone.
func TestFaults(t *testing.T) {
	var all total
	t.Run("runs", func(t *testing.T) {
		for i, s := range scenarios() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				sc := newScene(t, s)
				all.add(t, sc.sweep(t, s.kinds, i == 0))
			})
		}
	})
	t.Run("recoveries", func(t *testing.T) {
		for _, s := range []scenario{update, scenarios()[1], portably(update)} {
			t.Run(s.name, func(t *testing.T) { recoveries(t, newScene(t, s), &all) })
		}
	})
	t.Logf("in total %v", all.count)
}

// recoveries strikes at the runs that finish what another began, which was killed at
// any instant of its commit.
func recoveries(t *testing.T, begin *scene, all *total) {
	kinds := []strike{{signal: syscall.SIGKILL}, {errno: syscall.EIO}, {errno: syscall.ENOSPC, on: true}}
	for i, sc := range begin.committing(t) {
		if !*full && i%8 != 0 {
			continue
		}
		t.Run(fmt.Sprintf("instant %d", i), func(t *testing.T) {
			t.Parallel()
			k := kinds
			if i == 0 {
				k = nil
			}
			all.add(t, sc.sweep(t, k, false))
		})
	}
}

// sweep strikes at each call with each kind of fault, and counts.
func (s *scene) sweep(t *testing.T, kinds []strike, early bool) (c count) {
	t.Helper()
	if kinds == nil {
		kinds = strikes()
	}
	want, run := s.undisturbed(t)
	from := run.begin
	if early {
		from = 1
	}
	c.calls = len(run.names) - from + 1
	all := (c.calls + 3) * len(kinds) // a run may take a few calls more
	for n := 0; n < all && c.bad < 10; n += pace(all) {
		k := kinds[n%len(kinds)]
		k.at = from + n/len(kinds)
		e, wrong := s.strikeOnce(t, k, want)
		if e.struck != "" {
			c.faults++
		}
		if len(wrong) > 0 {
			c.bad++
			t.Errorf("%v (%s), which ends %v: %s\n%s", k, e.struck, e.ws, e.log, strings.Join(wrong, "\n"))
		}
	}
	return c
}

// pace takes some forty faults out of all of them, spread over kinds and calls.
func pace(all int) int {
	if *full {
		return 1
	}
	p := all/40 | 1
	for p%3 == 0 || p%5 == 0 { // what the numbers of kinds have as factors
		p += 2
	}
	return p
}

// strikeOnce tells how the run ended and what is wrong with that.
func (s *scene) strikeOnce(t *testing.T, k strike, want look) (end, []string) {
	t.Helper()
	w := s.world(t)
	defer w.end()
	before, err := see(w.path(""))
	must(t, err)
	e, err := w.struck(k, nil)
	must(t, err)
	after, err := see(w.path(""))
	must(t, err)
	bad := judge(before, after, want, e)
	if wrong := w.next(after, want); wrong != "" {
		bad = append(bad, wrong)
	}
	return e, bad
}

// undisturbed runs without a fault, and looks at the directory before each call: at
// no instant may anything be half there, or open to more than it will be.
func (s *scene) undisturbed(t *testing.T) (want look, e end) {
	t.Helper()
	w, watched := s.world(t), s.world(t)
	defer w.end()
	defer watched.end()
	if status, log := w.run("new.yaml", "1ms"); status != 0 {
		t.Fatalf("without a fault it ends %d: %s", status, log)
	}
	want, err := see(w.path(""))
	must(t, err)
	before, err := see(watched.path(""))
	must(t, err)
	e, err = watched.struck(strike{}, func(n int, name string) {
		var bad []string
		var err error
		for range looks(t) { // another thread may still be on its way to a call of its own
			var now look
			if now, err = see(watched.path("")); err == nil {
				bad = whole(before, now, want)
			}
			if err == nil && len(bad) == 0 {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("before call %d (%s): %v %s", n, name, err, strings.Join(bad, "\n"))
	})
	must(t, err)
	if e.ws.ExitStatus() != 0 || e.begin == 0 {
		t.Fatalf("traced it ends %d: %s", e.ws.ExitStatus(), e.log)
	}
	return want, e
}

// looks is how often a directory is looked at, a millisecond apart, until it holds still:
// on a slow machine another thread takes its time. After a failure a few looks will do.
func looks(t *testing.T) int {
	if t.Failed() {
		return 20
	}
	return 30_000
}

// committing gives a scene for each state that the directory has while a run commits.
func (s *scene) committing(t *testing.T) (all []*scene) {
	t.Helper()
	w := s.world(t)
	t.Cleanup(w.end)
	seen := map[string]bool{}
	_, err := w.struck(strike{}, func(n int, name string) {
		out := filepath.Join(w.dir, fmt.Sprint(n))
		now, err := still(t, w.path(""), out)
		must(t, err)
		if _, journal := now[".confit-default/journal.json"]; !journal || seen[now.key()] {
			must(t, os.RemoveAll(out))
			return
		}
		seen[now.key()] = true
		all = append(all, &scene{scenario: s.scenario, top: s.top, out: out, seen: map[string]string{}})
	})
	must(t, err)
	if len(all) == 0 {
		t.Fatal("no commit was seen")
	}
	return all
}

// still makes a copy of a directory in which another thread may be about to do something.
func still(t *testing.T, dir, out string) (now look, err error) {
	for range looks(t) {
		var copied look
		if now, err = see(dir); err == nil {
			err = clone(dir, out)
		}
		if err == nil {
			copied, err = see(out)
		}
		if err == nil && now.key() == copied.key() {
			return now, nil
		}
		if err := os.RemoveAll(out); err != nil {
			return nil, err
		}
		time.Sleep(time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not hold still: %v", dir, err)
}
