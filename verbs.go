package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"confit/render"
	"confit/render/diag"
	"confit/render/values"
	"confit/sinks"
	"confit/sinks/console"
)

// diff shows the changes that render would make.
func (c *confit) diff([]string) error {
	sp, made, err := c.outputs()
	if err != nil {
		return err
	}
	var plans []*sinks.Plan
	all, err := c.deliveries(sp, made.Outputs)
	if err != nil {
		return err
	}
	if err := c.requireOutputs(all); err != nil {
		return err
	}
	for _, d := range all {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return err
		}
		plans = append(plans, plan)
	}
	defer c.watchdog.running.Begin("comparing", "the files")()
	for i, plan := range plans {
		c.console.Notices(plan.Notices)
		if len(all) > 1 && c.set.format != "json" {
			fmt.Fprintf(c.stdout, "# %s\n", diag.Quoted(all[i].dir.Path))
		}
		if err := c.show(all[i].dir.Path, plan); err != nil {
			return err
		}
		c.differs = c.differs || !plan.Empty()
	}
	return c.refusals(plans)
}

// refusals tells why render would refuse the changes. Only a thing in the way is an error:
// whoever may only read the directory wants to see the differences.
func (c *confit) refusals(plans []*sinks.Plan) error {
	var inWay []error
	for _, plan := range plans {
		for _, p := range diag.Problems(plan.Refused, diag.CauseIO) {
			if p.Cause == diag.CauseInWay {
				inWay = append(inWay, p)
			} else {
				c.console.Notice("render could not do this here: " + p.Error())
			}
		}
	}
	return errors.Join(inWay...)
}

// show prints the plan for a directory, as a diff or as data.
func (c *confit) show(dir string, plan *sinks.Plan) error {
	if c.set.format == "json" {
		return console.WriteJSON(c.stdout, struct {
			Dir string `json:"dir"`
			*sinks.Plan
		}{dir, plan})
	}
	return plan.Diff(c.stdout, c.colour(c.sys.stdout))
}

// validate renders in memory and reports errors, and warnings about probable slips.
func (c *confit) validate([]string) error {
	sp, made, err := c.outputs()
	if sp.hasEnv() && !c.readsEnv() {
		c.console.Notice("the env sources are left out: validate reads the environment only with --allow-env")
	}
	var all []console.Finding
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		all = append(all, console.Finding{Level: "error", Problem: p})
	}
	if err == nil {
		for _, p := range c.unused(sp, made) {
			all = append(all, console.Finding{Level: "warning", Problem: p})
		}
	}
	if err := c.console.Findings(c.stdout, c.set.format, all, c.onDisk); err != nil {
		return err
	}
	if err != nil {
		return reported{err}
	}
	are := " are valid, "
	if len(made.Outputs) == 1 {
		are = " is valid, "
	}
	c.console.Info(diag.Plural(len(made.Outputs), "output") + are + diag.Plural(len(all), "warning"))
	return nil
}

func (c *confit) unused(sp *spec, made *render.Result) []*diag.Problem {
	defer c.watchdog.running.Begin("looking for", "unused values")()
	return made.Unused(sp.usedTrees())
}

// tellTimes begins to measure templates. What it returns tells the times, by name.
func (c *confit) tellTimes() func() {
	if !c.set.verbose {
		return func() {}
	}
	var mu sync.Mutex
	var lines []string
	c.watchdog.running.Ended = func(kind, name string, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf("%s %s in %d ms", kind, diag.Quoted(name), took.Milliseconds()))
	}
	return func() {
		c.watchdog.running.Ended = nil
		slices.Sort(lines)
		for _, line := range lines {
			c.console.Detail(line)
		}
	}
}

// reported is an error whose problems are printed already; only its status counts.
type reported struct{ error }

func (r reported) Unwrap() error { return r.error }

// onDisk is the name of a file below the working directory, where --root stands in for /.
func (c *confit) onDisk(name string) string {
	if !filepath.IsAbs(name) {
		return name
	}
	if name = filepath.Join(c.set.root, name); !filepath.IsAbs(name) {
		return name
	}
	if below, err := filepath.Rel(c.sys.dir, name); err == nil && filepath.IsLocal(below) {
		return below
	}
	return name
}

// explain prints the values at and below a path with their origins, or those that an
// output has read.
func (c *confit) explain(args []string) error {
	path := "."
	if len(args) > 0 {
		path = args[0]
	}
	sp, in, err := c.read()
	if err != nil {
		return err
	}
	merged, err := c.merge(in) // the schema is not asked: explain shows why it fails
	if err != nil {
		return err
	}
	made, failed := c.execute(sp, in, merged)
	defer c.watchdog.running.Begin("explaining", "the values")()
	var all []values.Explained
	isFile := false
	if failed == nil {
		all, isFile = made.ExplainFile(path)
	}
	if !isFile {
		if all, err = merged.Explain(path); err != nil {
			return err
		}
	}
	if failed == nil {
		made.Annotate(all)
	} else {
		c.console.Notice("the templates fail, so what reads a value is not known: see confit validate")
	}
	if c.set.format == "json" {
		return console.WriteJSON(c.stdout, all)
	}
	return printExplained(c.stdout, all)
}

func printExplained(w io.Writer, all []values.Explained) error {
	var b strings.Builder
	for _, x := range all {
		fmt.Fprintf(&b, "%s = %s\n  from %s\n", diag.Quoted(x.Path), diag.EscapeLine(string(x.Value)), origin(x.Setting))
		for _, o := range slices.Backward(x.Overrode) {
			fmt.Fprintf(&b, "  over %s from %s\n", diag.EscapeLine(string(o.Value)), origin(o))
		}
		for _, name := range x.ReadBy {
			fmt.Fprintf(&b, "  read by %s\n", diag.Quoted(name))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func origin(s values.Setting) string {
	if s.Place == "" || s.Place == s.Source {
		return diag.EscapeLine(s.Source)
	}
	return diag.EscapeLine(s.Place + " (" + s.Source + ")")
}
