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
	"confit/render/template"
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
			values.ShowKeys(in.layers, in.public(sp, c), &c.watchdog.Budget)
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

// openGit gives the Git sources of a spec what they need of this run: the source cache of an
// earlier run, a spool for files that are too much for memory, and a way to say what happens.
func (c *confit) openGit(sp *spec) (*sources.Git, error) {
	if err := c.checkReplaced(sp); err != nil || c.git != nil || !sp.hasGit() {
		return c.git, err
	}
	c.git = &sources.Git{
		Replace: c.set.replace, Refs: c.set.gitRefs, Context: c.ctx, Waiting: c.waiting,
		Notice: c.console.Notice, Say: c.console.Info, Detail: c.detail(),
	}
	if isTerminal(c.sys.stderr) && !c.set.quiet && c.set.logFormat == "text" {
		c.git.Progress = c.console.Progress
	}
	if c.verb.confined && !c.set.allowNetwork {
		c.git.Offline = c.verb.name + " fetches nothing by itself"
	}
	if c.world != nil {
		c.git.Replace = c.mountReplaced(sp)
	}
	if c.set.out == "-" || len(sp.Sinks) == 0 || c.world != nil && c.world.out == "" {
		return c.git, nil
	}
	s := &sp.Sinks[len(sp.Sinks)-1] // the others copy from its spool before it takes the files
	dir := s.Dir(sp.Name, s.Base)
	dir.Memory = c.watchdog.Memory()
	if c.world != nil || c.machine.CanRead(dir.Path) {
		c.git.Cache = dir.ReadSourceCache()
	}
	if c.verb.writes && !c.round.onlyLooks() {
		spool := dir.NewSpool()
		c.spool.Store(spool)
		c.git.Spool = spool
	}
	return c.git, nil
}

// waiting uses the time until remotes answer.
func (c *confit) waiting(on bool) {
	c.watchdog.Wait(on)
	if on {
		go template.Prepare()
	}
}

// dropSpool removes the files of the spool that were not published.
func (c *confit) dropSpool() {
	for _, inner := range c.simulated {
		inner.dropSpool()
	}
	if spool := c.spool.Load(); spool != nil {
		_ = spool.Close() // the next run removes it
	}
}

// mountReplaced makes the directories of --replace readable for a simulated container. What the
// container mounts for a fetch has its use, though nothing is fetched here.
func (c *confit) mountReplaced(sp *spec) map[string]string {
	at := maps.Clone(c.set.replace)
	for i := range sp.Sources {
		if name := sp.Sources[i].Name; c.world.replaced[name] != nil {
			at[name] = "/--replace/" + name
			c.world.container.Files.Mount(at[name], c.world.replaced[name])
			for _, file := range sp.Sources[i].FetchedWith() {
				_, _ = c.world.container.Files.Stat(strings.TrimPrefix(file, "/"))
			}
		}
	}
	return at
}

// checkReplaced finds the --replace and --git-ref that no Git source answers to.
func (c *confit) checkReplaced(sp *spec) error {
	var names []string
	for i := range sp.Sources {
		if s := &sp.Sources[i]; s.Git != "" && s.Name != "" {
			names = append(names, s.Name)
		}
	}
	var all []error
	for _, flag := range []struct {
		name  string
		given map[string]string
	}{{"--replace", c.set.replace}, {"--git-ref", c.set.gitRefs}} {
		for _, name := range slices.Sorted(maps.Keys(flag.given)) {
			if !slices.Contains(names, name) {
				hint := "give the git source a name:"
				if len(names) > 0 {
					hint = "the named git sources are " + diag.QuotedList(names)
				}
				all = append(all, usagef(flag.name+": no git source has the name "+diag.Quoted(name), hint))
			}
		}
	}
	return errors.Join(all...)
}

// requireFiles makes sure that the contents that templates may need of Git sources are held:
// their own texts, and the files that they name, or all files where a name is computed. A
// commit of an earlier run that lacks one is fetched now.
func (in *inputs) requireFiles(git *sources.Git, sp *spec, flags pipeFlags) error {
	var executed []*content.File
	for i := range sp.Render {
		executed = append(executed, sp.Render[i].Executed(in.found[sp.Render[i].Ref()])...)
	}
	if err := git.RequireToRead(executed); err != nil {
		return err
	}
	texts, err := textsOf(executed)
	if err != nil {
		return err
	}
	for i := range sp.Render {
		texts = append(texts, sp.Render[i].Inline)
	}
	callsTpl := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "tpl") })
	if callsTpl { // it executes any text of the inputs
		texts = slices.Concat(texts, in.texts(), flags.set, flags.setString, flags.setFile, flags.setJSON)
	}
	names, all := template.FilesNamed(texts...)
	named := in.filesNamed(names, all)
	if err := git.RequireToRead(named); err != nil || !callsTpl || all {
		return err
	}
	for _, f := range named { // tpl executes these, too; there may be many
		data, err := f.Bytes()
		if err != nil {
			return err
		}
		more, any := template.FilesNamed(string(data))
		names, all = append(names, more...), all || any
	}
	return git.RequireToRead(in.filesNamed(names, all))
}

func textsOf(files []*content.File) ([]string, error) {
	var texts []string
	for _, f := range files {
		data, err := f.Bytes()
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(data))
	}
	return texts, nil
}

// texts are the inputs that values were made of.
func (in *inputs) texts() []string {
	var texts []string
	for i := range in.files {
		f := &in.files[i]
		if f.Blob == nil || sources.WasRead(f.Blob) {
			data, _ := f.Bytes() // it was read before
			texts = append(texts, string(data))
		}
	}
	for i := range in.layers {
		for _, v := range in.layers[i].Vars {
			texts = append(texts, v.Value)
		}
	}
	return texts
}

// filesNamed lists the files of Git sources that have one of the names, or all of them.
func (in *inputs) filesNamed(names []string, all bool) []*content.File {
	var files []*content.File
	for i := range in.files {
		f := &in.files[i]
		if f.Blob != nil && (all || slices.ContainsFunc(names, func(name string) bool { return template.IsNamed(f, name) })) {
			files = append(files, f)
		}
	}
	return files
}
