package main

import (
	"errors"
	"strings"

	"confit/render"
	"confit/sources"
)

// inputs are all that was read from outside, in one consistent state.
type inputs struct {
	layers  []render.Layer
	files   []render.File
	found   map[string]render.Found
	schema  *render.Schema            // of the values
	schemas map[string]*render.Schema // of outputs, by the name that check: gives
	notices []string
}

// read takes in all that a run depends on.
func (c *confit) read() (sp *spec, in inputs, err error) {
	err = sources.Consistent(c.world, func(s *sources.Snapshot) (err error) {
		if sp, err = c.loadSpec(s); err == nil {
			c.watchdog.limit(sp.Limits)
			s.Limits = sp.Limits.sources()
			s.Avoid(sp.written)
			s.Git, err = c.lend(sp)
		}
		if err == nil {
			in, err = c.readInputs(s, sp)
		}
		return err
	})
	for _, text := range in.notices {
		c.inputNotice(text)
	}
	return sp, in, err
}

func (c *confit) readInputs(s *sources.Snapshot, sp *spec) (in inputs, err error) {
	notice := func(text string) { in.notices = append(in.notices, text) }
	in.layers, in.files, err = sources.Read(s, sp.Sources, notice)
	sets, err2 := c.flags.assignments(s)
	if len(sets) > 0 {
		in.layers = append(in.layers, render.Layer{Sets: sets})
	}
	return in, errors.Join(err, err2, in.readFound(s, sp, err != nil), in.readSchemas(s, sp))
}

// readFound reads what the entries name. Where a source failed, what is not in its tree
// is no error of its own.
func (in *inputs) readFound(s *sources.Snapshot, sp *spec, failed bool) error {
	var all []error
	in.found = map[string]render.Found{}
	for i := range sp.Render {
		e := &sp.Render[i]
		if e.Ref() == "" {
			continue
		}
		found, err := s.Find(e, in.files)
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
		in.schema, err = s.Schema(sp.Where, "schema", sp.Schema)
		all = append(all, err)
	}
	in.schemas = map[string]*render.Schema{}
	for i := range sp.Render {
		e := &sp.Render[i]
		if name := e.Checks.Schema; name != "" {
			in.schemas[name], err = s.Schema(e.Where, "check", name)
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
