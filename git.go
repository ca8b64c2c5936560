package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/template"
	"confit/sources"
)

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
	if c.talksToTerminal() {
		c.git.Progress = c.console.Progress
	}
	if c.verb.confined && !c.set.allowNetwork {
		c.git.Offline = c.verb.name + " fetches nothing by itself"
	}
	if c.sim != nil {
		c.git.Replace = c.mountReplaced(sp)
	}
	if c.set.out == "-" || len(sp.Sinks) == 0 || c.sim != nil && c.sim.out == "" {
		return c.git, nil
	}
	s := &sp.Sinks[len(sp.Sinks)-1] // the others copy from its spool before it takes the files
	dir := s.Dir(sp.Name, s.Base)
	dir.Memory = c.watchdog.Memory()
	if c.sim != nil || c.machine.CanRead(dir.Path) {
		c.git.Cache = dir.ReadSourceCache()
	}
	if c.verb.writes && !c.round.exitsOnChange() {
		spool := dir.NewSpool()
		c.spool.Store(spool)
		c.git.Spool = spool
	}
	return c.git, nil
}

// waiting uses the time until remotes answer.
func (c *confit) waiting(on bool) {
	c.watchdog.Wait(on)
	c.progress.fetching.Store(on)
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
		if name := sp.Sources[i].Name; c.sim.replaced[name] != nil {
			at[name] = "/--replace/" + name
			c.sim.container.Files.Mount(at[name], c.sim.replaced[name])
			for _, file := range sp.Sources[i].FetchedWith() {
				_, _ = c.sim.container.Files.Stat(strings.TrimPrefix(file, "/"))
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
