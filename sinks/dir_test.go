package sinks

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"confit/render/diag"
)

func TestApply(t *testing.T) {
	for name, tc := range map[string]struct {
		there   files   // before the first run
		runs    []files // the outputs of each run
		between func(t *testing.T, dir string)
		counts  [4]int // of the last run
		want    files  // after the last run, the inventory apart
	}{
		"first run":               {runs: []files{{"a": "1", "d/e/f": "2"}}, counts: [4]int{2, 0, 0, 0}, want: files{"a": "1", "d/": "", "d/e/": "", "d/e/f": "2"}},
		"update":                  {runs: []files{{"a": "1", "b": "2"}, {"a": "1", "b": "3"}}, counts: [4]int{0, 1, 0, 1}, want: files{"a": "1", "b": "3"}},
		"prune, and its folders":  {runs: []files{{"a": "1", "d/e/f": "2"}, {"a": "1"}}, counts: [4]int{0, 0, 1, 1}, want: files{"a": "1"}},
		"prune beside a stranger": {there: files{"d/mine": "x"}, runs: []files{{"a": "1", "d/f": "2"}, {"a": "1"}}, counts: [4]int{0, 0, 1, 1}, want: files{"a": "1", "d/": "", "d/mine": "x"}},
		"prune all":               {runs: []files{{"d/f": "2"}, {}}, counts: [4]int{0, 0, 1, 0}, want: files{}},
		"folders of others stay":  {there: files{"d/": ""}, runs: []files{{"a": "1", "d/f": "2"}, {"a": "1"}}, counts: [4]int{0, 0, 1, 1}, want: files{"a": "1", "d/": ""}},
		"file becomes folder":     {runs: []files{{"a": "1", "z": ""}, {"a/b": "2", "z": ""}}, counts: [4]int{1, 0, 1, 1}, want: files{"a/": "", "a/b": "2", "z": ""}},
		"folder becomes file":     {runs: []files{{"a/b/c": "1", "a/d": "", "z": ""}, {"a": "2", "z": ""}}, counts: [4]int{1, 0, 2, 1}, want: files{"a": "2", "z": ""}},
		"strangers stay":          {there: files{"mine": "x", "p": "|", "l": "-> mine"}, runs: []files{{"a": "1"}}, counts: [4]int{1, 0, 0, 0}, want: files{"a": "1", "mine": "x", "p": "|", "l": "-> mine"}},
		"equal by chance":         {there: files{"a": "1"}, runs: []files{{"a": "1", "b": ""}, {"b": ""}}, counts: [4]int{0, 0, 0, 1}, want: files{"a": "1", "b": ""}},
		"content drift": {runs: []files{{"a": "1"}, {"a": "1"}}, counts: [4]int{0, 1, 0, 0}, want: files{"a": "1"}, between: func(t *testing.T, dir string) {
			must(t, os.WriteFile(dir+"/a", []byte("9"), 0o644))
		}},
		"mode drift": {runs: []files{{"a": "1"}, {"a": "1"}}, counts: [4]int{0, 1, 0, 0}, want: files{"a": "1"}, between: func(t *testing.T, dir string) {
			must(t, os.Chmod(dir+"/a", 0o600))
		}},
		"folder mode drift": {runs: []files{{"d/a": "1"}, {"d/a": "1"}}, counts: [4]int{0, 1, 0, 1}, want: files{"d/": "", "d/a": "1"}, between: func(t *testing.T, dir string) {
			must(t, os.Chmod(dir+"/d", 0o700))
		}},
		"gone meanwhile": {runs: []files{{"a": "1", "d/b": "2"}, {"a": "1"}}, counts: [4]int{1, 0, 0, 0}, want: files{"a": "1"}, between: func(t *testing.T, dir string) {
			must(t, errors.Join(os.Remove(dir+"/a"), os.RemoveAll(dir+"/d")))
		}},
		"pruned one is another's now": {runs: []files{{"a": "1", "b": "2"}, {"a": "1"}}, counts: [4]int{0, 0, 0, 1}, want: files{"a": "1", "b": "-> a"}, between: func(t *testing.T, dir string) {
			must(t, errors.Join(os.Remove(dir+"/b"), os.Symlink("a", dir+"/b")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, tc.there)
			var r Result
			for i, outs := range tc.runs {
				if i > 0 && tc.between != nil {
					tc.between(t, dir)
				}
				r = apply(t, dir, outs)
			}
			if counts(r) != tc.counts {
				t.Errorf("the last run counts %v, want %v", counts(r), tc.counts)
			}
			last := tc.runs[len(tc.runs)-1]
			if again := apply(t, dir, last); counts(again) != [4]int{0, 0, 0, len(last)} {
				t.Errorf("a run more counts %v", counts(again))
			}
			if len(last) > 0 {
				tc.want[stateOf] = "state"
			}
			if got := listing(t, dir); !maps.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestAdopt(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, files{"a": "x", "b": "2"})
	outs := files{"a": "1", "b": "2"}.outputs()
	for i := range outs {
		outs[i].Adopt = true
	}
	r, err := Dir{Path: dir}.Apply(context.Background(), outs)
	must(t, err)
	if counts(r) != [4]int{0, 1, 0, 1} {
		t.Errorf("counts %v", counts(r))
	}
	if r := apply(t, dir, files{}); r.Removed != 2 {
		t.Errorf("what was adopted stays: %+v", r)
	}
}

func TestTwoSpecs(t *testing.T) {
	dir := t.TempDir()
	one, two := Dir{Path: dir, Name: "one"}, Dir{Path: dir, Name: "two"}
	ctx := context.Background()
	_, err := one.Apply(ctx, files{"d/a": "1", "x": ""}.outputs())
	must(t, err)
	_, err = two.Apply(ctx, files{"d/b": "2"}.outputs())
	must(t, err)
	_, err = one.Apply(ctx, files{"x": ""}.outputs())
	must(t, err)
	_, err = two.Apply(ctx, files{"d/x": ""}.outputs())
	if err == nil {
		t.Error("no output in common, and no error")
	}
	want := files{"d/": "", "d/b": "2", "x": "", ".confit-one/manifest.json": "state", ".confit-two/manifest.json": "state"}
	if got := listing(t, dir); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNoPrune(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"a": "1", "d/b": "2"})
	r, err := Dir{Path: dir, NoPrune: true}.Apply(context.Background(), files{"c": "3"}.outputs())
	must(t, err)
	if counts(r) != [4]int{1, 0, 0, 0} {
		t.Errorf("counts %v", counts(r))
	}
	if r := apply(t, dir, files{"c": "3"}); counts(r) != [4]int{0, 0, 2, 1} {
		t.Errorf("what was kept is not ours any more: %v", counts(r))
	}
}

// TestModes runs under the narrowest and the widest umask.
func TestModes(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		for _, setgid := range []bool{false, true} {
			dir := t.TempDir()
			root, folder := fs.FileMode(0o755), fs.FileMode(0o755)
			if setgid {
				must(t, os.Chown(dir, -1, 4242))
				root |= fs.ModeSetgid
				folder = 0o775 | fs.ModeSetgid
			}
			must(t, os.Chmod(dir, root))
			old := syscall.Umask(umask)
			_, err := Dir{Path: dir}.Apply(context.Background(), files{"d/s": "secret: x", "d/p": "1"}.outputs())
			syscall.Umask(old)
			must(t, err)
			for p, want := range map[string]fs.FileMode{"d": folder, "d/s": 0o640, "d/p": 0o644, stateOf: 0o600, ".confit-default": 0o700 | folder&fs.ModeSetgid} {
				info, err := os.Stat(filepath.Join(dir, p))
				must(t, err)
				if got := info.Mode() &^ fs.ModeDir; got != want {
					t.Errorf("umask %04o, setgid %v: %s has mode %v, want %v", umask, setgid, p, got, want)
				}
				if setgid && info.Sys().(*syscall.Stat_t).Gid != 4242 {
					t.Errorf("%s is not of the root's group", p)
				}
			}
		}
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	d, err := os.Open(dir)
	must(t, err)
	must(t, unix.Flock(int(d.Fd()), unix.LOCK_EX))
	_, err = Dir{Path: dir, LockTimeout: 20 * time.Millisecond}.Apply(context.Background(), files{"a": ""}.outputs())
	var p *diag.Problem
	if !errors.As(err, &p) || p.Cause != diag.CauseBusy {
		t.Errorf("Apply gives %v, want a busy directory", err)
	}
	time.AfterFunc(30*time.Millisecond, func() { d.Close() })
	_, err = Dir{Path: dir, LockTimeout: 10 * time.Second}.Apply(context.Background(), files{"a": ""}.outputs())
	must(t, err)
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := filepath.Join(t.TempDir(), "new", "dir")
	_, err := Dir{Path: dir}.Apply(ctx, files{"a": ""}.outputs())
	var p *diag.Problem
	if !errors.As(err, &p) || p.Cause != diag.CauseSignal || !errors.Is(err, context.Canceled) {
		t.Errorf("Apply gives %v", err)
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Error("the directories it made are still there")
	}
}

// TestState looks for a secret, its size and its hash in what stays on disk.
func TestState(t *testing.T) {
	dir := t.TempDir()
	apply(t, dir, files{"s": "secret: hunter2", "p": "1"})
	data, err := os.ReadFile(filepath.Join(dir, stateOf))
	must(t, err)
	for _, leak := range []string{"hunter2", "aHVudGVyMg", hashOf([]byte("secret: hunter2")), `"size":15`} {
		if bytes.Contains(data, []byte(leak)) {
			t.Errorf("the inventory has %q: %s", leak, data)
		}
	}
	if !bytes.Contains(data, []byte(hashOf([]byte("1")))) {
		t.Errorf("the inventory has no hash of a plain output: %s", data)
	}
}

func TestNotice(t *testing.T) {
	dir := t.TempDir()
	if r := apply(t, dir, files{"s": "secret: x"}); len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "securityContext: {fsGroup: 65532}") {
		t.Errorf("notices %q", r.Notices)
	}
	must(t, os.Chmod(dir, 0o777|fs.ModeSetgid))
	if r := apply(t, dir, files{"s": "secret: x"}); len(r.Notices) != 0 {
		t.Errorf("notices %q", r.Notices)
	}
}
