package main

import (
	"errors"
	"slices"
	"strings"

	"confit/render"
	"confit/sources"
)

// lend gives the Git sources of a spec what they need of this run: what an earlier one
// remembers, a place for what is too much for memory, and a way to say what happens.
func (c *confit) lend(sp *spec) (*sources.Git, error) {
	if err := c.checkReplaced(sp); err != nil || c.git != nil || !sp.hasGit() {
		return c.git, err
	}
	c.git = &sources.Git{
		Replace: c.set.replace, Refs: c.set.gitRefs, Context: c.ctx, Waiting: c.waiting,
		Notice: c.notice, Say: c.say,
	}
	if isTerminal(c.sys.stderr) && !c.set.quiet && c.set.logFormat == "text" {
		c.git.Progress = c.progress
	}
	if c.verb == "validate" && !c.set.allowNetwork {
		c.git.Offline = "validate fetches nothing by itself"
	}
	if c.set.out == "-" || len(sp.Sinks) == 0 {
		return c.git, nil
	}
	s := &sp.Sinks[len(sp.Sinks)-1] // the others copy from its spool before it takes what is there
	dir := s.Dir(sp.Name, s.Base)
	c.git.Memo = dir.Recall()
	if c.verb == "render" {
		spool := dir.NewSpool()
		c.spool.Store(spool)
		c.git.Spool = spool
	}
	return c.git, nil
}

// waiting uses the time until remotes answer.
func (c *confit) waiting(on bool) {
	c.watchdog.wait(on)
	if on {
		go render.Prepare()
	}
}

func (sp *spec) hasGit() bool {
	return slices.ContainsFunc(sp.Sources, func(s sources.Spec) bool { return s.Git != "" })
}

// checkReplaced finds the --replace and --git-ref that no Git source answers to.
func (c *confit) checkReplaced(sp *spec) error {
	var names []string
	for i := range sp.Sources {
		if s := &sp.Sources[i]; s.Kind() == "git" && s.Name != "" {
			names = append(names, s.Name)
		}
	}
	var all []error
	for flag, given := range map[string]map[string]string{"--replace": c.set.replace, "--git-ref": c.set.gitRefs} {
		for name := range given {
			if !slices.Contains(names, name) {
				hint := "give the git source a name:"
				if len(names) > 0 {
					hint = "the named git sources are " + strings.Join(names, ", ")
				}
				all = append(all, usagef(flag+": no git source has the name "+render.Quoted(name), hint))
			}
		}
	}
	return errors.Join(all...)
}

// again runs a verb, and a second time if only the names are known of files that it needs:
// an earlier run remembers what it published, but not the bytes.
func (c *confit) again(run func() error) error {
	defer c.dropSpool()
	err := run()
	if !c.unheld(err) {
		return err
	}
	c.git.Forget()
	c.watchdog.resume()
	return run()
}

// unheld tells whether a verb is to be run again, before it says anything.
func (c *confit) unheld(err error) bool {
	return c.git != nil && !c.git.Anew && errors.Is(err, sources.ErrNotHeld)
}

// dropSpool removes what was put aside and not published.
func (c *confit) dropSpool() {
	if spool := c.spool.Load(); spool != nil {
		_ = spool.Close() // the next run removes it
	}
}

// memo leaves with the last sink what the Git sources were: then all have it.
func (c *confit) memo(all []delivery) {
	if c.git != nil && len(all) > 0 {
		all[len(all)-1].dir.Memo = c.git.NewMemo()
	}
}

// say tells what was done, where that is worth a line.
func (c *confit) say(text string) {
	if !c.set.quiet {
		c.write(c.line(text, "info"))
	}
}

// progress shows on one line of a terminal how far it is.
func (c *confit) progress(text string) { c.write("\r" + text + "\x1b[K\r") }

// pairs reads the NAME=VALUE of a flag.
func pairs(flag string, given []string) (map[string]string, error) {
	all := map[string]string{}
	var errs []error
	for _, text := range given {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			errs = append(errs, usagef(flag+" "+render.Quoted(text)+" is not NAME=VALUE", "NAME is the name: of a git source"))
			continue
		}
		all[name] = value
	}
	return all, errors.Join(errs...)
}
