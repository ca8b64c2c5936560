package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"confit/integration/pod"
)

const help = `one command a line:
  ps                    the containers
  logs NAME             what a container has said
  exec NAME COMMAND...  run a command in a container
  get PATH              fetch a page from port 8080 of the pod; or a URL with another port
  apply                 read the files again: volumes change as the kubelet changes them
  replace               delete the pod and start another
  sandbox               kill the pause process: init containers run again
  kill NAME             kill a container: it starts anew, init containers do not run
  start                 try again after a failure
  quit                  stop the pod and remove every trace of it
`

// A session is one pod and the person who looks at it.
type session struct {
	m     *pod.Manifest
	pod   *pod.Pod
	files []string
	out   io.Writer
}

// run starts the pod and obeys the commands of in to their end. A Job is only
// waited for. The error is that of the start, or of the Job.
func (s *session) run(ctx context.Context, in io.Reader) error {
	err := s.timed(ctx, s.pod.Start)
	if s.m.Kind == "Job" && err == nil {
		err = s.pod.Wait(ctx)
		for _, c := range s.m.Template.Spec.Containers {
			err = errors.Join(err, s.do(ctx, "logs", []string{c.Name}))
		}
		return err
	}
	if err != nil {
		fmt.Fprintln(s.out, err)
	}
	lines := make(chan string)
	go func() {
		for scan := bufio.NewScanner(in); scan.Scan(); {
			lines <- scan.Text()
		}
		close(lines)
	}()
	return errors.Join(s.obey(ctx, lines), err)
}

// obey carries out one command a line.
func (s *session) obey(ctx context.Context, lines <-chan string) error {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	fmt.Fprint(s.out, "> ")
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-look.C:
			s.follow(ctx)
		case line, more := <-lines:
			verb, args, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !more || verb == "quit" {
				return nil
			}
			if err := s.do(ctx, verb, strings.Fields(args)); err != nil {
				fmt.Fprintln(s.out, err)
			}
			fmt.Fprint(s.out, "> ")
		}
	}
}

// follow restarts what has ended and has restartPolicyRules, and says so.
func (s *session) follow(ctx context.Context) {
	restarted, err := s.pod.Follow(ctx)
	if err != nil {
		fmt.Fprintln(s.out, err)
	}
	if restarted {
		fmt.Fprint(s.out, "restarted, as restartPolicyRules say\n> ")
	}
}

// patience is how long the user waits for a pod to be ready.
const patience = time.Minute

// timed starts the pod in some way, and says how long that took.
func (s *session) timed(ctx context.Context, start func(context.Context) error) error {
	begin := time.Now()
	if err := start(ctx); err != nil {
		return err
	}
	ready, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.pod.Ready(ready); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "pod %s up in %v\n", s.pod.Name, time.Since(begin).Round(time.Millisecond))
	return s.ps(ctx)
}

func (s *session) do(ctx context.Context, verb string, args []string) error {
	name := strings.Join(args[:min(1, len(args))], "")
	switch verb {
	case "ps":
		return s.ps(ctx)
	case "logs":
		log, err := s.pod.Log(name)
		fmt.Fprint(s.out, log)
		return err
	case "exec":
		out, err := s.pod.Exec(ctx, name, args[min(1, len(args)):]...)
		fmt.Fprint(s.out, out)
		return err
	case "get":
		return s.get(ctx, name)
	case "apply":
		return s.apply()
	case "replace":
		return s.timed(ctx, s.pod.Replace)
	case "sandbox":
		return s.timed(ctx, s.pod.RestartSandbox)
	case "start":
		return s.timed(ctx, s.pod.Start)
	case "kill":
		return s.timed(ctx, func(ctx context.Context) error { return s.pod.Kill(ctx, name) })
	case "":
	default:
		fmt.Fprint(s.out, help)
	}
	return nil
}

func (s *session) ps(ctx context.Context) error {
	table := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, c := range slices.Concat(s.m.Template.Spec.InitContainers, s.m.Template.Spec.Containers) {
		state, err := s.pod.State(ctx, c.Name)
		if err != nil {
			return err
		}
		text := "waiting"
		switch {
		case state.Running:
			text = fmt.Sprintf("running, PID %d", state.PID)
		case state.Started:
			text = fmt.Sprintf("ended with status %d", state.ExitCode)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, c.Image, text)
	}
	return table.Flush()
}

func (s *session) get(ctx context.Context, url string) error {
	if strings.HasPrefix(url, "/") {
		url = "http://localhost:8080" + url
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := s.pod.Client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		fmt.Fprintln(s.out, resp.Status)
	}
	_, err = io.Copy(s.out, resp.Body)
	return err
}

// apply takes new objects and a new template from the files. Containers see the
// template when they are next made.
func (s *session) apply() error {
	m, err := pod.Load(s.files...)
	if err != nil {
		return err
	}
	for _, c := range slices.Concat(m.Template.Spec.InitContainers, m.Template.Spec.Containers) {
		if s.m.Container(c.Name) == nil {
			return fmt.Errorf("container %s is new: quit and start podrun again", c.Name)
		}
	}
	*s.m = *m
	return s.pod.Sync()
}
