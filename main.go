// Command confit merges mounted ConfigMaps, Secrets and environment variables and
// writes configuration files from templates: all of them, or none.
package main

import (
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
	root := c.commands()
	root.SetArgs(args)
	return c.report(safely(root.Execute))
}

// render is the whole pipe: spec → sources → values → outputs → sink.
func (c *confit) render() error {
	start := time.Now()
	spec, made, err := c.outputs()
	if err != nil {
		return err
	}
	if c.set.out == "-" {
		return c.print(made.Outputs)
	}
	var total sinks.Result
	for _, d := range c.deliveries(spec, made.Outputs) {
		c.guard.commit()
		r, err := d.dir.Apply(c.ctx, d.outs)
		if err != nil {
			return err
		}
		c.notices(r.Notices)
		total.Add(r)
	}
	c.summary(total, time.Since(start))
	return nil
}

// diff shows what render would change.
func (c *confit) diff() error {
	spec, made, err := c.outputs()
	if err != nil {
		return err
	}
	for _, d := range c.deliveries(spec, made.Outputs) {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return err
		}
		if err := plan.Diff(c.sys.stdout, c.colour(c.sys.stdout)); err != nil {
			return err
		}
		c.differs = c.differs || !plan.Empty()
	}
	return nil
}

// outputs goes from the spec to the rendered files, all in memory.
func (c *confit) outputs() (*spec, *render.Result, error) {
	sp, in, err := c.read()
	if err != nil {
		return nil, nil, err
	}
	values, err := render.Merge(in.layers, c.notice)
	if err == nil && in.schema != nil {
		err = in.schema.Check(values)
	}
	if err != nil {
		return sp, nil, err
	}
	made, err := c.execute(sp, in, values)
	return sp, made, err
}

func (c *confit) execute(sp *spec, in inputs, values *render.Values) (*render.Result, error) {
	made, err := render.Render(sp.Render, render.Input{
		Values: values, Files: render.NewFiles(in.files), Found: in.found, Schemas: in.schemas,
		Sources: sp.sourceNames(), Deadline: c.guard.start(sp.timeout),
	})
	if err != nil {
		return nil, err
	}
	return made, checkOutputs(made.Outputs)
}
