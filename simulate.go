package main

import (
	"errors"
	"io"
	"path"
	"strings"

	"confit/render"
	"confit/render/content"
	"confit/render/diag"
	"confit/render/values"
	"confit/sinks/console"
	"confit/sources/kubelet"
	"confit/sources/manifest"
)

// A pipeRun is one run of the pipe in memory: that of the command line, or that of a container in
// the manifests of -f.
type pipeRun struct {
	*confit
	title  string // of the container; "" for the run of the command line
	dir    string // of the workload, below --out
	spec   *spec
	result *render.Result
	outs   []content.Output // of result, those that --only keeps
	err    error
	values []values.Explained // of explain
	asked  error              // of the path that explain was given, which no file has

	container *kubelet.Container
}

// A batch is the runs of one command line: one, or with -f one for each confit container.
type batch struct {
	objects   *manifest.Set // that the runs are of
	runs      []*pipeRun
	pods      []*kubelet.Pod
	findings  []kubelet.Finding // of pods
	workloads int
	standIns  int

	madeOfStandIns bool // Secrets are not at hand
}

// renderAll goes from the spec, or from the manifests, to rendered files.
func (c *confit) renderAll() (*batch, error) {
	if len(c.manifests.files) > 0 {
		return c.simulate((*pipeRun).renderInMemory)
	}
	r := &pipeRun{confit: c}
	if r.renderInMemory(); r.result != nil {
		r.outs = r.result.Outputs
	}
	return &batch{runs: []*pipeRun{r}}, r.err
}

// renderAllOrFail is renderAll without any error. The notices about pods are printed.
func (c *confit) renderAllOrFail() (*batch, error) {
	s, err := c.renderAll()
	if err != nil {
		return s, err
	}
	if err := s.problems(); err != nil {
		return s, err
	}
	for _, f := range s.findings {
		c.console.NoticeOf(f.Problem)
	}
	if s.madeOfStandIns && c.verb.writes {
		return s, usagef("nothing that is made of a stand-in for a Secret is written", "use validate, diff or explain, or add the Secret to the manifests")
	}
	return s, s.onlyOutputs(c.set.only)
}

// renderInMemory runs the whole pipe but for the sinks.
func (r *pipeRun) renderInMemory() { r.spec, r.result, r.err = r.renderOne() }

// simulate does something in the place of each confit container of the manifests, one after
// the other.
func (c *confit) simulate(do func(*pipeRun)) (*batch, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	workloads, err := cluster.Objects.Select(c.manifests.workloads)
	if err != nil {
		return nil, err
	}
	s := &batch{objects: cluster.Objects}
	dirs := map[string]int{}
	for _, w := range workloads {
		dirs[w.Dir(false)]++
	}
	var pods []*kubelet.Pod
	c.progress.count("workloads", len(workloads))
	for _, w := range workloads {
		c.progress.done.Add(1)
		pod := cluster.Pod(w)
		pods = append(pods, pod)
		several := dirs[w.Dir(false)] > 1
		if c.simulatePod(s, pod, w.Dir(several), do) {
			s.workloads++
			s.pods = append(s.pods, pod)
			s.findings = append(s.findings, pod.Findings...)
			s.madeOfStandIns = s.madeOfStandIns || pod.StandIns
		}
	}
	if s.workloads == 0 {
		return nil, c.noContainer(cluster, pods)
	}
	for _, f := range s.findings {
		if f.Code == "stand-in" {
			s.standIns++
		}
	}
	s.findings = append(s.findings, cluster.Findings()...)
	diag.SortByPlace(s.findings, func(f kubelet.Finding) diag.Pos { return f.Pos })
	return s, nil
}

// simulatePod runs the confit containers of a pod in their order. Each sees the files that
// those before it wrote. It returns false for a pod without one.
func (c *confit) simulatePod(s *batch, pod *kubelet.Pod, dir string, do func(*pipeRun)) bool {
	var confits []*kubelet.Container
	hidden := false
	for _, k := range pod.Containers {
		switch {
		case k.RunsConfit(c.manifests.containers):
			confits = append(confits, k)
		case k.HidesConfit():
			hidden = true
			pod.NotSimulated(k, "it starts confit from a shell", "give the arguments of confit in args:, without a shell")
		}
	}
	if len(confits) == 0 {
		return hidden
	}
	for i, k := range confits {
		k.Prepare()
		if k.Blocked {
			continue
		}
		r := c.runContainer(k, dir, do)
		if r == nil {
			continue
		}
		if pod.StandIns && r.spec != nil && c.verb.thorough { // others need the outputs
			r.err = k.Excuse(r.err, r.spec.openPaths(k))
		}
		s.runs = append(s.runs, r)
		if r.result != nil {
			r.outs = r.result.Outputs
			pod.Wrote(k, r.written())
			if i+1 < len(confits) || pod.ReadsFiles() {
				r.mirror()
			}
		}
	}
	pod.Check()
	return true
}

// runContainer runs what the args of a container say, in memory.
func (c *confit) runContainer(k *kubelet.Container, dir string, do func(*pipeRun)) *pipeRun {
	out := ""
	if c.set.out != "" && c.set.out != "-" {
		out = path.Join(c.set.out, dir)
	}
	inner := newConfit(system{stdout: io.Discard, stderr: c.sys.stderr, env: k.Environ(), dir: k.Dir(), exit: c.sys.exit})
	inner.console = &console.Console{Stderr: unlined{c.sys.stderr, c.console}, Colour: c.console.Colour, JSON: c.console.JSON, Quiet: c.console.Quiet, Verbose: c.console.Verbose, Prefix: k.Title() + ": ", Explain: func(*diag.Problem) {}}
	inner.watchdog, inner.ctx, inner.signalsReady = c.watchdog, c.ctx, c.signalsReady
	inner.sim = &simulatedContainer{of: c, container: k, out: out}
	c.simulated = append(c.simulated, inner)
	args := k.Args()
	root := inner.commands(args)
	root.SetArgs(args)
	r := &pipeRun{confit: inner, title: k.Title(), dir: dir, container: k}
	if err := diag.CatchPanic(root.Execute); err != nil {
		r.err = inArgs(k, inner, err)
		return r
	}
	if inner.verb == nil || !inner.verb.writes {
		k.NotSimulated("it runs confit " + strings.Join(args[:min(len(args), 1)], "") + ", which writes no files")
		return nil
	}
	watches := inner.verb.repeats
	inner.verb = c.verb // the limits of who runs it
	inner.set.lockTimeout, inner.set.verbose, inner.set.quiet = c.set.lockTimeout, c.set.verbose, c.set.quiet
	inner.set.allowNetwork = c.set.allowNetwork
	inner.sim.replaced, r.err = c.replacedDirs()
	if r.err == nil {
		c.watchdog.Restart(k.Memory())
		do(r)
		r.err = r.inManifests(r.err)
	}
	if watches && r.spec != nil {
		k.Exit = int(r.spec.Watch.Exit)
		if s := r.spec.Watch.Signal; s != nil {
			k.Signal = s.Process
		}
	}
	return r
}

// inArgs gives the problems of a command line the place of the container's args.
func inArgs(k *kubelet.Container, inner *confit, err error) error {
	problems := inner.problems(err)
	var all []error
	for _, p := range problems {
		if p.Pos.File == "" {
			p.Pos = k.ArgsPos()
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

// problems joins the errors of pods and runs, with the places of the manifests.
func (s *batch) problems() error {
	var all []error
	for _, f := range s.findings {
		if f.Level == kubelet.Error {
			all = append(all, f.Problem)
		}
	}
	for _, r := range s.runs {
		all = append(all, r.err)
	}
	return errors.Join(all...)
}

// counted begins the last line of a run over manifests; it is empty for other runs.
func (s *batch) counted() string {
	if s.workloads == 0 {
		return ""
	}
	outputs := 0
	for _, r := range s.runs {
		if r.result != nil {
			outputs += len(r.result.Outputs)
		}
	}
	return diag.Plural(s.workloads, "workload") + ", " + diag.Plural(outputs, "output") + ", " + diag.Plural(s.standIns, "stand-in") + ": "
}
