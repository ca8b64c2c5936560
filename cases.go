package main

import (
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"confit/render/diag"
	"confit/sinks/cases"
	"confit/sinks/console"
	"confit/sinks/report"
	"confit/sources/checkout"

	"github.com/spf13/pflag"
)

func testFlags(f *pflag.FlagSet) {
	f.Bool("update", false, "write the files that came into expected/, in place of comparing")
}

// test runs the cases below a directory, side by side.
func (c *confit) test(args []string) error {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	fsys, err := c.openBelow(dir)
	if err != nil {
		return cannotOpen("the directory "+diag.Quoted(dir)+" cannot be opened", "name a directory with cases: folders with a "+cases.File, err)
	}
	all, err := cases.Find(fsys, dir)
	if err != nil {
		return err
	}
	c.progress.count("cases", len(all))
	workers := min(runtime.GOMAXPROCS(0), len(all))
	var next atomic.Int64
	diag.Parallel(workers, func(int) {
		for i := next.Add(1); int(i) <= len(all); i = next.Add(1) {
			t := all[i-1]
			c.progress.done.Add(1)
			if err := diag.CatchPanic(func() error { return c.runCase(t) }); err != nil {
				t.Result = cases.Result{Failed: "the case cannot be run", Errs: diag.Problems(err, diag.CauseUnknown)}
			}
		}
	})
	failed := 0
	for _, t := range all {
		if t.Result.Failed == "" {
			c.console.Detail("pass " + diag.Quoted(t.Dir))
			continue
		}
		failed++
		if err := c.tellFailure(t); err != nil {
			return err
		}
	}
	c.differs = failed > 0
	summary := fmt.Sprintf("%d passed, %d failed", len(all)-failed, failed)
	if err := c.writeReports(c.stdout, c.reportOfCases(all, summary)); err != nil {
		return err
	}
	c.console.Info(summary)
	return nil
}

// reportOfCases makes the report of cases: an output for each that passed, and a finding for
// each that failed.
func (c *confit) reportOfCases(all []*cases.Case, summary string) *report.Report {
	r := &report.Report{Summary: summary, Version: version, Subject: "confit test", Name: "confit test"}
	for _, t := range all {
		dir := c.repository().Name(t.Dir)
		if t.Result.Failed == "" {
			r.Outputs = append(r.Outputs, report.Output{Group: "confit test", Path: dir})
			continue
		}
		p := &diag.Problem{Code: "test-failed", Text: "the case " + diag.Quoted(dir) + " fails: " + t.Result.Failed}
		for _, e := range t.Result.Errs {
			p.Notes = append(p.Notes, e.Error())
		}
		record := console.AsRecord("error", p)
		record.File, record.Line = path.Join(dir, cases.File), 1
		r.Findings = append(r.Findings, report.Finding{Record: record})
	}
	return r
}

// tellFailure prints what came of a failed case.
func (c *confit) tellFailure(t *cases.Case) error {
	if c.targets.OnStdout() {
		c.console.Info("FAIL " + diag.Quoted(t.Dir) + ": " + t.Result.Failed)
		return nil
	}
	text := "FAIL " + diag.Quoted(t.Dir) + ": " + diag.EscapeLine(t.Result.Failed) + "\n"
	if len(t.Result.Errs) > 0 {
		text += c.console.Report(t.Result.Errs, "")
	}
	if _, err := io.WriteString(c.stdout, c.paint(text)); err != nil || t.Result.Diff == nil {
		return err
	}
	return t.Result.Diff.Diff(c.stdout, c.colour(c.sys.stdout))
}

// runCase runs a case and compares what came with what must come.
func (c *confit) runCase(t *cases.Case) error {
	var env []string
	for name, value := range t.Env {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	inner := newConfit(system{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: env, dir: c.absolute(t.Dir), exit: c.sys.exit})
	inner.checkoutTop = checkout.Top(c.sys.dir)
	inner.caseVerb, inner.ctx, inner.signalsReady = c.verb, c.ctx, c.signalsReady
	args := t.Args()
	root := inner.commands(args)
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		return err
	}
	inner.watchdog.Start(inner.set.timeout)
	defer inner.watchdog.Stop()
	s, err := inner.renderAll()
	if s != nil && err == nil {
		err = s.problems()
	}
	if err != nil {
		t.ExpectError(diag.Problems(err, diag.CauseUnknown))
		return nil
	}
	outs := s.runs[0].result.Outputs
	if len(t.Manifests) > 0 {
		if err := s.onlyOutputs(""); err != nil {
			return err
		}
		outs = s.byWorkload()
	}
	if t.Error != nil {
		t.Result.Failed = "there is no error, and " + cases.File + " expects one"
		return nil
	}
	return t.Compare(outs, c.update)
}
