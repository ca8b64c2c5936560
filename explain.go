package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/values"
	"confit/sinks/console"
)

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
	defer r.watchdog.Activity.Begin("explaining", "the values")()
	var all []values.Explained
	isFile := false
	if failed == nil {
		r.spec, r.result, r.outs = sp, made, made.Outputs
		all, isFile = made.ExplainFile(path)
	}
	if !isFile {
		if all, err = merged.Explain(path); err != nil {
			r.asked = err
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

func origin(s values.Setting) string { return diag.EscapeLine(s.Origin()) }
