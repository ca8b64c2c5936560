package main

import (
	"errors"
	"path"
	"strings"

	"github.com/spf13/pflag"

	"confit/render/content"
	"confit/render/diag"
	"confit/sinks"
	"confit/sinks/console"
	"confit/sources/manifest"
)

// maxReview is the most bytes of a review: platforms refuse a longer comment.
const maxReview = 1<<20 - 1<<10

func (c *confit) diffFlags(f *pflag.FlagSet) {
	f.Var(&c.manifests.against, "against", "with -f: show what the files of the pods become, compared with these manifests: a `file`, a directory, or -")
}

// review shows what the files of the pods become: those of the manifests of --against are the
// old ones, those of -f the new ones.
func (c *confit) review() error {
	now, err := c.made()
	if err != nil {
		return err
	}
	head := c.manifests.files
	c.manifests.files = c.manifests.against
	before, err := c.made()
	c.manifests.files = head
	if err != nil {
		for _, p := range diag.Problems(err, diag.CauseUnknown) {
			p.Notes = append(p.Notes, "in the manifests of --against")
		}
		return err
	}
	if err := immutableChanges(before.objects, now.objects); err != nil {
		return err
	}
	defer c.watchdog.Running.Begin("comparing", "the files")()
	plan, err := sinks.Between(before.byWorkload(), now.byWorkload())
	if err != nil {
		return err
	}
	c.differs = !plan.Empty()
	switch c.set.format {
	case "json":
		return console.WriteJSON(c.stdout, plan)
	case "markdown":
		return plan.Markdown(c.stdout, maxReview)
	}
	return plan.Diff(c.stdout, c.colour(c.sys.stdout))
}

// byWorkload lists the outputs of all runs with the directory of their workload in their path.
func (s *simulation) byWorkload() []content.Output {
	var all []content.Output
	for _, r := range s.runs {
		for i := range r.spec.Sinks {
			for _, o := range r.outputsOf(i) {
				o.Path = path.Join(r.dir, r.spec.inside[i], o.Path)
				all = append(all, o)
			}
		}
	}
	return all
}

// immutableChanges finds ConfigMaps and Secrets that are immutable and have changed under
// their own name: the server refuses the change.
func immutableChanges(before, now *manifest.Set) error {
	var all []error
	for _, o := range now.Objects {
		if o.Kind != "ConfigMap" && o.Kind != "Secret" {
			continue
		}
		old := before.Find(o.Kind, o.Namespace, o.Name)
		if old == nil || manifest.Text(old.Body, "immutable") != "true" || old.SameKeys(o) {
			continue
		}
		all = append(all, &diag.Problem{
			Cause: diag.CauseData, Code: "immutable", Pos: o.Pos,
			Text: "the " + o.Kind + " " + diag.Quoted(o.Name) + " is immutable, and its keys change under the same name: the server refuses that",
			Hint: "give it a new name, as the generators of kustomize do", Notes: []string{"the old one is at " + strings.TrimPrefix(old.Pos.String(), "./")},
		})
	}
	return errors.Join(all...)
}
