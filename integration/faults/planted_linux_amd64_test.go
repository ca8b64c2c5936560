package faults

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A plant is something that another user of the directory puts into the place of a
// path while a run is at work.
type plant struct {
	path, kind string
}

var plants = map[string]func(name, outside string) error{
	"a file":              func(name, _ string) error { return os.WriteFile(name, []byte("theirs"), 0o600) },
	"a directory":         func(name, _ string) error { return os.Mkdir(name, 0o755) },
	"a pipe":              func(name, _ string) error { return syscall.Mkfifo(name, 0o666) },
	"a link to a file":    func(name, outside string) error { return os.Symlink(filepath.Join(outside, "a"), name) },
	"a link to a folder":  func(name, outside string) error { return os.Symlink(outside, name) },
	"a link to something": func(name, outside string) error { return os.Symlink("same", name) },
	"nothing":             func(string, string) error { return nil },
}

// TestPlanted plants things at each call: at what is replaced, removed, made, left
// alone, and at the state itself.
func TestPlanted(t *testing.T) {
	s := newScene(t, update)
	want, run := s.undisturbed(t)
	var all total
	t.Run("at", func(t *testing.T) {
		for _, p := range []string{"up", "gone", "top", "same", "s", "fresh", "dir", "dir/x", "file", "dead/end", ".confit-default"} {
			t.Run(p, func(t *testing.T) {
				t.Parallel()
				all.add(t, s.plantAll(t, p, run, want))
			})
		}
	})
	t.Logf("in total %v", all.count)
}

func (s *scene) plantAll(t *testing.T, p string, run end, want look) count {
	t.Helper()
	kinds := slices.Sorted(maps.Keys(plants))
	c := count{calls: len(run.names) - run.begin + 1}
	all := c.calls * len(kinds)
	for i := 0; i < all && c.bad < 10; i += pace(all) {
		at := run.begin + i/len(kinds)
		reached, wrong := s.plantOne(t, plant{p, kinds[i%len(kinds)]}, at, want)
		if reached {
			c.faults++
		}
		if len(wrong) > 0 {
			c.bad++
			t.Errorf("%s at call %d (%s): %s", kinds[i%len(kinds)], at, run.names[at-1], strings.Join(wrong, "\n"))
		}
	}
	return c
}

func (s *scene) plantOne(t *testing.T, p plant, at int, want look) (reached bool, bad []string) {
	t.Helper()
	w := s.world(t)
	defer w.end()
	outside, name := filepath.Join(w.dir, "outside"), w.path(p.path)
	must(t, os.MkdirAll(filepath.Join(outside, "x"), 0o755))
	must(t, errors.Join(os.WriteFile(filepath.Join(outside, "a"), []byte("theirs"), 0o644), os.WriteFile(filepath.Join(outside, "s"), nil, 0o644)))
	before, err := see(outside)
	must(t, err)
	e, err := w.struck(strike{at: at, act: func() {
		_ = os.Rename(name, filepath.Join(w.dir, "aside"))
		if info, err := os.Lstat(filepath.Dir(name)); err == nil && info.IsDir() {
			must(t, plants[p.kind](name, outside))
		}
	}}, nil)
	must(t, err)
	if e.struck == "" { // this run made fewer calls: its threads met less often
		return false, nil
	}
	if !e.ws.Exited() || !slices.Contains([]int{0, 73, 74}, e.ws.ExitStatus()) {
		bad = append(bad, fmt.Sprintf("it ends %v: %s", e.ws, e.log))
	}
	if after, err := see(outside); err != nil || !before.identical(after) {
		bad = append(bad, fmt.Sprintf("outside is %v, %v", after, err))
	}
	return true, append(bad, w.replanted(t, p, want)...)
}

// replanted takes away what was planted, and wants the next run to put all right. In a
// path where nothing of ours was a file of theirs must still be there.
func (w *world) replanted(t *testing.T, p plant, want look) (bad []string) {
	t.Helper()
	if p.path == "top" && p.kind == "a file" {
		if text, err := os.ReadFile(w.path(p.path)); string(text) != "theirs" {
			bad = append(bad, fmt.Sprintf("what was planted holds %q, %v", text, err))
		}
	}
	if p.path == ".confit-default" {
		return bad // it has lost its memory
	}
	_ = os.RemoveAll(w.path(p.path)) // its parent may be a file by now
	after, err := see(w.path(""))
	must(t, err)
	for name, text := range foreign {
		if after[name].text != text {
			bad = append(bad, name+" is not ours and was touched")
		}
	}
	if wrong := w.next(after, want); wrong != "" {
		bad = append(bad, wrong)
	}
	return bad
}
