package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// A session is one call of the command.
type session struct {
	root   string // of the repository
	dir    string // on tmpfs, removed at the end
	tools  []*Tool
	book   *Book
	runner Runner
	log    io.Writer
}

func newSession(ctx context.Context, o Options, p plan, log io.Writer) (_ *session, err error) {
	before := load() // what we build is our own load
	s := &session{log: log, tools: tools(p)}
	if s.root, err = repository(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp(tmpfs(log), "confit-bench-"); err != nil {
		return nil, err
	}
	in := Installer{
		Root: s.root, Cache: filepath.Join(s.root, ".cache", "peers"), Bin: filepath.Join(s.dir, "bin"),
		Fetch: !o.Quick, Log: log,
	}
	err = errors.Join(os.MkdirAll(in.Cache, 0o755), os.MkdirAll(in.Bin, 0o755))
	if err == nil {
		err = in.Tools(ctx, s.tools, o.Confit)
	}
	if err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	s.runner = Runner{Launch: filepath.Join(in.Bin, "launch"), Runs: runs(o)}
	s.book = newBook(s.tools)
	s.book.Load = before
	s.book.Full = p.full()
	return s, nil
}

func runs(o Options) int {
	switch {
	case o.Runs > 0:
		return o.Runs
	case o.Quick:
		return 3
	}
	return 11
}

// repository is the nearest folder upwards that has a go.mod.
func repository() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.Join(err, errors.New("not inside the repository"))
}

// tmpfs finds a folder in memory, as an emptyDir of medium Memory is. Without
// one the figures are a disk's, and that is said.
func tmpfs(log io.Writer) string {
	const magic = 0x01021994
	for _, dir := range []string{os.TempDir(), "/dev/shm", "/run"} {
		var fs syscall.Statfs_t
		if syscall.Statfs(dir, &fs) == nil && fs.Type == magic {
			return dir
		}
	}
	fmt.Fprintln(log, "no tmpfs: these are the disk's figures")
	return os.TempDir()
}

func (s *session) measure(ctx context.Context, p plan) error {
	if p.has("start", true) {
		s.race(ctx, "start", "size and cold start", s.cold())
	}
	for _, w := range workloads {
		if !p.has(w.Name, w.Quick) {
			continue
		}
		if err := errors.Join(s.workload(ctx, w.Make(p.quick)), ctx.Err()); err != nil {
			return err
		}
	}
	for _, r := range repos {
		if !p.has(r.Name, false) {
			continue
		}
		if err := errors.Join(s.git(ctx, r), ctx.Err()); err != nil {
			return err
		}
	}
	if p.has("M1", false) {
		if err := errors.Join(s.manifests(ctx), ctx.Err()); err != nil {
			return err
		}
	}
	if p.has("watch", false) {
		return s.watch(ctx)
	}
	return nil
}

func (s *session) race(ctx context.Context, name, title string, contests []Contest) {
	fmt.Fprintf(s.log, "%s: %s\n", name, title)
	s.book.add(name, title, s.runner.Race(ctx, name, contests))
}

func (s *session) cold() []Contest {
	var contests []Contest
	for _, t := range s.tools {
		if t.Path != "" && t.Start != "" {
			contests = append(contests, Contest{Tool: t.Name, Path: t.Path, Fresh: true, Job: Job{Args: strings.Fields(t.Start)}})
		}
	}
	return contests
}

// workload stages a workload, runs it and removes it: some take a gigabyte.
func (s *session) workload(ctx context.Context, w *Workload) error {
	dir := filepath.Join(s.dir, w.Name)
	defer os.RemoveAll(dir)
	stage, err := newStage(w, dir)
	if err != nil {
		return err
	}
	var group *Group
	if w.Container {
		if group, err = newGroup(); err != nil {
			fmt.Fprintf(s.log, "%s: no control group: %v\n", w.Name, err)
			return nil
		}
		defer group.Remove()
	}
	var contests []Contest
	for _, t := range s.tools {
		if !t.can(w) || t.Path == "" {
			continue
		}
		own := filepath.Join(dir, strings.ReplaceAll(t.Name, " ", "-"))
		if err := os.MkdirAll(own, 0o755); err != nil {
			return err
		}
		job, err := t.Shape(stage, own)
		if err != nil {
			return err
		}
		contest := Contest{Tool: t.Name, Path: t.Path, Job: job, Fresh: !w.Repeat, Group: group}
		if job.Out != "" {
			contest.Check = func() error { return job.compare(stage.Want) }
		}
		contests = append(contests, contest)
	}
	runtime.GC()
	s.race(ctx, w.Name, w.Title, contests)
	return nil
}
