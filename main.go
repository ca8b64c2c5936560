// Command confit merges mounted ConfigMaps, Secrets and environment variables and
// writes configuration files from templates: all of them, or none.
package main

import (
	"errors"
	"os"
	"time"

	"confit/render"
	"confit/sinks"
	"confit/sources"
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
	spec, outs, err := c.outputs()
	if err != nil {
		return err
	}
	if c.set.out == "-" {
		return c.print(outs)
	}
	var total sinks.Result
	for _, d := range c.deliveries(spec, outs) {
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
	spec, outs, err := c.outputs()
	if err != nil {
		return err
	}
	for _, d := range c.deliveries(spec, outs) {
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
func (c *confit) outputs() (*spec, []render.Output, error) {
	sp, in, err := c.read()
	if err != nil {
		return nil, nil, err
	}
	values, err := c.values(in)
	if err != nil {
		return nil, nil, err
	}
	outs, err := render.Render(sp.Render, render.Input{
		Values: values, Files: render.NewFiles(in.files), Found: in.found, Sources: sp.sourceNames(), Deadline: c.guard.start(sp.timeout),
	})
	return sp, outs, errors.Join(err, checkOutputs(outs))
}

// values merges the layers and holds them against the schema.
func (c *confit) values(in inputs) (*render.Values, error) {
	values, err := render.Merge(in.layers, c.notice)
	if err != nil || in.schema == nil {
		return values, err
	}
	return values, in.schema.Check(values)
}

// inputs are all that was read from outside, in one consistent state.
type inputs struct {
	layers  []render.Layer
	files   []render.File
	found   map[string]render.Found
	schema  *render.Schema
	notices []string
}

// read takes in all that a run depends on.
func (c *confit) read() (sp *spec, in inputs, err error) {
	err = sources.Consistent(c.world, func(s *sources.Snapshot) (err error) {
		if sp, err = c.loadSpec(s); err == nil {
			in, err = c.readInputs(s, sp)
		}
		return err
	})
	c.notices(in.notices)
	return sp, in, err
}

func (c *confit) readInputs(s *sources.Snapshot, sp *spec) (in inputs, err error) {
	notice := func(text string) { in.notices = append(in.notices, text) }
	in.layers, in.files, err = sources.Read(s, sp.Sources, notice)
	sets, err2 := c.flags.assignments(s)
	if len(sets) > 0 {
		in.layers = append(in.layers, render.Layer{Sets: sets})
	}
	err = errors.Join(err, err2)
	if sp.Schema != "" {
		var err3 error
		in.schema, err3 = s.Schema(sp.Where, sp.Schema)
		err = errors.Join(err, err3)
	}
	in.found = map[string]render.Found{}
	for i := range sp.Render {
		e := &sp.Render[i]
		if e.Ref() == "" {
			continue
		}
		found, err2 := s.Find(e, in.files)
		in.found[e.Ref()] = found
		err = errors.Join(err, err2)
	}
	return in, err
}
