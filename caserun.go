package main

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/sinks"
)

// runCase runs a case and compares what came with what must come.
func (c *confit) runCase(t *testCase) error {
	var env []string
	for name, value := range t.Env {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	inner := newConfit(system{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: env, dir: c.absolute(t.dir), exit: c.sys.exit})
	inner.top = checkoutOf(c.sys.dir)
	inner.as, inner.ctx, inner.signalsReady = c.verb, c.ctx, c.signalsReady
	args := t.args()
	root := inner.commands(args)
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		return err
	}
	inner.watchdog.Start(inner.set.timeout)
	defer inner.watchdog.Stop()
	s, err := inner.runs()
	if s != nil && err == nil {
		err = s.problems()
	}
	if err != nil {
		t.expectError(diag.Problems(err, diag.CauseUnknown))
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
		t.result.failed = "there is no error, and " + caseFile + " expects one"
		return nil
	}
	return t.compare(outs, c.update)
}

// expectError compares the first error with the expected one.
func (t *testCase) expectError(problems []*diag.Problem) {
	inOrder(problems)
	if t.Error == nil {
		t.result = caseResult{failed: "there are errors", errs: problems}
		return
	}
	for _, p := range problems {
		at := p.Pos.Outer()
		file, line, hasLine := strings.Cut(t.Error.At, ":")
		if (t.Error.Code == "" || p.Code == t.Error.Code) && strings.Contains(p.Text, t.Error.Text) &&
			(t.Error.At == "" || file == at.File && (!hasLine || line == strconv.Itoa(at.Line))) {
			return
		}
	}
	t.result = caseResult{failed: "there is another error than the expected one", errs: problems}
}

// compare compares the outputs with the files in expected/, by the text that may be shown.
func (t *testCase) compare(outs []content.Output, update bool) error {
	shown := make([]content.Output, len(outs))
	for i, o := range outs {
		text, err := o.Content.Shown()
		if err != nil {
			return err
		}
		shown[i] = content.Output{Path: strings.TrimPrefix(o.Path, "/"), Mode: 0o644, Content: content.Plain(text)}
	}
	dir := path.Join(t.at, expectedDir)
	if update {
		return sinks.Replace(filepath.Join(t.dir, expectedDir), shown)
	}
	if _, err := t.fsys.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.result.failed = "there is no " + expectedDir + "/ (--update writes it)"
		return nil
	}
	want, err := t.expected(dir, "")
	if err != nil {
		return err
	}
	plan, err := sinks.Between(want, shown)
	if err == nil && !plan.Empty() {
		t.result = caseResult{failed: diag.Plural(len(plan.Changes), "file") + " not as in " + expectedDir + "/", diff: plan}
	}
	return err
}

// expected reads the files below a directory.
func (t *testCase) expected(dir, below string) ([]content.Output, error) {
	entries, err := t.fsys.ReadDir(path.Join(dir, below))
	var all []content.Output
	for _, e := range entries {
		name := path.Join(below, e.Name())
		if e.IsDir() {
			inside, err := t.expected(dir, name)
			if err != nil {
				return nil, err
			}
			all = append(all, inside...)
			continue
		}
		const most = 64 << 20
		file, err := t.fsys.ReadRegular(path.Join(dir, name), most)
		if err != nil {
			return nil, err
		}
		all = append(all, content.Output{Path: name, Mode: 0o644, Content: content.Plain(file.Data)})
	}
	return all, err
}
