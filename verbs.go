package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"confit/render/diag"
	"confit/sinks"
	"confit/sinks/console"
)

// diff shows the changes that render would make.
func (c *confit) diff([]string) error {
	if len(c.manifests.against) > 0 {
		return c.review()
	}
	if c.set.format == "markdown" {
		return usagef("--format markdown is for --against", "name the old manifests with --against")
	}
	s, err := c.made()
	if err != nil {
		return err
	}
	all, err := s.deliveries()
	if err != nil {
		return err
	}
	if err := requireOutputs(all); err != nil {
		return err
	}
	var plans []*sinks.Plan
	for _, d := range all {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return err
		}
		plans = append(plans, plan)
	}
	defer c.watchdog.Running.Begin("comparing", "the files")()
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

// tellTimes begins to measure templates. What it returns tells the times, by name.
func (c *confit) tellTimes() func() {
	if !c.set.verbose {
		return func() {}
	}
	var mu sync.Mutex
	var lines []string
	c.watchdog.Running.Ended = func(kind, name string, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf("%s %s in %d ms", kind, diag.Quoted(name), took.Milliseconds()))
	}
	return func() {
		c.watchdog.Running.Ended = nil
		slices.Sort(lines)
		for _, line := range lines {
			c.console.Detail(line)
		}
	}
}
