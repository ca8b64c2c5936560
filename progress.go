package main

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"confit/sinks/console"
)

// A progress tells on a terminal what a run is busy with, once that takes longer than a second.
type progress struct {
	done, all atomic.Int64 // items, like workloads
	items     atomic.Value // their name, a string
	fetching  atomic.Bool  // the Git sources show lines of their own
	end       func()
}

// count begins to count items.
func (p *progress) count(items string, all int) {
	p.done.Store(0)
	p.all.Store(int64(all))
	p.items.Store(items)
}

// showProgress shows a line each second, until c.progress.end is called. Nobody reads it where
// stderr is no terminal.
func (c *confit) showProgress() {
	c.progress.end = func() {}
	if c.verb.repeats || !c.talksToTerminal() {
		return
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for {
			select {
			case <-stop:
				c.console.Progress("")
				return
			case <-ticks.C:
				if !c.progress.fetching.Load() {
					c.console.Progress(c.progressLine())
				}
			}
		}
	}()
	c.progress.end = func() {
		close(stop)
		<-stopped
		c.progress.end = func() {}
	}
}

// progressLine is how far the run is, and its work.
func (c *confit) progressLine() string {
	work := c.watchdog.Activity.String()
	if all := c.progress.all.Load(); all > 0 {
		work = strings.TrimSuffix(fmt.Sprintf("%d of %d %s: %s", c.progress.done.Load(), all, c.progress.items.Load(), work), ": ")
	}
	return work
}

// talksToTerminal tells whether a person reads stderr as it comes.
func (c *confit) talksToTerminal() bool {
	return isTerminal(c.sys.stderr) && !c.set.quiet && c.set.logFormat == "text"
}

// unlined is a stream that takes the line of progress away before it writes.
type unlined struct {
	to      io.Writer
	console *console.Console
}

func (u unlined) Write(text []byte) (int, error) {
	u.console.Progress("")
	return u.to.Write(text)
}
