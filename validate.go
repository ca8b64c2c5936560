package main

import (
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"confit/render"
	"confit/render/diag"
	"confit/sinks/console"
	"confit/sources/kubelet"
)

// A finding is a problem, a warning or a notice of validate.
type finding struct {
	level string
	*diag.Problem
}

// validate renders in memory and reports errors, and warnings about probable slips.
func (c *confit) validate([]string) error {
	s, err := c.runs()
	if s == nil {
		s = &simulation{}
	}
	if s.problems() != nil {
		err = s.problems()
	}
	for _, r := range s.runs {
		if r.spec.hasEnv() && !r.readsEnv() {
			c.console.Notice("the env sources are left out: validate reads the environment only with --allow-env")
		}
	}
	all := s.found(err)
	for _, f := range all {
		c.console.Explain(f.Problem)
	}
	return c.tell(s, all, err)
}

// found lists the findings: those of pods, the problems of err, and the warnings of good runs.
func (s *simulation) found(err error) []finding {
	var all []finding
	for _, f := range s.findings {
		if f.Level != kubelet.Error {
			all = append(all, finding{string(f.Level), f.Problem})
		}
	}
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		all = append(all, finding{"error", p})
	}
	for _, r := range s.runs {
		if r.err == nil {
			all = append(all, r.unused()...)
		}
	}
	return all
}

// tell prints the findings, writes the reports and gives the error that the status comes from.
func (c *confit) tell(s *simulation, all []finding, err error) error {
	r := c.reportOf(s, all)
	failed := c.writeReports(r)
	if c.set.format == "text" {
		var b strings.Builder
		for _, f := range all {
			b.WriteString(c.console.Finding(f.level, f.Problem))
		}
		to := io.Writer(c.stdout)
		if c.reports.onStdout() {
			to = c.sys.stderr
		}
		_, broken := io.WriteString(to, b.String())
		failed = errors.Join(failed, broken)
	}
	if errors.Is(failed, console.ErrReaderGone) {
		return failed
	}
	c.console.Print(c.console.Report(diag.Problems(failed, diag.CauseIO), ""))
	c.console.Info(r.Summary)
	if c.set.strict && err == nil && slices.ContainsFunc(all, func(f finding) bool { return f.level == "warning" }) {
		err = &diag.Problem{Cause: diag.CauseData, Text: "there are warnings"}
	}
	if err = errors.Join(err, failed); err != nil {
		return reported{err}
	}
	return nil
}

// count is the last line of validate.
func (s *simulation) count(all []finding) string {
	levels := map[string]int{}
	for _, f := range all {
		levels[f.level]++
	}
	outputs := 0
	for _, r := range s.runs {
		if r.result != nil {
			outputs += len(r.result.Outputs)
		}
	}
	line := strings.Join([]string{
		diag.Plural(levels["error"], "error"), diag.Plural(levels["warning"], "warning"),
		diag.Plural(outputs, "output"), diag.Plural(s.standIns, "stand-in"),
	}, ", ")
	if s.workloads > 0 {
		line = diag.Plural(s.workloads, "workload") + ": " + line
	}
	return line
}

// unused warns of probable slips.
func (r *pipeRun) unused() []finding {
	defer r.watchdog.Running.Begin("looking for", "unused values")()
	var all []finding
	for _, p := range r.result.Unused(r.uses.names, r.uses.sources) {
		if r.container != nil {
			r.place(p)
		}
		all = append(all, finding{"warning", p})
	}
	return all
}

// uses are what the entries of a spec name.
type uses struct {
	names   *render.Names
	sources map[string]bool // those whose files an entry or a schema is made of
}

// noteUses notes them before the texts are rendered, which releases them.
func (c *confit) noteUses(sp *spec, in inputs) {
	c.uses = uses{render.NamesIn(sp.Render, in.found, in.schema), map[string]bool{}}
	var files []string
	if sp.Schema != "" {
		files = append(files, inFolder(sp.Base, sp.Schema))
	}
	for i := range sp.Render {
		e := &sp.Render[i]
		if tree, _, ok := strings.Cut(e.Ref(), ":"); ok {
			c.uses.sources[tree] = true
		}
		if e.Checks.Schema != "" {
			files = append(files, inFolder(e.Base, e.Checks.Schema))
		}
		found := in.found[e.Ref()]
		for _, f := range slices.Concat(found.Files, found.Partials) {
			files = append(files, f.From)
		}
	}
	for i := range sp.Sources {
		s := &sp.Sources[i]
		if s.Name != "" && c.uses.sources[s.Name] || slices.ContainsFunc(files, s.Holds) {
			c.uses.sources[s.String()] = true
		}
	}
}

func inFolder(base, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(base, name)
}

// reported is an error whose problems are printed already; only its status counts.
type reported struct{ error }

func (r reported) Unwrap() error { return r.error }
