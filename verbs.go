package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"confit/render/diag"
	"confit/render/values"
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

// explain prints the values at and below a path with their origins, or those that an
// output has read.
func (c *confit) explain(args []string) error {
	path := "."
	if len(args) > 0 {
		path = args[0]
	}
	if len(c.manifests.files) > 0 {
		return c.explainManifests(path)
	}
	r := &pipeRun{confit: c}
	all, err := r.explained(path)
	if err != nil {
		return err
	}
	if c.set.format == "json" {
		return console.WriteJSON(c.stdout, all)
	}
	return printExplained(c.stdout, all)
}

// explained lists the values at and below a path, or those that an output has read.
func (r *pipeRun) explained(path string) ([]values.Explained, error) {
	sp, in, err := r.read()
	if err != nil {
		return nil, err
	}
	merged, err := r.merge(in) // the schema is not asked: explain shows why it fails
	if err != nil {
		return nil, err
	}
	made, failed := r.execute(sp, in, merged)
	defer r.watchdog.running.Begin("explaining", "the values")()
	var all []values.Explained
	isFile := false
	if failed == nil {
		r.spec, r.result, r.outs = sp, made, made.Outputs
		all, isFile = made.ExplainFile(path)
	}
	if !isFile {
		if all, err = merged.Explain(path); err != nil {
			return nil, err
		}
	}
	if failed == nil {
		made.Annotate(all)
	} else {
		r.console.Notice("the templates fail, so what reads a value is not known: see confit validate")
	}
	r.placeSettings(all)
	return all, nil
}

// explainManifests explains a path in each confit container of the manifests that has it.
func (c *confit) explainManifests(path string) error {
	s, err := c.simulate(func(r *pipeRun) { r.values, r.err = r.explained(path) })
	if err != nil {
		return err
	}
	type explained struct {
		Workload  string             `json:"workload"`
		Container string             `json:"container"`
		Values    []values.Explained `json:"values"`
	}
	var all []explained
	for _, r := range s.runs {
		if r.err == nil {
			all = append(all, explained{r.container.Workload().String(), r.container.Name, r.values})
		}
	}
	if len(all) == 0 {
		return s.problems()
	}
	if c.set.format == "json" {
		return console.WriteJSON(c.stdout, all)
	}
	for _, x := range all {
		if len(all) > 1 {
			fmt.Fprintf(c.stdout, "# %s container %s\n", diag.Quoted(x.Workload), diag.Quoted(x.Container))
		}
		if err := printExplained(c.stdout, x.Values); err != nil {
			return err
		}
	}
	return nil
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
		if x.ReadMore > 0 {
			fmt.Fprintf(&b, "  read by %s\n", diag.Plural(x.ReadMore, "more output"))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func origin(s values.Setting) string {
	text := s.Source
	if s.Place != "" && s.Place != s.Source {
		text = s.Place + " (" + s.Source + ")"
	}
	if s.SignedBy != "" {
		text += ", signed by " + s.SignedBy
	}
	return diag.EscapeLine(text)
}
