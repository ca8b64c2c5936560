package main

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"confit/render/diag"
	"confit/sinks/report"
	"confit/sources"
)

// choices complete the flags that take one of a few words.
var choices = map[string]func(*verb) []string{
	"format":     func(v *verb) []string { return slices.Clone(v.formats) },
	"log-format": func(*verb) []string { return []string{"text", "json"} },
	"report":     func(*verb) []string { return suffixed(report.Formats(), "=") },
	"source":     func(*verb) []string { return suffixed(sources.Kinds(), ":") },
	"limit":      func(*verb) []string { return suffixed(limitNames(), "=") },
}

// addCompletions makes the shell complete what a verb takes. Only cobra's __complete asks.
func (c *confit) addCompletions(cmd *cobra.Command, v *verb) {
	words := func(f func() []string) cobra.CompletionFunc {
		return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			all := slices.DeleteFunc(begunWith(typed, f()), func(word string) bool { return diag.Quoted(word) != word })
			directive := cobra.ShellCompDirectiveNoFileComp
			if len(all) > 0 && strings.ContainsAny(all[0][len(all[0])-1:], "=:") {
				directive |= cobra.ShellCompDirectiveNoSpace
			}
			return all, directive
		}
	}
	for name, f := range choices {
		_ = cmd.RegisterFlagCompletionFunc(name, words(func() []string { return f(v) })) // of the flags that there are
	}
	_ = cmd.RegisterFlagCompletionFunc("workload", words(func() []string { return c.completeWorkloads(cmd, v) }))
	_ = cmd.RegisterFlagCompletionFunc("container", words(func() []string { return c.completeContainers(cmd, v) }))
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml", "json")
	for _, dir := range []string{"out", "root", "image-root"} {
		if dir != "out" || !v.outFile {
			_ = cmd.MarkFlagDirname(dir)
		}
	}
	switch v.name {
	case "explain":
		cmd.ValidArgsFunction = words(func() []string { return c.completeValues(cmd, v) })
	case "test":
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	default:
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
}

// begunWith are those of the words that begin with what is typed.
func begunWith(typed string, words []string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, typed) })
}

func suffixed(names []string, suffix string) []string {
	all := slices.Clone(names)
	for i := range all {
		all[i] += suffix
	}
	return all
}

// completing settles a run that says nothing, fetches nothing and reads only the checkout.
func (c *confit) completing(cmd *cobra.Command, v *verb) bool {
	quiet := *v
	quiet.confined, quiet.writes, quiet.outFile = true, false, false
	c.verb, c.console.Quiet, c.console.Stderr = &quiet, true, io.Discard
	if err := c.settle(cmd.Flags()); err != nil || slices.Contains(c.manifests.files, "-") {
		return false
	}
	c.console.Quiet = true
	c.watchdog.Start(2 * time.Second) // a person waits
	return true
}

func (c *confit) completeWorkloads(cmd *cobra.Command, v *verb) (names []string) {
	if !c.completing(cmd, v) {
		return nil
	}
	set, err := c.readManifests()
	if err != nil {
		return nil
	}
	for _, w := range set.Workloads() {
		names = append(names, w.Object.String())
	}
	return names
}

func (c *confit) completeContainers(cmd *cobra.Command, v *verb) (names []string) {
	if !c.completing(cmd, v) {
		return nil
	}
	cluster, err := c.cluster()
	if err != nil {
		return nil
	}
	for _, w := range cluster.Objects.Workloads() {
		for _, k := range cluster.Pod(w).Containers {
			if !slices.Contains(names, k.Name) {
				names = append(names, k.Name)
			}
		}
	}
	return names
}

// completeValues lists the paths of the values, and the outputs.
func (c *confit) completeValues(cmd *cobra.Command, v *verb) (names []string) {
	if !c.completing(cmd, v) {
		return nil
	}
	add := func(r *pipeRun) {
		sp, in, err := r.read()
		if err != nil {
			return
		}
		for i := range sp.Render {
			names = append(names, sp.Render[i].StaticTo())
		}
		if merged, err := r.merge(in); err == nil { // no template is executed: that may take long
			all, _ := merged.Explain(".")
			for _, x := range all {
				names = append(names, x.Path)
			}
		}
	}
	if len(c.manifests.files) == 0 {
		add(&pipeRun{confit: c})
	} else {
		_, _ = c.simulate(add) // what fails has nothing to complete
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}
