package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"

	"confit/render/diag"
	"confit/render/values"
	"confit/sinks"
	"confit/sinks/access"
	"confit/sinks/console"
	"confit/sinks/report"
	"confit/sources"
	"confit/sources/checkout"
	"confit/sources/watchdog"
)

// A system is the process as main hands it in: its streams, its environment and the
// directory it was started in.
type system struct {
	stdin          io.Reader
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
	return system{stdin: os.Stdin, stdout: os.Stdout, stderr: console.OwnStderr(), env: os.Environ(), dir: dir, exit: os.Exit}
}

// inPod tells whether the kubelet has started this process.
func (s system) inPod() bool {
	_, err := os.Stat("/dev/termination-log")
	return err == nil || slices.ContainsFunc(s.env, func(pair string) bool {
		return strings.HasPrefix(pair, "KUBERNETES_SERVICE_HOST=") && !strings.HasSuffix(pair, "=")
	})
}

// confit is one run.
type confit struct {
	sys      system
	stdout   console.Stdout
	console  *console.Console
	verb     *verb // nil before the command line is understood
	args     []string
	flags    pipeFlags
	set      settings
	machine  sources.Machine
	watchdog *watchdog.Watchdog
	ctx      context.Context
	differs  bool // diff has found differences
	progress progress

	helpFailed error // of writing the help
	git        *sources.Git
	round      *round                      // of a watcher; nil for a run of its own
	spool      atomic.Pointer[sinks.Spool] // the watchdog drops it, too

	caseVerb    *verb  // that runs the command line of a case; nil for others
	update      bool   // --update
	checkoutTop string // of the checkout that a case may read; "" for that of the working directory

	manifests manifestFlags
	reportTo  texts               // --report
	targets   report.Targets      // of it, and of --format
	uses      uses                // of the entries; noted for validate
	newKeys   []values.NewKey     // that variables make; noted for validate
	merged    *values.Values      // noted for report
	sim       *simulatedContainer // of a container in manifests; nil for the run of the command line
	simulated []*confit           // the runs of such containers
	origins   func() *checkout.Files

	signalsReady   chan struct{} // closed when signals reach us
	pendingNotices []string      // until the settings say how to print them
}

func newConfit(sys system) *confit {
	c := &confit{sys: sys, stdout: console.Stdout{To: sys.stdout}, ctx: context.Background()}
	c.origins = sync.OnceValue(c.readOrigins)
	c.console = &console.Console{Stderr: sys.stderr, Explain: func(p *diag.Problem) { access.Explain(p, sys.dir, sys.inPod()) }}
	c.console.Colour = c.colour(sys.stderr)
	c.watchdog = watchdog.New(func(p *diag.Problem) {
		c.dropSpool()
		c.reportEnd(p)
		text, status := c.errorText(p)
		c.print(text)
		c.sys.exit(status)
	})
	return c
}

// detail is the function that is told of every step, or nil where nobody asks for them.
func (c *confit) detail() func(text string) {
	if !c.set.verbose {
		return nil
	}
	return c.console.Detail
}

// errorText is the problems of err as text, with the exit status: that of the first cause in
// the order of diag's list.
func (c *confit) errorText(err error) (text string, status int) {
	if err == nil {
		if c.differs {
			return "", 1
		}
		return "", 0
	}
	if s := exitStatus(0); errors.As(err, &s) {
		return "", int(s)
	}
	if errors.Is(err, console.ErrReaderGone) {
		return "", 128 + int(syscall.SIGPIPE) // as of a process that the signal ends
	}
	problems := c.problems(err)
	first := slices.MinFunc(problems, func(a, b *diag.Problem) int { return cmp.Compare(a.Cause, b.Cause) })
	if errors.As(err, &reported{}) {
		problems = nil
	}
	last := ""
	if c.writes() && !c.watchdog.Publishing() {
		last = "nothing was written"
	}
	status = first.Cause.Status()
	var signal signalError
	if errors.As(first, &signal) {
		status = 128 + int(signal.s)
	}
	return c.console.Report(problems, last), status
}

// print writes a report to stderr and to the termination log.
func (c *confit) print(report string) {
	c.console.Print(report)
	if report != "" && c.writes() {
		console.TerminationLog(report)
	}
}

func (c *confit) writes() bool { return c.verb != nil && c.verb.writes }

// problems lists the problems of err in the order of their places. Those of cobra, and
// those of flags that say what a spec says, are problems of usage.
func (c *confit) problems(err error) []*diag.Problem {
	unknown := diag.CauseUnknown
	if c.verb == nil {
		unknown = diag.CauseUsage // cobra's own: a verb or flag that is not there
	}
	problems := diag.Problems(err, unknown)
	for _, p := range problems {
		if text, near, ok := strings.Cut(p.Text, "\n\nDid you mean this?\n"); ok && c.verb == nil {
			p.Text, p.Hint = text, "did you mean "+strings.Join(strings.Fields(near), ", ")+"?"
		}
		if p.Cause == diag.CauseSpec && (c.set.config == "" || strings.HasPrefix(p.Pos.File, "--")) {
			p.Cause = diag.CauseUsage
		}
	}
	diag.SortByPlace(problems, func(p *diag.Problem) diag.Pos { return p.Pos })
	return problems
}

// handleSignals lets SIGTERM, SIGINT and SIGQUIT end a run that has not begun to publish, and
// asks a publishing run to stop where it safely can. Nothing undoes it: without a handler a
// late signal kills a run that has published all, or ends process 1 with status 2.
// To install the handler is slow: it takes the runtime two threads. With more than one processor
// it is done in the background, and publishing waits for signalsReady.
func (c *confit) handleSignals() {
	ctx, cancel := context.WithCancelCause(context.Background())
	c.ctx = ctx
	c.signalsReady = make(chan struct{})
	signals := make(chan os.Signal, 1)
	notify := func() {
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
		close(c.signalsReady)
	}
	alone := runtime.GOMAXPROCS(0) == 1
	if alone {
		notify()
	}
	go func() {
		if !alone {
			notify()
		}
		s := <-signals
		p := &diag.Problem{Cause: diag.CauseSignal, Code: "signal", Text: "ended by " + s.String(), Err: signalError{s.(syscall.Signal)}}
		c.watchdog.Interrupt(p)
		cancel(p)
	}()
}

type signalError struct{ s syscall.Signal }

func (e signalError) Error() string { return e.s.String() }

// isTerminal tells whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour tells whether to colour what goes to w.
func (c *confit) colour(w io.Writer) bool {
	for _, pair := range c.sys.env {
		if pair == "TERM=dumb" || strings.HasPrefix(pair, "NO_COLOR=") && pair != "NO_COLOR=" {
			return false
		}
	}
	return isTerminal(w)
}

// paint colours a report for stdout, if that is a terminal.
func (c *confit) paint(report string) string {
	if !c.colour(c.sys.stdout) || c.console.JSON {
		return report
	}
	return console.Paint(report)
}
