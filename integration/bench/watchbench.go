package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// idleTitle is what the workload watch measures.
const idleTitle = "idle beside three volumes, after five changes"

// window is how long a watcher is idle while it is measured.
func (s *session) window() time.Duration {
	if s.runner.Runs < 11 {
		return 4 * time.Second
	}
	return 30 * time.Second
}

// watch measures what a watcher costs that has nothing to do, one after the other.
func (s *session) watch(ctx context.Context) error {
	fmt.Fprintf(s.log, "watch: %s\n", idleTitle)
	var results []*Result
	for _, t := range s.tools {
		if !slices.Contains(strings.Fields(t.Does), "watch") || t.Path == "" {
			continue
		}
		dir := filepath.Join(s.dir, "watch-"+t.Name)
		r := &Result{Workload: "watch", Tool: t.Name}
		sample, err := idle(ctx, t, dir, s.window())
		if err != nil {
			r.Err = fmt.Errorf("watch %s: %w", t.Name, err)
		} else {
			r.Samples = []Sample{sample}
		}
		results = append(results, r)
		if err := errors.Join(os.RemoveAll(dir), ctx.Err()); err != nil {
			return err
		}
	}
	s.book.add("watch", idleTitle, results)
	return nil
}

// idle starts a watcher, changes what it watches, and measures it for a while.
func idle(ctx context.Context, t *Tool, dir string, window time.Duration) (Sample, error) {
	volumes := []string{"spec", "config", "secret"}
	args := []string{"watch", "-c", "spec/confit.yaml"}
	if t.Name != "confit" {
		args = []string{"-webhook-url", "http://127.0.0.1:1/"}
		for _, v := range volumes {
			args = append(args, "-volume-dir", filepath.Join(dir, v))
		}
	}
	if err := errors.Join(volume(dir, "spec", "confit.yaml", confitWatch), volume(dir, "config", "app.yaml", "n: 0\n"), volume(dir, "secret", "password", "hunter2")); err != nil {
		return Sample{}, err
	}
	cmd := exec.CommandContext(ctx, t.Path, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, environment(), io.Discard
	if err := cmd.Start(); err != nil {
		return Sample{}, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if err := changes(ctx, dir); err != nil {
		return Sample{}, err
	}
	if text, err := os.ReadFile(filepath.Join(dir, "out/a.txt")); t.Name == "confit" && string(text) != "5 7\n" {
		return Sample{}, fmt.Errorf("the output is %q, %w", text, err)
	}
	before, err := processorTime(cmd.Process.Pid)
	if err != nil {
		return Sample{}, err
	}
	start := time.Now()
	if err := pause(ctx, window); err != nil {
		return Sample{}, err
	}
	after, err := processorTime(cmd.Process.Pid)
	wall := time.Since(start)
	resident, err2 := residentSet(cmd.Process.Pid)
	return Sample{Wall: wall, CPU: after - before, RSS: resident}, errors.Join(err, err2)
}

// changes changes what is watched five times, and waits until what the last round left behind
// is gone.
func changes(ctx context.Context, dir string) error {
	for n := range 5 {
		if err := errors.Join(pause(ctx, 4*time.Second), volume(dir, "config", "app.yaml", fmt.Sprintf("n: %d\n", n+1))); err != nil {
			return err
		}
	}
	return pause(ctx, 10*time.Second)
}

const confitWatch = `version: 1
sources: [{configMap: ../config}, {secret: ../secret}]
render: [{inline: "{{ .Values.n }} {{ len .Values.password }}\n", to: a.txt}]
sinks: [{dir: ../out}]
`

// volume makes a volume show one key, as the kubelet does.
func volume(dir, name, key, text string) error {
	dir = filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	generation, err := os.MkdirTemp(dir, "..2026_")
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "..data")
	old, _ := os.Readlink(data) // there is none at first
	err = errors.Join(
		os.WriteFile(filepath.Join(generation, key), []byte(text), 0o644),
		os.Symlink(filepath.Base(generation), data+"_tmp"), os.Rename(data+"_tmp", data),
	)
	if old == "" {
		return errors.Join(err, os.Symlink("..data/"+key, filepath.Join(dir, key)))
	}
	return errors.Join(err, os.RemoveAll(filepath.Join(dir, old)))
}

func pause(ctx context.Context, d time.Duration) error {
	runtime.GC()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// processorTime is what all threads of a process have used, to the nanosecond.
func processorTime(pid int) (time.Duration, error) {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("the watcher has ended"))
	}
	var sum time.Duration
	for _, name := range names {
		var running int64
		data, err := os.ReadFile(name)
		if err == nil {
			_, err = fmt.Sscan(string(data), &running)
		}
		if err != nil {
			return 0, err
		}
		sum += time.Duration(running)
	}
	return sum, nil
}

// residentSet is the memory of a process in KiB.
func residentSet(pid int) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(data), "\nVmRSS:")
	var kib int64
	_, err = fmt.Sscan(rest, &kib)
	return kib, err
}

// idles is the table of the workload watch.
func (b *Book) idles(w io.Writer) {
	t := Table{Head: []string{"", "RSS MiB", "% of a core"}}
	for _, r := range b.Results {
		switch {
		case r.Workload != "watch":
		case r.Err != nil:
			t.add(b.label(r.Tool), "failed", "–")
		default:
			t.add(b.label(r.Tool), ms(r.of(RSS)), fmt.Sprintf("%.3f", r.of(Share)))
		}
	}
	t.Print(w)
}
