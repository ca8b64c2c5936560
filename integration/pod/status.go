package pod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A Failure is a container that could not be started, or that ended with a
// status other than 0.
type Failure struct {
	Container string
	Status    int    // -1 if it was not started
	Message   string // what it left in its termination log
	Log       string // its last lines, or why it was not started
}

// Error implements error.
func (f *Failure) Error() string {
	text := fmt.Sprintf("container %s: exit status %d", f.Container, f.Status)
	if f.Status < 0 {
		text = fmt.Sprintf("container %s: not started", f.Container)
	}
	if f.Message != "" {
		text += "\n  termination message: " + indent(f.Message)
	}
	if f.Log != "" {
		text += "\n  log: " + indent(f.Log)
	}
	return text
}

func indent(s string) string {
	return strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}

// failure says why a container did not do what it should. Podman's own words
// count only if the container has not said anything.
func (p *Pod) failure(ctx context.Context, c *Container, podman string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("container %s: %w", c.Name, context.Cause(ctx))
	}
	s, err := p.State(ctx, c.Name)
	if err != nil || !s.Started {
		return &Failure{Container: c.Name, Status: -1, Log: podman}
	}
	log, err := p.Log(c.Name)
	return errors.Join(err, &Failure{c.Name, s.ExitCode, p.Message(c.Name), tail(log, 20)})
}

func tail(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// State is what podman knows of a container.
type State struct {
	Started  bool
	Running  bool
	PID      int // on this machine; 0 if it does not run
	ExitCode int
	Restarts int // by itself, not by Kill
}

// State returns the present state of a container. One that was never made is
// not an error.
func (p *Pod) State(ctx context.Context, name string) (State, error) {
	if !p.started[name] {
		return State{}, nil
	}
	const format = "{{.State.Status}} {{.State.Pid}} {{.State.ExitCode}} {{.RestartCount}}"
	out, err := p.store.Run(ctx, "inspect", "--type", "container", "--format", format, name)
	if err != nil {
		return State{}, err
	}
	var s State
	var status string
	if _, err := fmt.Sscan(out, &status, &s.PID, &s.ExitCode, &s.Restarts); err != nil {
		return State{}, fmt.Errorf("podman inspect says %q: %w", out, err)
	}
	s.Running = status == "running"
	s.Started = s.Running || status == "exited" || status == "stopped"
	return s, nil
}

// Wait waits until the containers have ended for good, as those of a Job do, and
// returns a Failure for each that did not end with status 0.
func (p *Pod) Wait(ctx context.Context) error {
	var errs []error
	for i := range p.spec().Containers {
		c := &p.spec().Containers[i]
		if err := p.wait(ctx, c); err != nil {
			errs = append(errs, fmt.Errorf("pod %s: %w", p.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (p *Pod) wait(ctx context.Context, c *Container) error {
	for {
		if _, err := p.store.Run(ctx, "wait", "--interval", "50ms", c.Name); err != nil {
			return err
		}
		s, err := p.State(ctx, c.Name)
		switch {
		case err != nil:
			return err
		case s.Running:
			continue // it has been restarted meanwhile
		}
		if restarted, err := p.Follow(ctx); err != nil {
			return err
		} else if restarted {
			continue
		}
		switch {
		case s.ExitCode == 0:
			return nil
		case p.policy(c) == "Never":
			return p.failure(ctx, c, "")
		}
	}
}

func (p *Pod) logFile(name string) string {
	return filepath.Join(p.home.Path, "containers", name+".log")
}

func (p *Pod) messageFile(name string) string {
	return filepath.Join(p.home.Path, "containers", name+".message")
}

// Log is what a container has written to its standard output and error, over
// all its restarts in this pod; nothing for one that never ran.
func (p *Pod) Log(name string) (string, error) {
	b, err := os.ReadFile(p.logFile(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var log strings.Builder
	for line := range strings.Lines(string(b)) { // time stream F text, or P for a part of a line
		fields := strings.SplitN(line, " ", 4)
		if len(fields) < 4 {
			continue
		}
		if fields[2] == "P" {
			fields[3] = strings.TrimSuffix(fields[3], "\n")
		}
		log.WriteString(fields[3])
	}
	return log.String(), err
}

// Message is the termination message of a container's last run: at most the
// last 4096 bytes that it wrote to its termination log.
func (p *Pod) Message(name string) string {
	b, err := os.ReadFile(p.messageFile(name))
	if err != nil {
		return ""
	}
	c := p.Manifest.Container(name)
	if len(b) == 0 && c != nil && c.TerminationMessagePolicy == "FallbackToLogsOnError" {
		log, _ := p.Log(name)
		b = []byte(tail(log, 80))
	}
	return string(b[max(0, len(b)-4096):])
}

// PID is the process, on this machine, that a running container started with.
func (p *Pod) PID(name string) (int, error) {
	b, err := os.ReadFile(filepath.Join(p.home.Path, "containers", name+".pid"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// Environ is the environment a running container was started with.
func (p *Pod) Environ(name string) ([]string, error) {
	pid, err := p.PID(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00"), err
}

// Signal sends a signal to a container's first process. Podman does not know of
// it, so that the container's restart policy applies to what follows.
func (p *Pod) Signal(name string, sig syscall.Signal) error {
	pid, err := p.PID(name)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, sig)
}

// Exec runs a command in a container and returns its standard output.
func (p *Pod) Exec(ctx context.Context, name string, command ...string) (string, error) {
	out, err := p.store.Run(ctx, append([]string{"exec", name}, command...)...)
	if err != nil {
		return out, fmt.Errorf("container %s: %v: %w", name, command, err)
	}
	return out, nil
}
