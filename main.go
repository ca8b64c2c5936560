package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"confit/render"
	"confit/render/diag"
	"confit/render/template"
	"confit/render/values"
	"confit/sources"
)

// version is set by the linker.
var version = "dev"

func main() {
	// A reader of messages that has gone ends no run. A dump of all stacks, which the runtime
	// writes on SIGQUIT, may hold secrets; handleSignals handles it.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGQUIT)
	os.Exit(run(os.Args[1:], host()))
}

// run executes one command line and returns its exit status. The way of a command line:
//
//	commands   cli.go       finds the verb
//	runPipe    cli.go       begins the limits of the run
//	settle     settings.go  flags and variables; opens what the run may read
//	verb.run                like render below
//	renderAll  simulate.go  runs the pipe, once or for each container of -f
//	renderOne  main.go      the pipe: read (inputs.go), merge, execute
//	publish    publish.go   makes the sinks match
func run(args []string, sys system) int {
	c := newConfit(sys)
	root := c.commands(args)
	root.SetArgs(args)
	err := diag.CatchPanic(root.Execute)
	text, status := c.errorText(err) // within the limits
	c.watchdog.Stop()
	c.machine = sources.Machine{} // and the directories that it holds open: who waits for signals holds c
	c.print(text)
	return status
}

// render is the whole pipe: spec → sources → values → outputs → sinks.
func (c *confit) render([]string) error {
	start := time.Now()
	s, err := c.renderAllOrFail()
	if err != nil {
		return err
	}
	if c.set.out == "-" {
		return c.printOutputs(s)
	}
	total, err := s.publish()
	if err != nil {
		return err
	}
	c.summary(s, total, time.Since(start))
	return context.Cause(c.ctx) // a signal during publishing: all is done, and the status tells
}

// renderOne goes from the spec to the rendered files, all in memory.
func (c *confit) renderOne() (*spec, *render.Result, error) {
	sp, in, err := c.read()
	var values *values.Values
	if err == nil {
		values, err = c.merge(in)
	}
	if err == nil && c.verb.thorough {
		c.merged = values
	}
	if err == nil && in.schema != nil {
		err = in.schema.Validate(values)
	}
	if err != nil && c.verb.thorough && sp != nil {
		err = errors.Join(err, render.Syntax(sp.Render, render.Input{Found: in.found, Limits: sp.Limits.render()}))
	}
	if err != nil {
		return sp, nil, err
	}
	if c.verb.thorough {
		c.noteUses(sp, in)
	}
	made, err := c.execute(sp, in, values)
	return sp, made, err
}

func (c *confit) merge(in inputs) (*values.Values, error) {
	defer c.watchdog.Activity.Begin("merging", "the values")()
	if c.git != nil {
		for _, l := range in.layers { // the merge drops what a null deletes
			c.git.HideValues(l.Root)
		}
	}
	merged, err := values.Merge(in.layers, c.tellNewKeys)
	if err != nil {
		return merged, err
	}
	if c.git != nil {
		c.git.HideValues(merged.Root())
	}
	return merged, sources.CheckEncrypted(merged.Root())
}

func (c *confit) execute(sp *spec, in inputs, values *values.Values) (*render.Result, error) {
	c.watchdog.ValuesLoaded()
	defer c.startTimings()()
	made, err := render.Render(sp.Render, render.Input{
		Values: values, Files: template.NewFiles(in.files), Found: in.found, Schemas: in.schemas,
		Sources: sp.searched(c.readsEnv()), Deadline: c.watchdog.Deadline(), Limits: sp.Limits.render(), Activity: &c.watchdog.Activity, Budget: &c.watchdog.Budget,
	})
	if err != nil {
		return nil, err
	}
	c.console.Notices(made.Notices)
	return made, checkOutputs(sp, made.Outputs)
}

// startTimings begins to measure templates. What it returns tells the times, by name.
func (c *confit) startTimings() func() {
	if !c.set.verbose {
		return func() {}
	}
	var mu sync.Mutex
	var lines []string
	c.watchdog.Activity.OnTaskEnd = func(kind, name string, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf("%s %s in %d ms", kind, diag.Quoted(name), took.Milliseconds()))
	}
	return func() {
		c.watchdog.Activity.OnTaskEnd = nil
		slices.Sort(lines)
		for _, line := range lines {
			c.console.Detail(line)
		}
	}
}
