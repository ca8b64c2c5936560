package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/sinks"
	"confit/sources"
)

// A delivery is a sink with the outputs that go to it.
type delivery struct {
	run  *pipeRun
	dir  sinks.Dir
	outs []content.Output
}

// deliveries deals out the outputs of all runs: of each, all to the only sink, else each to
// the one it names.
func (s *batch) deliveries() ([]delivery, error) {
	var all []delivery
	var errs []error
	for _, r := range s.runs {
		first := len(all)
		for i := range r.spec.Sinks {
			all = append(all, r.newDelivery(i))
		}
		var dirs []sinks.Dir
		var outsOf [][]content.Output
		for _, d := range all[first:] {
			dirs, outsOf = append(dirs, d.dir), append(outsOf, d.outs)
		}
		errs = append(errs, sinks.CheckApart(dirs, outsOf))
	}
	return all, errors.Join(errs...)
}

// newDelivery is the sink number i of the spec with its outputs.
func (r *pipeRun) newDelivery(i int) delivery {
	s := &r.spec.Sinks[i]
	d := delivery{run: r, dir: s.Dir(r.spec.Name, s.Base), outs: r.outputsOf(i)}
	d.dir.LockTimeout = r.set.lockTimeout
	d.dir.Detail = r.detail()
	d.dir.Memory = r.watchdog.Memory()
	d.dir.NoPod = r.sim != nil || !r.sys.inPod()
	d.dir.Receipts = r.round != nil && r.round.receipts
	d.dir.NoPrune = d.dir.NoPrune || r.set.only != ""
	return d
}

// outputsOf are the outputs that go to the sink number i.
func (r *pipeRun) outputsOf(i int) []content.Output {
	if len(r.spec.Sinks) == 1 {
		return r.outs
	}
	return outputsForSink(r.spec.Sinks[i].Name, r.outs)
}

func outputsForSink(sink string, outs []content.Output) []content.Output {
	var kept []content.Output
	for _, o := range outs {
		if o.Sink() == sink {
			kept = append(kept, o)
		}
	}
	return kept
}

// requireOutputs makes sure that the outputs can be published. Files of a commit that an
// earlier run fetched lie in the sinks, as a rule; where one does not, the commit is fetched
// now, before anything is locked.
func requireOutputs(all []delivery) error {
	missing := map[*pipeRun][]content.Blob{}
	var runs []*pipeRun // with Git sources, in their order, so that errors always come alike
	for i := range all {
		d := &all[i]
		if r := d.run; r.git != nil && !r.git.Whole() {
			if !slices.Contains(runs, r) {
				runs = append(runs, r)
			}
			r.watchdog.Wait(true) // reading what is published was never on the clock
			missing[r] = append(missing[r], d.dir.MissingBlobs(d.outs, func(b content.Blob) bool { return !sources.Holds(b) })...)
			r.watchdog.Wait(false)
		}
	}
	var errs []error
	for _, r := range runs {
		errs = append(errs, r.inManifests(r.git.Require(missing[r])))
	}
	return errors.Join(errs...)
}

// publish makes each sink match, one after the other. A failure says which are done. The
// last sink of a run gets the source cache: by then all its sinks have their files.
func (s *batch) publish() (sinks.Result, error) {
	all, err := s.deliveries()
	if err == nil {
		err = requireOutputs(all)
	}
	if err != nil {
		return sinks.Result{}, err
	}
	for i := range all {
		if r := all[i].run; r.git != nil && (i+1 == len(all) || all[i+1].run != r) {
			all[i].dir.SourceCache = r.git.CacheWriter()
		}
	}
	var total sinks.Result
	for i, d := range all {
		<-d.run.signalsReady
		d.run.watchdog.PublishingStarted()
		r, err := d.dir.Apply(d.run.ctx, d.outs)
		if err != nil {
			return total, partly(err, all[:i])
		}
		d.run.console.Notices(r.Notices)
		total.Add(r)
	}
	return total, nil
}

func partly(err error, done []delivery) error {
	for _, d := range done {
		for _, p := range diag.Problems(err, diag.CauseIO) {
			p.Notes = append(p.Notes, "the sink "+diag.Quoted(d.dir.Path)+" is up to date already")
		}
	}
	return err
}

// summary is the last line of a good run.
func (c *confit) summary(s *batch, r sinks.Result, took time.Duration) {
	c.console.Info(s.counted() + fmt.Sprintf("%d created, %d updated, %d removed, %d unchanged in %d ms", r.Created, r.Updated, r.Removed, r.Unchanged, took.Milliseconds()))
}

// onlyOutputs keeps the outputs that --only names; all of them without it.
func (s *batch) onlyOutputs(only string) error {
	var names []string
	kept := 0
	for _, r := range s.runs {
		r.outs = r.result.Outputs
		if only == "" {
			continue
		}
		r.outs = nil
		for _, o := range r.result.Outputs {
			names = append(names, o.Path)
			if glob.Match(only, o.Path) || glob.Match(only, path.Base(o.Path)) {
				r.outs = append(r.outs, o)
			}
		}
		kept += len(r.outs)
	}
	if only != "" && kept == 0 {
		hint := diag.DidYouMean(only, names, "it is a glob of whole paths, or of their last names")
		return usagef("--only "+diag.Quoted(only)+" matches no output", hint)
	}
	return nil
}

// printOutputs writes the outputs to stdout. Secrets are masked on a terminal; elsewhere the
// command line must say how, so that no masked text ends up in a real file.
func (c *confit) printOutputs(s *batch) error {
	var all []sinks.Named
	for _, r := range s.runs {
		for i := range r.spec.Sinks {
			for _, o := range r.outputsOf(i) {
				all = append(all, sinks.Named{Name: r.shownName(i, o.Path), Content: o.Content})
			}
		}
	}
	if !c.set.masked && !c.set.showSecrets && !isTerminal(c.sys.stdout) {
		for _, o := range all {
			if o.Content.IsSensitive() {
				return usagef(diag.Quoted(o.Name)+" holds secrets, and stdout is no terminal", "add --masked, or --show-secrets to print them as they are")
			}
		}
	}
	headers := len(all) > 1 || len(c.manifests.files) > 0
	return sinks.Print(c.stdout, all, headers, c.set.showSecrets)
}

// shownName is how a printed output is named: its path, and in manifests where it goes in
// which workload.
func (r *pipeRun) shownName(sink int, name string) string {
	if r.container == nil {
		return name
	}
	return r.container.Workload().String() + " " + path.Join(r.spec.inside[sink], name)
}

// checkOutputs finds paths that cannot be published, alone or beside each other.
func checkOutputs(sp *spec, outs []content.Output) error {
	if len(sp.Sinks) <= 1 {
		return sinks.CheckOutputs(outs)
	}
	var all []error
	for i := range sp.Sinks {
		all = append(all, sinks.CheckOutputs(outputsForSink(sp.Sinks[i].Name, outs)))
	}
	return errors.Join(all...)
}
