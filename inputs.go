package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/schema"
	"confit/render/values"
	"confit/sources"
)

// inputs are everything that was read from outside, in one consistent state.
type inputs struct {
	layers  []values.Layer
	files   []content.File
	found   map[string]content.Found
	schema  *schema.Schema            // of the values
	schemas map[string]*schema.Schema // of outputs, by the name that check: gives
	notices []string
}

// read reads the spec, and everything else that a run depends on. Volumes that change
// meanwhile are read again.
func (c *confit) read() (sp *spec, in inputs, err error) {
	err = sources.Consistent(c.machine, func(s *sources.Snapshot) (err error) {
		if sp, err = c.loadSpec(s); err == nil {
			c.watchdog.Limit(sp.Limits.run())
			if c.round != nil {
				c.round.take(sp)
			}
			s.Limits = sp.Limits.sources()
			s.Avoid(sp.written)
			s.Git, err = c.openGit(sp)
		}
		if err == nil {
			in, err = c.readInputs(s, sp)
		}
		if err == nil && c.git != nil {
			err = in.requireFiles(c.git, sp, c.flags)
		}
		if err == nil {
			values.RevealPublicKeys(in.layers, in.public(sp, c), &c.watchdog.Budget)
		}
		return err
	})
	if sp != nil && c.verb.writes && c.set.out == "" {
		for _, dir := range sp.moved {
			c.console.Info("with --root, the files go to " + diag.Quoted(dir))
		}
	}
	if sp != nil && len(sp.tooHigh) > 0 {
		c.console.Notice("a spec cannot raise the limits of validate, so these have their defaults: " + strings.Join(sp.tooHigh, ", ") + "; --limit NAME=VALUE raises them")
	}
	c.console.Notices(in.notices)
	return sp, in, err
}

// public is what may be shown of a run, beside its layers: the spec, the command line, the
// templates and the schemas.
func (in *inputs) public(sp *spec, c *confit) values.Public {
	p := values.Public{Texts: slices.Concat(c.args, c.flags.sources, c.flags.templates, c.flags.values, sp.texts)}
	for i := range sp.Render {
		p.Files = append(p.Files, sp.Render[i].Executed(in.found[sp.Render[i].Ref()])...)
	}
	for _, s := range append(slices.Collect(maps.Values(in.schemas)), in.schema) {
		if s != nil {
			p.Trees = append(p.Trees, s.Root())
		}
	}
	return p
}

func (c *confit) readInputs(s *sources.Snapshot, sp *spec) (in inputs, err error) {
	notice := func(text string) { in.notices = append(in.notices, text) }
	if sp.Schema != "" {
		s.Use(sp.Places, sp.Schema)
	}
	for i := range sp.Render {
		e := &sp.Render[i]
		for _, name := range []string{e.Ref(), e.Checks.Schema} {
			if name != "" {
				s.Use(e.Places, name)
			}
		}
	}
	in.layers, in.files, err = sources.Read(s, sp.Sources, notice)
	if !c.verb.hasFindings() || c.sim == nil { // else these are findings
		in.notices = append(in.notices, sources.NewVarSlips(sp.Sources, s.Env, false).Notices()...)
	}
	sets, err2 := c.flags.assignments(s)
	if len(sets) > 0 {
		in.layers = append(in.layers, values.Layer{Sets: sets})
		c.console.Detail(fmt.Sprintf("layer %d: the --set flags", len(in.layers)))
	}
	return in, errors.Join(err, err2, in.readFound(s, sp, err != nil), in.readSchemas(s, sp))
}

// readFound reads the files that entries name. Where a source has failed, a file that its
// tree lacks is no error of its own.
func (in *inputs) readFound(s *sources.Snapshot, sp *spec, failed bool) error {
	var all []error
	in.found = map[string]content.Found{}
	for i := range sp.Render {
		e := &sp.Render[i]
		if e.Ref() == "" {
			continue
		}
		found, err := s.Find(e.Places, e.Kind(), e.Ref(), in.files)
		in.found[e.Ref()] = found
		if !failed || !strings.Contains(e.Ref(), ":") {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

func (in *inputs) readSchemas(s *sources.Snapshot, sp *spec) (err error) {
	var all []error
	if sp.Schema != "" {
		in.schema, err = s.Schema(sp.Places, "schema", sp.Schema)
		all = append(all, err)
	}
	in.schemas = map[string]*schema.Schema{}
	for i := range sp.Render {
		e := &sp.Render[i]
		if name := e.Checks.Schema; name != "" {
			in.schemas[name], err = s.Schema(e.Places, "check", name)
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
