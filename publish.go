package main

import (
	"path"

	"confit/render"
	"confit/sinks"
)

// A delivery is a sink with what goes to it.
type delivery struct {
	dir  sinks.Dir
	outs []render.Output
}

// deliveries deals out the outputs.
func (c *confit) deliveries(sp *spec, outs []render.Output) []delivery {
	outs = c.only(outs)
	var all []delivery
	for i := range sp.Sinks {
		s := &sp.Sinks[i]
		d := s.Dir(sp.Name, s.Base)
		d.LockTimeout = c.set.lockTimeout
		d.NoPrune = d.NoPrune || c.set.only != ""
		all = append(all, delivery{d, outs})
	}
	return all
}

// only keeps the outputs that --only names.
func (c *confit) only(outs []render.Output) []render.Output {
	if c.set.only == "" {
		return outs
	}
	var kept []render.Output
	for _, o := range outs {
		if render.Glob(c.set.only, o.Path) || render.Glob(c.set.only, path.Base(o.Path)) {
			kept = append(kept, o)
		}
	}
	return kept
}

// print writes the outputs to stdout. Secrets are masked on a terminal; elsewhere the
// command line must say what it wants, so that no masked text ends up in a real file.
func (c *confit) print(outs []render.Output) error {
	outs = c.only(outs)
	if !c.set.masked && !c.set.showSecrets && !isTerminal(c.sys.stdout) {
		for _, o := range outs {
			if o.Content.IsSensitive() {
				return usagef(render.Quoted(o.Path)+" holds secrets, and stdout is no terminal", "add --masked, or --show-secrets to print them as they are")
			}
		}
	}
	return sinks.Print(c.sys.stdout, outs, c.set.showSecrets)
}

// checkOutputs finds paths that cannot be published, alone or beside each other.
func checkOutputs(outs []render.Output) error {
	return sinks.CheckOutputs(outs, func(o render.Output) render.Cause {
		if o.Made {
			return render.CauseData
		}
		return render.CauseSpec
	})
}
