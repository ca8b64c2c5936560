package main

import (
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"sync/atomic"

	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/specfile"
	"confit/sinks"
	"confit/sinks/console"
	"confit/sinks/report"
	"confit/sources"
)

const (
	caseFile    = "case.yaml"
	expectedDir = "expected"
)

// A testCase is a folder with a case.yaml: what to run, and what must come of it. The folder
// expected has the files; without it, error: says which error there must be.
type testCase struct {
	specfile.Places

	Spec          string            `yaml:"spec"`
	Root          string            `yaml:"root"`
	Manifests     []string          `yaml:"manifests"`
	Workloads     []string          `yaml:"workloads"`
	AssumeSecrets bool              `yaml:"assumeSecrets"`
	Env           map[string]string `yaml:"env"`
	Set           []string          `yaml:"set"`
	SetString     []string          `yaml:"setString"`
	SetFile       []string          `yaml:"setFile"`
	SetJSON       []string          `yaml:"setJSON"`
	Error         *expectedError    `yaml:"error"`

	dir    string // of the case, as the command line leads to it
	fsys   sources.FS
	at     string // of the case, in fsys
	result caseResult
}

// An expectedError is the first error that a case must have.
type expectedError struct {
	specfile.Places

	Code string `yaml:"code"`
	At   string `yaml:"at"`   // file:line, below the case
	Text string `yaml:"text"` // a part of it
}

// A caseResult is what came of a case: why it failed, and what differs.
type caseResult struct {
	failed string
	diff   *sinks.Plan
	errs   []*diag.Problem
}

func testFlags(f *pflag.FlagSet) {
	f.Bool("update", false, "write the files that came into expected/, in place of comparing")
}

// test runs the cases below a directory, side by side.
func (c *confit) test(args []string) error {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	cases, err := c.findCases(dir)
	if err != nil {
		return err
	}
	workers := min(runtime.GOMAXPROCS(0), len(cases))
	var next atomic.Int64
	diag.Parallel(workers, func(int) {
		for i := next.Add(1); int(i) <= len(cases); i = next.Add(1) {
			t := cases[i-1]
			if err := diag.CatchPanic(func() error { return c.runCase(t) }); err != nil {
				t.result = caseResult{failed: "the case cannot be run", errs: diag.Problems(err, diag.CauseUnknown)}
			}
		}
	})
	failed := 0
	for _, t := range cases {
		if t.result.failed == "" {
			c.console.Detail("pass " + diag.Quoted(t.dir))
			continue
		}
		failed++
		if err := c.tellFailure(t); err != nil {
			return err
		}
	}
	c.differs = failed > 0
	summary := fmt.Sprintf("%d passed, %d failed", len(cases)-failed, failed)
	if err := c.writeReports(c.reportOfCases(cases, summary)); err != nil {
		return err
	}
	c.console.Info(summary)
	return nil
}

// reportOfCases makes the report of cases: an output for each that passed, and a finding for
// each that failed.
func (c *confit) reportOfCases(cases []*testCase, summary string) *report.Report {
	r := &report.Report{Summary: summary, Version: version, Subject: "confit test", Name: "confit test"}
	for _, t := range cases {
		dir := c.inRepository(t.dir)
		if t.result.failed == "" {
			r.Outputs = append(r.Outputs, report.Output{Group: "confit test", Path: dir})
			continue
		}
		p := &diag.Problem{Code: "test-failed", Text: "the case " + diag.Quoted(dir) + " fails: " + t.result.failed}
		for _, e := range t.result.errs {
			p.Notes = append(p.Notes, e.Error())
		}
		record := console.AsRecord("error", p)
		record.File, record.Line = path.Join(dir, caseFile), 1
		r.Findings = append(r.Findings, report.Finding{Record: record})
	}
	return r
}

// tellFailure prints what came of a failed case.
func (c *confit) tellFailure(t *testCase) error {
	if c.reports.onStdout() {
		c.console.Info("FAIL " + diag.Quoted(t.dir) + ": " + t.result.failed)
		return nil
	}
	text := "FAIL " + diag.Quoted(t.dir) + ": " + diag.EscapeLine(t.result.failed) + "\n"
	if len(t.result.errs) > 0 {
		text += c.console.Report(t.result.errs, "")
	}
	if _, err := io.WriteString(c.stdout, text); err != nil || t.result.diff == nil {
		return err
	}
	return t.result.diff.Diff(c.stdout, c.colour(c.sys.stdout))
}

// findCases reads the case.yaml files at and below a directory.
func (c *confit) findCases(dir string) ([]*testCase, error) {
	fsys, err := sources.Below(c.absolute(dir))
	if err != nil {
		return nil, &diag.Problem{Cause: diag.CauseInput, Code: "input", Text: "the directory " + diag.Quoted(dir) + " cannot be opened", Hint: "name a directory with cases: folders with a " + caseFile, Err: err}
	}
	var cases []*testCase
	var all []error
	var walk func(at string, depth int)
	walk = func(at string, depth int) {
		entries, err := fsys.ReadDir(at)
		all = append(all, err)
		for _, e := range entries {
			switch name := path.Join(at, e.Name()); {
			case e.IsDir() && e.Name() != ".git" && depth < 20:
				walk(name, depth+1)
			case e.Name() == caseFile:
				t, err := readCase(fsys, name, path.Join(dir, at))
				cases, all = append(cases, t), append(all, err)
			}
		}
	}
	walk(".", 0)
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, &diag.Problem{Cause: diag.CauseInput, Code: "no-cases", Text: "there is no " + caseFile + " in " + diag.Quoted(dir), Hint: "a case is a folder with a " + caseFile + " and the files that must come in " + expectedDir + "/"}
	}
	return cases, nil
}

func readCase(fsys sources.FS, name, dir string) (*testCase, error) {
	t := &testCase{dir: dir, fsys: fsys, at: path.Dir(name)}
	file, err := fsys.ReadRegular(name, 1<<20)
	if err != nil {
		return t, err
	}
	shown := path.Join(dir, caseFile)
	doc, err := format.ParseYAML(file.Data)
	if err != nil {
		return t, format.SyntaxProblem(shown, diag.CauseSpec, file.Data, err)
	}
	if doc == nil {
		return t, t.Problem("", shown+" is empty", "write spec: or manifests: in it")
	}
	if err := specfile.Decode(shown, dir, doc, t); err != nil {
		return t, err
	}
	switch {
	case (t.Spec == "") == (len(t.Manifests) == 0):
		return t, t.Problem("spec", "a case has a spec or manifests", "write spec: ../confit.yaml, or manifests: [../deployment.yaml]")
	case len(t.Manifests) > 0 && len(t.Set)+len(t.SetString)+len(t.SetFile)+len(t.SetJSON)+len(t.Env) > 0 || len(t.Manifests) > 0 && t.Root != "":
		return t, t.Problem("manifests", "the manifests say what their containers have: a case cannot set values, variables or a root", "change the manifests")
	}
	return t, nil
}

// args is the command line that the case stands for.
func (t *testCase) args() []string {
	args := []string{"render", "--out", "-"}
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				args = append(args, flag, v)
			}
		}
	}
	add("--config", t.Spec)
	add("--root", t.Root)
	add("--filename", t.Manifests...)
	add("--workload", t.Workloads...)
	add("--set", t.Set...)
	add("--set-string", t.SetString...)
	add("--set-file", t.SetFile...)
	add("--set-json", t.SetJSON...)
	if t.AssumeSecrets {
		args = append(args, "--assume-secrets")
	}
	return args
}
