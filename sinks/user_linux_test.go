package sinks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"confit/render/content"
	"confit/render/diag"
)

// TestMain lets the test binary be a run of its own, as another user or one of
// several at once.
func TestMain(m *testing.M) {
	job := os.Getenv("SINKS_TEST_APPLY")
	if job == "" {
		os.Exit(m.Run())
	}
	var outs files
	if err := json.Unmarshal([]byte(job), &outs); err != nil {
		panic(err)
	}
	r, err := Dir{Path: os.Args[1], LockTimeout: 30 * time.Second}.Apply(context.Background(), outs.outputs())
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		fmt.Println(p.Cause, p.Code, p, p.Hint, p.Notes)
	}
	fmt.Println(counts(r))
}

// applyAs runs Apply in a process of its own; uid 0 means this user.
func applyAs(t *testing.T, uid uint32, dir string, outs files) string {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	job, err := json.Marshal(outs)
	must(t, err)
	cmd := exec.Command(exe, dir)
	cmd.Env = []string{"SINKS_TEST_APPLY=" + string(job)}
	if uid != 0 {
		cmd.Path = filepath.Join(public(t), "sinks.test") // go test builds where others cannot look
		program, err := os.ReadFile(exe)
		must(t, err)
		must(t, os.WriteFile(cmd.Path, program, 0o755))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	var failed strings.Builder
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, &failed)
	}
	return string(out)
}

// public is a directory that any user may enter and write to.
func public(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "sinks-test-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	return dir
}

// mount gives a file system of its own. These tests need root, as make test does.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, unix.Mount("tmpfs", dir, "tmpfs", 0, options))
	t.Cleanup(func() { must(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	return dir
}

func problem(t *testing.T, err error) *diag.Problem {
	t.Helper()
	all := diag.Problems(err, diag.CauseUnknown)
	if len(all) != 1 {
		t.Fatalf("got %v, want one problem", err)
	}
	return all[0]
}

func TestOtherUsers(t *testing.T) {
	for name, tc := range map[string]struct {
		mode  os.FileMode
		first uint32 // who ran first
		there files
		want  string
	}{
		"sticky":     {mode: 0o777 | os.ModeSticky, there: files{"a": "root's"}, want: "cannot be replaced in a directory with the sticky bit"},
		"not sticky": {mode: 0o777, there: files{"a": "root's"}, want: "[0 1 0 0]"},
		"unwritable": {mode: 0o755, want: "permission denied; nothing in "},
		"state":      {mode: 0o777, first: 1000, want: "belongs to another user"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := public(t)
			put(t, dir, tc.there)
			must(t, os.Chmod(dir, tc.mode))
			if tc.first != 0 {
				applyAs(t, tc.first, dir, files{"a": "1"})
			}
			before := listing(t, dir)
			got := applyAs(t, 65532, dir, files{"a": "adopt: 1"})
			if !strings.Contains(got, tc.want) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if got := listing(t, dir); name != "not sticky" && !maps.Equal(got, before) {
				t.Errorf("got %v, want %v", got, before)
			}
		})
	}
}

// TestAtOnce runs many at once; each has its turn, and the last one's set is whole.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			outs := files{}
			for j := range 20 {
				outs[fmt.Sprintf("d/%d", j)] = fmt.Sprint(i)
			}
			if got := applyAs(t, 0, dir, outs); strings.Count(got, "\n") != 1 {
				t.Errorf("run %d: %s", i, got)
			}
		})
	}
	wg.Wait()
	got := listing(t, dir)
	if len(got) != 22 {
		t.Errorf("left %v", got)
	}
	for j := range 20 {
		if one, other := got["d/0"], got[fmt.Sprintf("d/%d", j)]; one != other {
			t.Errorf("a mix of runs %q and %q", one, other)
		}
	}
}

func TestReadOnly(t *testing.T) {
	dir := mount(t, "size=1m")
	outs := files{"a": "1", "d/s": "secret: x"}
	apply(t, dir, outs)
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if r := apply(t, dir, outs); r.Unchanged != 2 {
		t.Errorf("counts %v", counts(r))
	}
	_, err := Dir{Path: dir}.Apply(t.Context(), files{"a": "2"}.outputs())
	if p := problem(t, err); p.Cause != diag.CauseIO || !errors.Is(err, unix.EROFS) || !strings.Contains(p.Text, "was changed") {
		t.Errorf("got %+v", p)
	}
	if _, err := (Dir{Path: filepath.Join(dir, "new")}).Apply(t.Context(), outs.outputs()); !errors.Is(err, unix.EROFS) {
		t.Errorf("got %v", err)
	}
}

// TestFull fills up file systems of all sizes, in pages and in inodes.
func TestFull(t *testing.T) {
	big := strings.Repeat("x", 5000)
	first := files{"a": big, "b": "1", "d/e": "2", "old/f": "3"}
	second := files{"a": big + "y", "b": "2", "d/e": "2", "n/m/o": "4"}
	for _, unit := range []string{"size=%dk", "size=1m,nr_inodes=%d"} {
		for n, full := 1, true; full || n < 16; n++ {
			options := fmt.Sprintf(unit, n)
			if unit[5] == '%' {
				options = fmt.Sprintf(unit, 4*n)
			}
			dir := mount(t, options)
			full = fails(t, dir, options, first) || fails(t, dir, options, second)
		}
	}
}

// fails applies outs to what may be too small: all or nothing, and all once there is
// more of it.
func fails(t *testing.T, dir, options string, outs files) bool {
	t.Helper()
	before := identity(t, dir)
	_, err := Dir{Path: dir}.Apply(t.Context(), outs.outputs())
	if err == nil {
		isWhole(t, dir, options, outs)
		return false
	}
	if p := problem(t, err); p.Cause != diag.CauseIO || !errors.Is(err, unix.ENOSPC) {
		t.Errorf("%s: %+v", options, p)
	}
	if got := identity(t, dir); !maps.Equal(got, before) {
		t.Errorf("%s: got %v, want %v", options, got, before)
	}
	must(t, unix.Mount("", dir, "", unix.MS_REMOUNT, "size=1m,nr_inodes=100"))
	apply(t, dir, outs)
	isWhole(t, dir, options, outs)
	return true
}

// isWhole wants all of outs in dir, and in its state the inventory alone.
func isWhole(t *testing.T, dir, options string, outs files) {
	t.Helper()
	got := listing(t, dir)
	for p, text := range outs {
		if got[p] != text {
			t.Errorf("%s: %s is %.9q, want %.9q", options, p, got[p], text)
		}
	}
	delete(got, stateOf)
	for p, text := range got {
		if text == "state" {
			t.Errorf("%s: %s is left", options, p)
		}
	}
}

// TestSourceCacheFails: a disk too full for the new source cache of an unchanged directory keeps the old one.
func TestSourceCacheFails(t *testing.T) {
	d := Dir{Path: mount(t, "size=256k"), SourceCache: cacheOf("old")}
	outs := files{"a": "text"}.outputs()
	_, err := d.Apply(t.Context(), outs)
	must(t, err)
	d.SourceCache = cacheOf(strings.Repeat("new ", 100_000))
	_, err = d.Apply(t.Context(), outs)
	must(t, err)
	if got := d.ReadSourceCache(); string(got) != "old" {
		t.Errorf("ReadSourceCache() = %.20q, want the old one", got)
	}
}

// TestCheckApartMounted gives one directory a second path by a mount.
func TestCheckApartMounted(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	must(t, unix.Mount(one, two, "", unix.MS_BIND, ""))
	t.Cleanup(func() { must(t, unix.Unmount(two, unix.MNT_DETACH)) })
	for dir, want := range map[string]string{two: "are the same directory", filepath.Join(two, "a"): "a is a file, and a directory for a/b"} {
		err := CheckApart([]Dir{{Path: one}, {Path: dir}}, [][]content.Output{files{"a": ""}.outputs(), files{"b": ""}.outputs()})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckApart() = %v, want %q", err, want)
		}
	}
}
