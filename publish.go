package main

import (
	"errors"
	"fmt"
	"path"
	"time"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/sinks"
	"confit/sources"
)

// A delivery is a sink with the outputs that go to it.
type delivery struct {
	dir  sinks.Dir
	outs []content.Output
}

// deliveries deals out the outputs: all to the only sink, else each to the one it names.
func (c *confit) deliveries(sp *spec, outs []content.Output) ([]delivery, error) {
	var all []delivery
	var dirs []sinks.Dir
	var outsOf [][]content.Output
	for i := range sp.Sinks {
		s := &sp.Sinks[i]
		d := delivery{dir: s.Dir(sp.Name, s.Base), outs: outs}
		d.dir.LockTimeout = c.set.lockTimeout
		d.dir.Detail = c.detail()
		d.dir.NoPod = !c.sys.inPod()
		d.dir.NoPrune = d.dir.NoPrune || c.set.only != ""
		if len(sp.Sinks) > 1 {
			d.outs = outputsOf(s.Name, outs)
		}
		all, dirs, outsOf = append(all, d), append(dirs, d.dir), append(outsOf, d.outs)
	}
	return all, sinks.CheckApart(dirs, outsOf)
}

func outputsOf(sink string, outs []content.Output) []content.Output {
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
func (c *confit) requireOutputs(all []delivery) error {
	if c.git == nil || c.git.Whole() {
		return nil
	}
	c.watchdog.wait(true) // reading what is published was never on the clock
	var missing []content.Blob
	for i := range all {
		d := &all[i]
		missing = append(missing, d.dir.Missing(d.outs, func(b content.Blob) bool { return !sources.Holds(b) })...)
	}
	c.watchdog.wait(false)
	return c.git.Require(missing)
}

// publish makes each sink match, one after the other. A failure says which are done. The
// last sink gets the source cache: by then all sinks have their files.
func (c *confit) publish(all []delivery) (sinks.Result, error) {
	if err := c.requireOutputs(all); err != nil {
		return sinks.Result{}, err
	}
	if c.git != nil && len(all) > 0 {
		all[len(all)-1].dir.SourceCache = c.git.CacheWriter()
	}
	<-c.signalsReady
	c.watchdog.commit()
	var total sinks.Result
	for i, d := range all {
		r, err := d.dir.Apply(c.ctx, d.outs)
		if err != nil {
			return total, partly(err, all[:i])
		}
		c.console.Notices(r.Notices)
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

func (c *confit) summary(r sinks.Result, took time.Duration) {
	c.console.Info(fmt.Sprintf("%d created, %d updated, %d removed, %d unchanged in %d ms", r.Created, r.Updated, r.Removed, r.Unchanged, took.Milliseconds()))
}

// only keeps the outputs that --only names.
func (c *confit) only(outs []content.Output) ([]content.Output, error) {
	if c.set.only == "" {
		return outs, nil
	}
	var kept []content.Output
	var names []string
	for _, o := range outs {
		names = append(names, o.Path)
		if glob.Match(c.set.only, o.Path) || glob.Match(c.set.only, path.Base(o.Path)) {
			kept = append(kept, o)
		}
	}
	if len(kept) == 0 {
		hint := diag.DidYouMean(c.set.only, names, "it is a glob of whole paths, or of their last names")
		return nil, usagef("--only "+diag.Quoted(c.set.only)+" matches no output", hint)
	}
	return kept, nil
}

// printOutputs writes the outputs to stdout. Secrets are masked on a terminal; elsewhere the
// command line must say how, so that no masked text ends up in a real file.
func (c *confit) printOutputs(outs []content.Output) error {
	if !c.set.masked && !c.set.showSecrets && !isTerminal(c.sys.stdout) {
		for _, o := range outs {
			if o.Content.IsSensitive() {
				return usagef(diag.Quoted(o.Path)+" holds secrets, and stdout is no terminal", "add --masked, or --show-secrets to print them as they are")
			}
		}
	}
	return sinks.Print(c.stdout, outs, c.set.showSecrets)
}

// checkOutputs finds paths that cannot be published, alone or beside each other.
func checkOutputs(sp *spec, outs []content.Output) error {
	if len(sp.Sinks) == 1 {
		return sinks.CheckOutputs(outs)
	}
	var all []error
	for i := range sp.Sinks {
		all = append(all, sinks.CheckOutputs(outputsOf(sp.Sinks[i].Name, outs)))
	}
	return errors.Join(all...)
}
