package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"confit/render/diag"
)

// Signals are the names of the signals that can be sent.
var Signals = []string{"HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "WINCH"}

var numbers = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "USR1": syscall.SIGUSR1,
	"USR2": syscall.SIGUSR2, "TERM": syscall.SIGTERM, "WINCH": syscall.SIGWINCH,
}

// Signal is a signal to the topmost process of a name.
type Signal struct{ process, name string }

// ParseSignal takes the name of a process, as ps shows it, and of a signal, with or without
// SIG.
func ParseSignal(process, name string) (Signal, error) {
	name = strings.TrimPrefix(name, "SIG")
	switch {
	case process == "" || strings.Contains(process, "/"):
		return Signal{}, errors.New("process is the name of a program, like nginx")
	case numbers[name] == 0:
		return Signal{}, errors.New("name is the name of a signal: " + strings.Join(Signals, ", "))
	}
	return Signal{process, name}, nil
}

func (s Signal) String() string { return s.name + " to " + diag.Quoted(s.process) }

// Notify sends the signal.
func (s Signal) Notify(context.Context) (string, error) {
	return s.send("/proc", sendSignal)
}

// send finds the process in a file system like /proc, and sends it the signal.
func (s Signal) send(proc string, send func(p process, same func() bool, signal syscall.Signal) error) (string, error) {
	p, err := topmostNamed(proc, s.process)
	if err != nil {
		return "", err
	}
	same := func() bool {
		now, ok := readProcess(proc, p.pid)
		return ok && now.started == p.started && now.isNamed(s.process)
	}
	if err := send(p, same, numbers[s.name]); err != nil {
		return "", s.problem(p, err)
	}
	return fmt.Sprintf("%s, process %d", s, p.pid), nil
}

var errEnded = errors.New("it has just ended")

func (s Signal) problem(p process, err error) error {
	problem := &diag.Problem{
		Cause: diag.CauseRemote, Code: "notify", Err: err,
		Text: fmt.Sprintf("%s: process %d: %v", s, p.pid, err),
	}
	switch {
	case errors.Is(err, syscall.EPERM):
		problem.Text = fmt.Sprintf("%s: process %d belongs to user %d, and confit runs as user %d", s, p.pid, p.uid, syscall.Geteuid())
		problem.Hint = fmt.Sprintf("set securityContext: {runAsUser: %d} on every container of confit in the pod", p.uid)
	case errors.Is(err, syscall.ENOSYS):
		problem.Hint = "the kernel, or the sandbox of the pod, does not know pidfd_send_signal: use http: or exit:"
	}
	return problem
}
