package main

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/sinks/console"
	"confit/sinks/report"
)

// reports are the reports that validate writes beside its text.
type reports struct {
	flags   texts    // FORMAT=FILE
	targets []target // of the flags, and of --format
}

// A target is a format and the file that it goes to; - is stdout.
type target struct{ format, file string }

func (c *confit) reportFlags(f *pflag.FlagSet) {
	f.Var(&c.reports.flags, "report", "also write a report: `FORMAT=FILE`; FORMAT is "+listed(report.Formats())+"; a FILE of - is stdout, and the text goes to stderr")
}

// settle reads the flags. A format other than text goes to stdout, in place of the text.
func (r *reports) settle(format string) error {
	if format != "text" && format != "" { // test has no --format
		r.targets = append(r.targets, target{format, "-"})
	}
	var all []error
	for _, flag := range r.flags {
		format, file, ok := strings.Cut(flag, "=")
		t := target{format, file}
		switch {
		case !ok || file == "":
			all = append(all, usagef("--report "+diag.Quoted(flag)+" does not say where to", "write it as FORMAT=FILE, like sarif=confit.sarif"))
		case !slices.Contains(report.Formats(), format):
			all = append(all, usagef("--report: there is no format "+diag.Quoted(format), diag.DidYouMeanOneOf(format, report.Formats(), "the formats are ")))
		case slices.ContainsFunc(r.targets, func(o target) bool { return o.file == t.file }):
			all = append(all, usagef("two reports go to "+diag.Quoted(file), "give each a file of its own"))
		}
		r.targets = append(r.targets, t)
	}
	return errors.Join(all...)
}

// onStdout tells whether a report goes to stdout.
func (r *reports) onStdout() bool {
	return slices.ContainsFunc(r.targets, func(t target) bool { return t.file == "-" })
}

// writeReports writes the reports, and the summary of a GitHub step if one is for GitHub.
func (c *confit) writeReports(r *report.Report) error {
	var all []error
	summary := c.stepSummary()
	for _, t := range c.reports.targets {
		text := r.In(t.format)
		if t.file == "-" {
			_, err := io.WriteString(c.stdout, text)
			all = append(all, err)
		} else {
			all = append(all, report.WriteFile(c.absolute(t.file), text))
		}
		if t.format == "github" && summary != "" {
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
func (c *confit) reportOf(s *simulation, all []finding) *report.Report {
	r := &report.Report{Summary: s.count(all), Version: version, Strict: c.set.strict, Subject: c.subject()}
	for _, f := range all {
		record := console.AsRecord(f.level, f.Problem)
		record.File = c.inRepository(record.File)
		if record.File == "" && f.Pos.File != "" {
			record.Text, record.Line, record.Col = f.Pos.String()+": "+record.Text, 0, 0
		}
		end := 0
		if f.Pos.In == (diag.Spot{}) && f.Source != "" {
			end = utf8.RuneCountInString(f.Source) + 1
		}
		r.Findings = append(r.Findings, report.Finding{Record: record, Source: f.Source, End: end})
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

// reportEnd writes the reports of a run that a limit or a signal ends.
func (c *confit) reportEnd(p *diag.Problem) {
	if len(c.reports.targets) > 0 {
		err := c.writeReports(c.reportOf(&simulation{}, []finding{{"error", p}}))
		c.console.Print(c.console.Report(diag.Problems(err, diag.CauseIO), ""))
	}
}

// subject names what is validated, as the repository has it.
func (c *confit) subject() string {
	if len(c.manifests.files) > 0 {
		return cmp.Or(c.inRepository(strings.TrimPrefix(c.manifests.files[0], "-")), "stdin")
	}
	return c.inRepository(c.set.config)
}

// inRepository is the name of a file relative to the top of the repository, which is what
// platforms show: the checkout of the working directory, or that of the file. It is "" for
// what is no file there: a flag, a variable, a file of a Git source.
func (c *confit) inRepository(name string) string {
	if name == "" || strings.HasPrefix(name, "--") || strings.HasPrefix(name, "env ") {
		return ""
	}
	at := c.absolute(c.onDisk(name))
	if strings.Contains(name, "@") {
		if _, err := os.Lstat(at); err != nil {
			return ""
		}
	}
	tops := []string{c.absolute(path.Dir(c.set.config))}
	if c.sys.dir != "/" { // as in a container without a working directory
		tops = append([]string{c.sys.dir}, tops...)
	}
	for _, dir := range []string{path.Dir(at), c.sys.dir} {
		if top := checkoutOf(dir); isCheckout(top) {
			tops = append([]string{top}, tops...)
		}
	}
	for _, top := range tops {
		if below, err := filepath.Rel(top, at); err == nil && filepath.IsLocal(below) {
			return below
		}
	}
	return at
}

// onDisk is the name of a file where --root stands in for /.
func (c *confit) onDisk(name string) string {
	if !filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.set.root, name)
}
