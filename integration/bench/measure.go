package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"confit/integration/peers"
)

// A Sample is what one run of one whole process cost, children included.
type Sample struct {
	Wall, CPU time.Duration
	RSS       int64 // KiB, the largest process
	Throttled int64 // periods in which a container's processor was used up
}

// A Result is all runs of one contender in one workload.
type Result struct {
	Workload, Tool string
	Samples        []Sample
	Changed        int    // files touched by a run that had nothing to change
	Note           string // why there are no samples
	Err            error  // wrong output, or a run that ended badly
}

// A Contest is one contender ready to run.
type Contest struct {
	Tool  string
	Path  string
	Job   Job
	Fresh bool                      // empty Job.Out before each run
	Check func() error              // after the first run; nil checks nothing
	Skip  func(status int64) string // a reason for a status that is no failure
	Group *Group                    // of a container; nil for none
}

// errStatus carries the status of a process that was not content.
type errStatus struct {
	status int64
	stderr string
}

func (e errStatus) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.stderr) }

// A Runner starts processes through the launcher.
type Runner struct {
	Launch string
	Runs   int
}

// A first run below quick makes the others many, as noise is large beside it; one above
// slow makes them few; one above crawl is the only one; one above patience is ended.
const (
	quick    = time.Second
	slow     = 3 * time.Second
	crawl    = 20 * time.Second
	patience = 2 * time.Minute
)

// settle is for the kernel to end what the run before left behind: the memory of its
// process and its files are freed in the background.
const settle = 20 * time.Millisecond

// Race runs every contender once to warm up and to check its output, then all of them
// round after round, each in an order of its own, so that none has always the same before it,
// and each from copies of its own: in which memory a program happens to lie makes it faster or
// slower, by as much as a third at the start.
func (r Runner) Race(ctx context.Context, workload string, contests []Contest) []*Result {
	results := make([]*Result, len(contests))
	runs := make([]int, len(contests))
	for i, c := range contests {
		results[i] = &Result{Workload: workload, Tool: c.Tool}
		runs[i] = r.warm(ctx, c, results[i])
	}
	order := rand.New(rand.NewPCG(1, 1))
	for round := range slices.Max(runs) {
		for i, c := range contests {
			if round < runs[i] && filepath.Dir(c.Path) == filepath.Dir(r.Launch) { // ours to replace
				results[i].Err = errors.Join(results[i].Err, lay(c.Path, c.Path))
			}
		}
		for _, i := range order.Perm(len(contests)) {
			if round >= runs[i] || ctx.Err() != nil {
				continue
			}
			r.once(ctx, contests[i], results[i])
		}
	}
	return results
}

// warm returns how many runs are to follow.
func (r Runner) warm(ctx context.Context, c Contest, result *Result) int {
	first, err := r.run(ctx, c)
	var bad errStatus
	if errors.As(err, &bad) && c.Skip != nil {
		result.Note = c.Skip(bad.status)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		result.Note = "over " + patience.String()
	}
	if result.Note != "" {
		return 0
	}
	if err == nil && c.Check != nil {
		err = c.Check()
	}
	if err != nil {
		result.Err = fmt.Errorf("%s %s: %w", result.Workload, c.Tool, err)
		return 0
	}
	return r.follow(first, result)
}

func (r Runner) follow(first Sample, result *Result) int {
	switch {
	case first.Wall > crawl:
		result.Samples = []Sample{first}
		return 0
	case first.Wall > slow:
		return min(r.Runs, 3)
	case first.Wall < quick:
		return 3 * r.Runs
	}
	return r.Runs
}

func (r Runner) once(ctx context.Context, c Contest, result *Result) {
	var before map[string]stamp
	if !c.Fresh {
		before = stamps(c.Job.Out)
	}
	sample, err := r.run(ctx, c)
	if err != nil {
		result.Err = errors.Join(result.Err, fmt.Errorf("%s %s: %w", result.Workload, c.Tool, err))
		return
	}
	result.Samples = append(result.Samples, sample)
	if !c.Fresh {
		result.Changed = max(result.Changed, changed(before, stamps(c.Job.Out)))
	}
}

func (r Runner) run(ctx context.Context, c Contest) (Sample, error) {
	if err := c.prepare(); err != nil {
		return Sample{}, err
	}
	time.Sleep(settle)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	args := append([]string{orNull(c.Job.Stdin), orNull(c.Job.Stdout), c.Path}, c.Job.Args...)
	cmd := exec.CommandContext(ctx, r.Launch, args...)
	cmd.Dir, cmd.Env = c.Job.Dir, append(environment(), c.Job.Env...)
	if c.Group != nil {
		cmd.Env = append(cmd.Env, "JOIN="+strings.Join(c.Group.join, ":"))
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that the end reaches the launcher's child
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	sample, err := c.Group.count(func() (Sample, error) { return launch(cmd, &stderr) })
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return sample, err
}

func (c Contest) prepare() error {
	if c.Job.Out == "" {
		return nil
	}
	if c.Fresh {
		if err := os.RemoveAll(c.Job.Out); err != nil {
			return err
		}
	}
	return os.MkdirAll(c.Job.Out, 0o755)
}

// launch reads the launcher's line; integration/bench/floor/launch has the format.
func launch(cmd *exec.Cmd, stderr *bytes.Buffer) (Sample, error) {
	in, out, err := os.Pipe()
	if err != nil {
		return Sample{}, err
	}
	defer in.Close()
	cmd.ExtraFiles = []*os.File{out}
	err = cmd.Run()
	out.Close()
	if err != nil {
		return Sample{}, fmt.Errorf("%w: %s", err, peers.Tail(stderr.Bytes(), 400))
	}
	var wall, user, system, rss, status int64
	if _, err := fmt.Fscan(in, &wall, &user, &system, &rss, &status); err != nil {
		return Sample{}, err
	}
	if status != 0 {
		return Sample{}, errStatus{status, string(peers.Tail(stderr.Bytes(), 400))}
	}
	cpu := time.Duration(user+system) * time.Microsecond
	return Sample{Wall: time.Duration(wall), CPU: cpu, RSS: rss}, nil
}

// environment is small and the same for all.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(os.TempDir(), "nobody"), "LC_ALL=C.UTF-8"}
}

func orNull(name string) string {
	if name == "" {
		return os.DevNull
	}
	return name
}
