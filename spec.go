package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render"
	"confit/render/diag"
	"confit/render/specfile"
	"confit/sinks"
	"confit/sinks/watch"
	"confit/sources"
)

// A spec is confit.yaml. Its main sections are sources, render and sinks; the package of that name
// has the type of an item.
type spec struct {
	specfile.Places

	Version int            `yaml:"version"`
	Name    string         `yaml:"name"`
	Sources []sources.Spec `yaml:"sources"`
	Render  []render.Entry `yaml:"render"`
	Sinks   []sinks.Spec   `yaml:"sinks"`
	Schema  string         `yaml:"schema"`
	Limits  limits         `yaml:"limits"`
	Watch   watch.Section  `yaml:"watch"`

	written []string // directories of the sinks, also of those that --out replaces
	moved   []string // sinks below --root
	inside  []string // the directories of the sinks in a simulated container
	texts   []string // the names and texts of the file
	tooHigh []string // limits that a confined verb lowered to their defaults
}

// sections are those of a spec that a run cannot do without.
type sections struct{ render, sinks bool }

var allSections = sections{render: true, sinks: true}

// loadSpec reads the spec file, adds the entries of flags, and checks the whole.
func (c *confit) loadSpec(s *sources.Snapshot) (*spec, error) {
	doc := &yaml.Node{Kind: yaml.MappingNode}
	sp := &spec{Name: "default"}
	file := c.set.config
	if file != "" {
		var err error
		if doc, err = s.Spec(file); err != nil {
			return nil, c.withoutLine(err)
		}
	}
	err := specfile.Decode(file, path.Dir(file), doc, sp)
	sp.texts = scalarsOf(doc)
	if c.set.root != "" {
		sp.moveSinks(c.set.root)
	}
	sp.written = sp.sinkDirs()
	if wrong := sp.addFlags(c.flags); wrong != nil {
		return sp, errors.Join(err, wrong) // what misses them is no error of its own
	}
	if s.SecretSpec(file, sp.Sources) {
		sp.hide() // before anything quotes a text of it
	}
	if c.sim != nil {
		sp.simulateSinks(c.sim)
		sp.written = append(sp.written, sp.inside...)
	}
	if c.set.out != "-" {
		sp.written = append(sp.written, sp.sinkDirs()...)
	}
	if c.verb.confined {
		byFlag := func(name string) bool {
			return slices.ContainsFunc(c.flags.limits, func(f string) bool { return strings.HasPrefix(f, name+"=") })
		}
		sp.tooHigh = slices.DeleteFunc(sp.Limits.lowerTo(c.set.timeout), byFlag)
	}
	if c.set.timeoutSet || sp.Limits.Time == 0 {
		sp.Limits.Time = c.set.timeout
	}
	return sp, errors.Join(err, sp.Limits.set(c.flags.limits), sp.check(c.needs(), file != ""), sp.Watch.Set(c.set.watch))
}

// needs are the sections that there must be: all of a file and of a container's arguments, and
// those that the verb asks for of a spec that the flags make.
func (c *confit) needs() sections {
	if c.set.config != "" || c.sim != nil {
		return allSections
	}
	return c.verb.needs
}

// check finds what is wrong with the spec as a whole.
func (sp *spec) check(needs sections, file bool) error {
	all := []error{sp.checkHead(needs, file), sp.Watch.Check()}
	names := map[string]bool{}
	for i := range sp.Sources {
		s := &sp.Sources[i]
		all = append(all, s.Check())
		if names[s.Name] && s.Name != "" {
			all = append(all, s.Problem("name", "another source has the name "+diag.Quoted(s.Name), "give each a name of its own"))
		}
		names[s.Name] = true
	}
	for i := range sp.Render {
		all = append(all, sp.Render[i].Check(), sp.checkEntry(&sp.Render[i]))
	}
	for i := range sp.Sinks {
		all = append(all, sp.Sinks[i].Check())
	}
	return errors.Join(append(all, sinks.CheckSpecs(sp.Sinks, sp.choices()))...)
}

func (sp *spec) checkHead(needs sections, file bool) error {
	var all []error
	if file && sp.Version != 1 && !sp.Reported("version") {
		text := "version is the version of this format"
		if sp.Has("version") {
			text = fmt.Sprintf("this confit reads version 1, not %d", sp.Version)
		}
		all = append(all, sp.Problem("version", text, "write version: 1"))
	}
	if err := sinks.CheckName(sp.Name); err != nil {
		all = append(all, sp.Problem("name", "name: "+err.Error(), ""))
	}
	if needs.render && len(sp.Render) == 0 && !sp.Reported("render") {
		all = append(all, sp.Problem("render", "there is nothing to render", "add an entry to render:, or use --template or --values"))
	}
	if needs.sinks && len(sp.Sinks) == 0 && !sp.Reported("sinks") {
		all = append(all, sp.Problem("sinks", "there is no place to write to", "set sinks: [{dir: /config-out}], or --out DIR"))
	}
	return errors.Join(all...)
}

// checkEntry checks an entry against the other sections: the named source that it reads, and
// the path that it goes to.
func (sp *spec) checkEntry(e *render.Entry) error {
	var all []error
	if tree, _, ok := strings.Cut(e.Ref(), ":"); ok && !sp.hasTree(tree) {
		all = append(all, e.Problem(e.Kind(), "no source has the name "+diag.Quoted(tree), "set name: "+diag.Quoted(tree)+" on a source"))
	}
	if to := strings.TrimSuffix(e.StaticTo(), "/"); to != "" && to != "." {
		if err := sinks.CheckPath(to); err != nil {
			all = append(all, e.Problem("to", "to: "+diag.Quoted(to)+" is "+err.Error(), "write a path below the sink's directory, like conf/app.yaml"))
		}
	}
	return errors.Join(all...)
}

// hasTree tells whether a source has the name, or may have been meant to.
func (sp *spec) hasTree(name string) bool {
	if len(sp.Sources) == 0 && sp.Reported("sources") {
		return true
	}
	return slices.ContainsFunc(sp.Sources, func(s sources.Spec) bool { return s.Name == name || s.Reported("name") })
}

// hide makes the texts of the spec secrets: it is in a Secret.
func (sp *spec) hide() {
	sp.texts = nil
	for i := range sp.Render {
		sp.Render[i].Hide()
	}
}

func (sp *spec) hasGit() bool {
	return slices.ContainsFunc(sp.Sources, func(s sources.Spec) bool { return s.Git != "" })
}

func (sp *spec) hasEnv() bool {
	return sp != nil && slices.ContainsFunc(sp.Sources, func(s sources.Spec) bool { return s.HasVars() })
}

// moveSinks moves the sinks of the spec below --root, which stands in for / in all that the
// spec says.
func (sp *spec) moveSinks(root string) {
	for i := range sp.Sinks {
		s := &sp.Sinks[i]
		if dir := s.Dir(sp.Name, s.Base).Path; path.IsAbs(dir) && s.Path != "" {
			s.Path, s.Base = path.Join(root, dir), "."
			sp.moved = append(sp.moved, s.Path)
		}
	}
}

func (sp *spec) sinkDirs() []string {
	var dirs []string
	for i := range sp.Sinks {
		dirs = append(dirs, sp.Sinks[i].Dir(sp.Name, sp.Sinks[i].Base).Path)
	}
	return dirs
}

// searched is how errors name the sources, and which were left out.
func (sp *spec) searched(env bool) []string {
	var names []string
	for i := range sp.Sources {
		name := sp.Sources[i].String()
		if sp.Sources[i].HasVars() && !env {
			name += " (left out without --allow-env)"
		}
		names = append(names, name)
	}
	return names
}

// choices are the entries with the sinks that they go to.
func (sp *spec) choices() []sinks.Choice {
	all := make([]sinks.Choice, len(sp.Render))
	for i, e := range sp.Render {
		all[i] = sinks.Choice{Places: e.Places, Sink: e.Sink}
	}
	return all
}

// scalarsOf are the names and texts of a document.
func scalarsOf(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var all []string
	for _, c := range n.Content {
		all = append(all, scalarsOf(c)...)
	}
	return all
}
