package main

import (
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/sinks"
	"confit/sinks/page"
	"confit/sinks/report"
	"confit/sources/kubelet"
)

func pageFlags(f *pflag.FlagSet) {
	validateFlags(f)
	f.Lookup("out").Usage = "the `file` to write, also where there are errors; - is stdout"
}

// page checks as validate does, and writes a page of all that it knows.
func (c *confit) page([]string) error {
	s, all, err := c.check()
	p := c.pageOf(s, all)
	p.Changes = c.comparisons(s)
	failed := c.writePage(c.stdout, p)
	var b strings.Builder
	for _, f := range all {
		if f.level == "error" {
			b.WriteString(c.console.Finding(f.level, f.Problem))
		}
	}
	c.console.Print(b.String())
	return c.conclude(p.Summary, all, err, failed)
}

func (c *confit) writePage(stdout io.Writer, p *page.Page) error {
	defer c.watchdog.Activity.Begin("writing", "the page")()
	if c.set.page == "-" {
		_, err := io.WriteString(stdout, p.HTML())
		return err
	}
	return report.WriteFile(c.absolute(c.set.page), p.HTML())
}

// checkReportFiles refuses to write a page or a report over an input of the run, or among the
// files of Git or of a sink.
func (c *confit) checkReportFiles() error {
	names := texts{c.set.page}
	for _, t := range c.targets {
		names = append(names, t.File)
	}
	var all []error
	for _, name := range names {
		if name == "" || name == "-" {
			continue
		}
		at := path.Clean(c.absolute(name))
		if part := stateDir(at); part != "" {
			all = append(all, usagef("the report "+diag.Quoted(name)+" would be a file of "+part, "name a file outside of "+part))
		}
		if input := c.inputAt(at); input != "" {
			all = append(all, usagef("the report "+diag.Quoted(name)+" would replace "+diag.Quoted(input)+", which the run reads", "name another file"))
		}
	}
	return errors.Join(all...)
}

// stateDir is the .git or the .confit-* that a file lies in, also by a link of its directory.
func stateDir(file string) string {
	dir, _ := filepath.EvalSymlinks(path.Dir(file))
	for part := range strings.SplitSeq(dir+path.Dir(file), "/") {
		if strings.EqualFold(part, ".git") || strings.HasPrefix(part, ".confit-") {
			return part
		}
	}
	if base := path.Base(file); strings.EqualFold(base, ".git") { // also of a worktree, a file
		return base
	}
	return ""
}

// inputAt is the spec, or the argument of -f or --against, that a file is or lies in.
func (c *confit) inputAt(file string) string {
	spec := c.set.config
	if path.IsAbs(spec) {
		spec = path.Join(c.set.root, spec)
	}
	for _, name := range slices.Concat(texts{spec}, c.manifests.files, c.manifests.against) {
		at := path.Clean(c.absolute(name))
		read, err := os.Stat(at)
		there, err2 := os.Stat(file)
		switch {
		case name == "" || name == "-":
		case at == file, err == nil && err2 == nil && read.Mode().IsRegular() && os.SameFile(read, there):
			return name
		case err == nil && read.IsDir() && path.Dir(file) == at && slices.Contains(manifestExtensions, path.Ext(file)):
			return name
		}
	}
	return ""
}

// pageOf is the page of what was rendered and found, without changes.
func (c *confit) pageOf(s *batch, all []finding) *page.Page {
	p := &page.Page{Subject: c.subject(), Manifests: len(c.manifests.files) > 0, Version: version, Summary: s.count(all)}
	for _, f := range all {
		p.Problems = append(p.Problems, c.onPage(f))
	}
	for _, pod := range s.pods {
		p.Pods = append(p.Pods, s.podOnPage(pod))
	}
	if !p.Manifests && len(s.runs) > 0 {
		p.Run = s.runs[0].onPage()
	}
	return p
}

func (c *confit) onPage(f finding) page.Problem {
	return page.Problem{Finding: c.findingOf(f), SourceLine: f.Pos.Line, SourceCol: f.Pos.Col}
}

// problemsOnPage are the problems of an error that does not count.
func (c *confit) problemsOnPage(err error) []page.Problem {
	var all []page.Problem
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		all = append(all, c.onPage(finding{"error", p}))
	}
	return all
}

func (s *batch) podOnPage(pod *kubelet.Pod) page.Pod {
	p := page.Pod{Name: pod.Workload.String()}
	for _, k := range pod.Containers {
		c := page.Container{Name: k.Name, Role: k.Role(), Image: k.Image}
		for _, m := range k.Mounts() {
			c.Mounts = append(c.Mounts, page.Mount(m))
		}
		if i := slices.IndexFunc(s.runs, func(r *pipeRun) bool { return r.container == k }); i >= 0 {
			c.Run = s.runs[i].onPage()
		}
		p.Containers = append(p.Containers, c)
	}
	return p
}

// onPage lists the files and the values of a run.
func (r *pipeRun) onPage() *page.Run {
	run := &page.Run{Failed: r.result == nil}
	if r.merged != nil {
		defer r.watchdog.Activity.Begin("explaining", "the values")()
		run.Values = r.merged.Explained()
		if r.result != nil {
			r.result.Annotate(run.Values)
		}
		r.placeSettings(run.Values)
	}
	if r.result == nil {
		return run
	}
	for i := range r.spec.Sinks {
		dir := r.spec.Sinks[i].Path
		if r.container != nil {
			dir = r.spec.inside[i]
		}
		for _, o := range r.outputsOf(i) {
			f := page.File{Path: path.Join(dir, o.Path), Mode: uint32(o.Mode.Perm()), From: o.Pos().String(), Content: o.Content}
			if r.container != nil {
				f.Elsewhere = r.container.Elsewhere(f.Path)
				if at, what := r.inManifest(o.Pos().File, o.Pos().Line, o.Pos().Col); what != "" {
					f.From = at.String()
				}
			}
			run.Files = append(run.Files, f)
		}
	}
	return run
}

// comparisons compares with the manifests of --against, or with the directories of the sinks.
func (c *confit) comparisons(s *batch) []page.Comparison {
	if len(c.manifests.against) > 0 {
		with := page.Comparison{With: "the manifests " + diag.QuotedList(c.manifests.against)}
		if len(s.runs) == 0 || s.problems() != nil {
			with.Notes = []string{"They are not compared, because of the errors above."}
			return []page.Comparison{with}
		}
		plan, err := c.against(s)
		with.Plan, with.Failed = plan, c.problemsOnPage(err)
		return []page.Comparison{with}
	}
	if len(c.manifests.files) > 0 || len(s.runs) == 0 || s.problems() != nil {
		return nil
	}
	var all []page.Comparison
	for i := range s.runs[0].spec.Sinks {
		all = append(all, c.comparison(s.runs[0].newDelivery(i)))
	}
	return all
}

// comparison compares with a directory, as diff does. The author of a spec chooses the
// directory, so it is read only where the run may read it, and so is each file in it.
func (c *confit) comparison(d delivery) page.Comparison {
	with := page.Comparison{With: "the directory " + diag.Quoted(d.dir.Path)}
	if !c.machine.CanRead(d.dir.Path) {
		with.Notes = []string{"Its files are not compared: it is not there, or " + c.verb.name + " may not read it."}
		return with
	}
	err := requireOutputs([]delivery{d})
	if err == nil {
		with.Plan, err = d.dir.Plan(d.outs)
	}
	if with.Plan != nil {
		all := len(with.Plan.Changes)
		with.Plan.Changes = slices.DeleteFunc(with.Plan.Changes, func(ch sinks.Change) bool {
			return ch.Kind != sinks.Create && !c.machine.CanRead(path.Join(d.dir.Path, ch.Path))
		})
		with.Notes = with.Plan.Notices
		if hidden := all - len(with.Plan.Changes); hidden > 0 {
			with.Notes = append(with.Notes, diag.Plural(hidden, "change")+" not shown, as "+c.verb.name+" may not read the file.")
		}
		err = errors.Join(err, with.Plan.Refused)
	}
	with.Failed = c.problemsOnPage(err)
	return with
}
