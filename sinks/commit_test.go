package sinks

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// stages are an update with everything a commit can do.
var stageOld = files{"gone": "old", "same": "s", "up": "old", "file": "old", "dir/x/y": "old", "dead/end/z": "old"}

var stageNew = files{"same": "s", "up": "new", "file/now/dir": "new", "dir": "new", "fresh/a": "new", "fresh/b": "secret: new"}

// mixed makes an update of dir and prepares it up to the commit point.
func mixed(t *testing.T, dir string) (Dir, *commit, *Plan) {
	t.Helper()
	put(t, dir, files{"mine": "m", "dead/mine": "m"})
	apply(t, dir, stageOld)
	must(t, os.Chmod(filepath.Join(dir, "up"), 0o600))
	return prepare(t, dir, stageNew)
}

// prepare goes up to the commit point.
func prepare(t *testing.T, dir string, outs files) (Dir, *commit, *Plan) {
	t.Helper()
	d := Dir{Path: dir}
	tr, err := d.open()
	must(t, err)
	t.Cleanup(tr.Close)
	s, err := openState(tr, "default", 0)
	must(t, err)
	t.Cleanup(s.close)
	p, err := d.compare(tr, s, outs.outputs())
	must(t, err)
	must(t, d.prepare(context.Background(), s, p))
	return d, newCommit(tr, s, p.ops, false), p
}

// identity is what a run that fails must leave: bytes, mode, inode and mtime.
func identity(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for p, text := range listing(t, dir) {
		info, err := os.Lstat(filepath.Join(dir, p))
		must(t, err)
		if text == "state" && p != stateOf {
			continue
		}
		st := info.Sys().(*syscall.Stat_t)
		all[p] = fmt.Sprint(text, info.Mode())
		if !info.IsDir() {
			all[p] += fmt.Sprint(st.Ino, info.ModTime().UnixNano())
		}
	}
	return all
}

func TestCrashInCommit(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		_, c, p := mixed(t, dir)
		for i, o := range p.ops[:n] {
			must(t, c.step(i, o))
		}
		p2, err := Dir{Path: dir}.Plan(stageNew.outputs())
		must(t, err)
		if len(p2.Notices) == 0 {
			t.Errorf("after %d steps Plan says nothing of the interrupted run", n)
		}
		if r := apply(t, dir, stageNew); r.Unchanged != len(stageNew) {
			t.Errorf("after %d steps the next run counts %v", n, counts(r))
		}
		if got, want := listing(t, dir), finished(); !maps.Equal(got, want) {
			t.Errorf("after %d steps: got %v, want %v", n, got, want)
		}
		if n == len(p.ops) {
			break
		}
	}
}

// TestLostSinceCrash takes away, between the crash and the next run, a directory that
// the rest of the commit needs, and was not to be made by it.
func TestLostSinceCrash(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"d/a": "old", "b": "old", "d/gone": "old"})
	last := files{"d/a": "new", "b": "new"}
	prepare(t, dir, last)
	must(t, os.RemoveAll(filepath.Join(dir, "d")))
	apply(t, dir, last)
	want := files{"d/": "", "d/a": "new", "b": "new", stateOf: "state"}
	if got := listing(t, dir); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func finished() files {
	want := files{"mine": "m", "dead/": "", "dead/mine": "m", "file/": "", "file/now/": "", "fresh/": "", stateOf: "state"}
	maps.Copy(want, stageNew)
	return want
}

func TestRollback(t *testing.T) {
	for n := 0; ; n++ {
		dir, twin := t.TempDir(), t.TempDir()
		put(t, twin, files{"mine": "m", "dead/mine": "m"})
		apply(t, twin, stageOld)
		d, c, p := mixed(t, dir)
		before := identity(t, dir)
		for i, o := range p.ops[:n] {
			must(t, c.step(i, o))
		}
		if err := d.rollBack(c, os.ErrInvalid); isUnfinished(err) {
			t.Fatalf("after %d steps: %v", n, err)
		}
		if got := identity(t, dir); !maps.Equal(got, before) {
			t.Errorf("after %d steps: got %v, want %v", n, got, before)
		}
		if got, want := listing(t, dir), listing(t, twin); !maps.Equal(got, want) {
			t.Errorf("after %d steps: left %v, want %v", n, got, want)
		}
		if n == len(p.ops) {
			break
		}
	}
}

// TestRollbackStops crashes while a commit is taken back: the journal is still
// there, so the next run goes forward.
func TestRollbackStops(t *testing.T) {
	for stop := 0; ; stop++ {
		dir := t.TempDir()
		_, c, p := mixed(t, dir)
		must(t, c.run())
		for i := range stop {
			must(t, c.undoStep(len(p.ops)-1-i))
		}
		apply(t, dir, stageNew)
		if got, want := listing(t, dir), finished(); !maps.Equal(got, want) {
			t.Errorf("after %d of %d steps back: got %v, want %v", stop, len(p.ops), got, want)
		}
		if stop == len(p.ops) {
			break
		}
	}
}

// TestPlanted puts something at a path between the look and the commit.
func TestPlanted(t *testing.T) {
	for p, want := range map[string]string{"fresh/a": "was put there while", "fresh": "is not a directory", "up": "has become a symlink"} {
		t.Run(p, func(t *testing.T) {
			dir := t.TempDir()
			d, c, _ := mixed(t, dir)
			name := filepath.Join(dir, p)
			must(t, os.RemoveAll(name))
			must(t, os.MkdirAll(filepath.Dir(name), 0o755))
			must(t, os.Symlink("mine", name))
			before := listing(t, dir)
			err := c.run()
			if err == nil {
				t.Fatal("no error")
			}
			if err := d.rollBack(c, err); isUnfinished(err) {
				t.Errorf("got %v, want %s", err, want)
			}
			delete(before, ".confit-default/journal.json")
			got := listing(t, dir)
			for q, text := range before {
				if q[0] != '.' && got[q] != text {
					t.Errorf("%s is %q, was %q", q, got[q], text)
				}
			}
		})
	}
}
