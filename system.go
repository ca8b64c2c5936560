package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"

	"confit/render"
	"confit/sinks"
	"confit/sources"
)

// A system is what main hands in from the process it is: its streams, its environment
// and the directory it was started in.
type system struct {
	stdout, stderr io.Writer
	env            []string
	dir            string
	exit           func(status int) // ends the process while a run cannot be stopped otherwise
}

func host() system {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	return system{stdout: os.Stdout, stderr: os.Stderr, env: os.Environ(), dir: dir, exit: os.Exit}
}

// confit is one run.
type confit struct {
	sys      system
	stdout   output
	verb     string
	flags    pipeFlags
	set      settings
	world    sources.World
	watchdog *watchdog
	ctx      context.Context
	heeding  chan struct{} // closed when signals reach us
	before   []string      // notices that wait for the settings
	differs  bool          // what diff found
	git      *sources.Git
	spool    atomic.Pointer[sinks.Spool] // the watchdog drops it, too
	writing  sync.Mutex                  // of stderr
}

func newConfit(sys system) *confit {
	c := &confit{sys: sys, stdout: output{sys.stdout}, ctx: context.Background()}
	c.set.logFormat = "text"
	c.watchdog = newWatchdog(func(p *render.Problem) {
		c.dropSpool()
		c.sys.exit(c.report(p))
	})
	return c
}

// handleSignals lets SIGTERM and SIGINT end a run that has not begun to publish, and
// asks one that has to stop where it safely can. Nothing undoes it: once a handler is
// gone a late signal kills a run that has published all, or ends process 1 with status 2.
// It takes the runtime two threads and as long as to read a volume, so where there is
// another processor for that, nobody waits for it before there is something to publish.
func (c *confit) handleSignals() {
	ctx, cancel := context.WithCancelCause(context.Background())
	c.ctx = ctx
	c.heeding = make(chan struct{})
	signals := make(chan os.Signal, 1)
	heed := func() {
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		close(c.heeding)
	}
	alone := runtime.GOMAXPROCS(0) == 1
	if alone {
		heed()
	}
	go func() {
		if !alone {
			heed()
		}
		s := <-signals
		p := &render.Problem{Cause: render.CauseSignal, Code: "signal", Text: "ended by " + s.String(), Err: signalError{s.(syscall.Signal)}}
		c.watchdog.interrupt(p)
		cancel(p)
	}()
}

type signalError struct{ s syscall.Signal }

func (e signalError) Error() string { return e.s.String() }

// output is stdout. That it cannot be written to is a problem of its own, and not one of
// the volume that /dev/stdout is on.
type output struct{ to io.Writer }

func (o output) Write(text []byte) (int, error) {
	n, err := o.to.Write(text)
	if err == nil {
		return n, nil
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return n, &render.Problem{Cause: render.CauseIO, Code: sinks.CodeIO, Text: "stdout: " + err.Error(), Hint: "look at where stdout leads: a full volume, or a reader that has gone", Err: err}
}

// isTerminal tells whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour tells whether to colour what goes to w.
func (c *confit) colour(w io.Writer) bool {
	for _, pair := range c.sys.env {
		if len(pair) > 9 && pair[:9] == "NO_COLOR=" {
			return false
		}
	}
	return isTerminal(w)
}
