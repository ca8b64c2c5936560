package main

import (
	"cmp"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"confit/render"
	"confit/render/diag"
	"confit/sinks/console"
	"confit/sinks/report"
	"confit/sources/checkout"
	"confit/sources/kubelet"

	"github.com/spf13/pflag"
)

// A finding is a problem, a warning or a notice of validate.
type finding struct {
	level string
	*diag.Problem
}

// validate renders in memory and reports errors, and warnings about probable slips.
func (c *confit) validate([]string) error { return c.tell(c.check()) }

// check renders in memory and lists the findings.
func (c *confit) check() (*batch, []finding, error) {
	s, err := c.renderAll()
	if s == nil {
		s = &batch{}
	}
	if s.problems() != nil {
		err = s.problems()
	}
	for _, r := range s.runs {
		if r.spec.hasEnv() && !r.readsEnv() {
			c.console.Notice("the env sources are left out: " + c.verb.name + " reads the environment only with --allow-env")
		}
	}
	all := s.found(err)
	for _, f := range all {
		c.console.Explain(f.Problem)
	}
	return s, all, err
}

// found lists the findings: those of pods, the problems of err, and the warnings of good runs.
func (s *batch) found(err error) []finding {
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
		var unused []*diag.Problem
		if r.err == nil && r.result != nil { // nil where every error is excused by a Secret that is not at hand
			unused = r.unused()
		}
		found, unused := r.variables(unused)
		for _, p := range unused {
			found = append(found, finding{"warning", p})
		}
		for _, f := range found {
			if r.container != nil {
				r.place(f.Problem)
			}
		}
		all = append(append(all, found...), r.unusedVariables()...)
	}
	return all
}

// tell prints the findings, writes the reports and gives the error that the status comes from.
func (c *confit) tell(s *batch, all []finding, err error) error {
	r := c.reportOf(s, all)
	failed := c.writeReports(c.stdout, r)
	if c.set.format == "text" {
		var b strings.Builder
		for _, f := range all {
			b.WriteString(c.console.Finding(f.level, f.Problem))
		}
		if c.targets.OnStdout() {
			c.console.Print(b.String())
		} else {
			_, broken := io.WriteString(c.stdout, c.paint(b.String()))
			failed = errors.Join(failed, broken)
		}
	}
	return c.conclude(r.Summary, all, err, failed)
}

// conclude prints what went wrong with the reports and the line that counts, and gives the error
// that the status comes from.
func (c *confit) conclude(summary string, all []finding, err, failed error) error {
	if errors.Is(failed, console.ErrReaderGone) {
		return failed
	}
	c.console.Print(c.console.Report(diag.Problems(failed, diag.CauseIO), ""))
	c.console.Info(summary)
	if c.set.strict && err == nil && slices.ContainsFunc(all, func(f finding) bool { return f.level == "warning" }) {
		err = &diag.Problem{Cause: diag.CauseData, Text: "there are warnings"}
	}
	if err = errors.Join(err, failed); err != nil {
		return reported{err}
	}
	return nil
}

// count is the last line of validate.
func (s *batch) count(all []finding) string {
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
func (r *pipeRun) unused() []*diag.Problem {
	defer r.watchdog.Activity.Begin("looking for", "unused values")()
	return r.result.Unused(r.uses.names, r.uses.sources)
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

func (c *confit) reportFlags(f *pflag.FlagSet) {
	f.Var(&c.reportTo, "report", "also write a report: `FORMAT=FILE`; FORMAT is "+listed(report.Formats())+"; a FILE of - is stdout, and the text goes to stderr")
}

// writeReports writes the reports, and the summary of a GitHub step if one is for GitHub.
func (c *confit) writeReports(stdout io.Writer, r *report.Report) error {
	var all []error
	summary := c.stepSummary()
	for _, t := range c.targets {
		text := r.In(t.Format)
		if t.File == "-" {
			_, err := io.WriteString(stdout, text)
			all = append(all, err)
		} else {
			all = append(all, report.WriteFile(c.absolute(t.File), text))
		}
		if t.Format == "github" && summary != "" {
			all = append(all, r.AppendSummary(c.absolute(summary)))
			summary = ""
		}
	}
	return errors.Join(all...)
}

// stepSummary is the file that GitHub shows as the summary of a step; "" elsewhere.
func (c *confit) stepSummary() string {
	for _, pair := range slices.Backward(c.sys.env) {
		if name, ok := strings.CutPrefix(pair, "GITHUB_STEP_SUMMARY="); ok {
			return name
		}
	}
	return ""
}

// reportOf makes the report of findings.
func (c *confit) reportOf(s *batch, all []finding) *report.Report {
	r := &report.Report{Summary: s.count(all), Version: version, Strict: c.set.strict, Subject: c.subject()}
	for _, f := range all {
		r.Findings = append(r.Findings, c.findingOf(f))
	}
	for _, run := range s.runs {
		if run.result == nil {
			continue
		}
		for _, o := range run.result.Outputs {
			r.Outputs = append(r.Outputs, report.Output{Group: cmp.Or(run.title, r.Subject, "confit"), Path: o.Path})
		}
	}
	return r
}

// findingOf is a finding as reports have it.
func (c *confit) findingOf(f finding) report.Finding {
	record := console.AsRecord(f.level, f.Problem)
	record.File = c.repository().Name(record.File)
	if record.File == "" && f.Pos.File != "" {
		record.Text, record.Line, record.Col = f.Pos.String()+": "+record.Text, 0, 0
	}
	end := 0
	if f.Pos.In == (diag.Spot{}) && f.Source != "" {
		end = utf8.RuneCountInString(f.Source) + 1
	}
	return report.Finding{Record: record, Source: f.Source, End: end}
}

// reportEnd writes the reports of a run that a limit or a signal ends. A pipe that nobody reads
// must not keep the process from its end, so it waits for no more than a second.
func (c *confit) reportEnd(p *diag.Problem) {
	if c.set.page == "" && len(c.targets) == 0 {
		return
	}
	written := make(chan error, 1)
	go func() {
		stdout := console.Stdout{To: unlined{c.sys.stdout, c.console}} // c.stdout waits for the watchdog, which calls this
		all, s := []finding{{"error", p}}, &batch{}
		if c.set.page != "" {
			written <- c.writePage(stdout, c.pageOf(s, all))
		} else {
			written <- c.writeReports(stdout, c.reportOf(s, all))
		}
	}()
	select {
	case err := <-written:
		c.console.Print(c.console.Report(diag.Problems(err, diag.CauseIO), ""))
	case <-time.After(time.Second):
	}
}

// subject names what is validated, as the repository has it.
func (c *confit) subject() string {
	if len(c.manifests.files) > 0 {
		return cmp.Or(c.repository().Name(strings.TrimPrefix(c.manifests.files[0], "-")), "stdin")
	}
	return c.repository().Name(c.set.config)
}

// repository names the files that reports show.
func (c *confit) repository() checkout.Repository {
	return checkout.Repository{Dir: c.sys.dir, Config: c.set.config, Root: c.set.root}
}
