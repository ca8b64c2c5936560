// Command confit merges mounted ConfigMaps, Secrets and environment variables and
// writes configuration files from templates: all of them, or none.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"confit/render"
	"confit/sinks"
)

// version is set by the linker.
var version = "dev"

func main() {
	os.Exit(run(os.Args[1:], host()))
}

// run executes one command line and gives its exit status.
func run(args []string, sys system) int {
	c := newConfit(sys)
	root := c.commands(args)
	root.SetArgs(args)
	err := render.Safely(root.Execute)
	c.watchdog.stop()
	return c.report(err)
}

// render is the whole pipe: spec → sources → values → outputs → sink.
func (c *confit) render() error {
	start := time.Now()
	spec, made, err := c.outputs()
	if err != nil {
		return err
	}
	outs, err := c.only(made.Outputs)
	if err != nil {
		return err
	}
	if c.set.out == "-" {
		c.watchdog.stop()
		return c.print(outs)
	}
	all, err := c.deliveries(spec, outs)
	if err != nil {
		return err
	}
	total, err := c.publish(all)
	if err != nil {
		return err
	}
	c.summary(total, time.Since(start))
	return context.Cause(c.ctx) // a signal that came while publishing: all is done, the status tells
}

// diff shows what render would change.
func (c *confit) diff() error {
	spec, made, err := c.outputs()
	if err != nil {
		return err
	}
	var plans []*sinks.Plan
	all, err := c.deliveries(spec, made.Outputs)
	if err != nil {
		return err
	}
	for _, d := range all {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return err
		}
		plans = append(plans, plan)
	}
	c.watchdog.stop() // a pager may take its time
	for i, plan := range plans {
		c.notices(plan.Notices)
		if len(all) > 1 && c.set.diffFormat != "json" {
			fmt.Fprintf(c.stdout, "# %s\n", render.Quoted(all[i].dir.Path))
		}
		if err := c.show(all[i].dir.Path, plan); err != nil {
			return err
		}
		c.differs = c.differs || !plan.Empty()
	}
	return c.refusals(plans)
}

// refusals tells why render would not do what diff has shown. Only what is in the way is
// an error: whoever may only read the directory wants to know of the differences.
func (c *confit) refusals(plans []*sinks.Plan) error {
	var inWay []error
	for _, plan := range plans {
		for _, p := range render.Problems(plan.Refused, render.CauseIO) {
			if p.Cause == render.CauseInWay {
				inWay = append(inWay, p)
			} else {
				c.notice("render could not do this here: " + p.Error())
			}
		}
	}
	return errors.Join(inWay...)
}

// show prints the plan for a directory, as a diff or as data.
func (c *confit) show(dir string, plan *sinks.Plan) error {
	if c.set.diffFormat == "json" {
		enc := json.NewEncoder(c.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Dir string `json:"dir"`
			*sinks.Plan
		}{dir, plan})
	}
	return plan.Diff(c.stdout, c.colour(c.sys.stdout))
}

// outputs goes from the spec to the rendered files, all in memory. Where there are no values,
// validate still tells which templates are none.
func (c *confit) outputs() (*spec, *render.Result, error) {
	sp, in, err := c.read()
	var values *render.Values
	if err == nil {
		values, err = c.merge(in)
	}
	if err == nil && in.schema != nil {
		err = in.schema.Check(values)
	}
	if err != nil && c.verb == "validate" && sp != nil {
		err = errors.Join(err, render.Syntax(sp.Render, render.Input{Found: in.found, Limits: sp.Limits.render()}))
	}
	if err != nil {
		return sp, nil, err
	}
	made, err := c.execute(sp, in, values)
	return sp, made, err
}

func (c *confit) merge(in inputs) (*render.Values, error) {
	defer c.watchdog.running.Begin("merging", "the values")()
	return render.Merge(in.layers, c.inputNotice)
}

func (c *confit) execute(sp *spec, in inputs, values *render.Values) (*render.Result, error) {
	c.watchdog.loaded()
	made, err := render.Render(sp.Render, render.Input{
		Values: values, Files: render.NewFiles(in.files), Found: in.found, Schemas: in.schemas,
		Sources: sp.searched(c.readsEnv()), Deadline: c.watchdog.deadline, Limits: sp.Limits.render(), Running: &c.watchdog.running, Budget: &c.watchdog.budget,
	})
	if err != nil {
		return nil, err
	}
	return made, checkOutputs(sp, made.Outputs)
}
