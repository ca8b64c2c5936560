package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"confit/render/content"
	"confit/render/diag"
	"confit/sinks"
	"confit/sinks/console"
	"confit/sources/manifest"

	"github.com/spf13/pflag"
)

// diff shows the changes that render would make.
func (c *confit) diff([]string) error {
	if len(c.manifests.against) > 0 {
		return c.review()
	}
	if c.set.format == "markdown" {
		return usagef("--format markdown is for --against", "name the old manifests with --against")
	}
	s, err := c.renderAllOrFail()
	if err != nil {
		return err
	}
	all, err := s.deliveries()
	if err != nil {
		return err
	}
	if err := requireOutputs(all); err != nil {
		return err
	}
	var plans []*sinks.Plan
	for _, d := range all {
		plan, err := d.dir.Plan(d.outs)
		if err != nil {
			return err
		}
		plans = append(plans, plan)
	}
	defer c.watchdog.Activity.Begin("comparing", "the files")()
	for i, plan := range plans {
		c.console.Notices(plan.Notices)
		if c.set.format != "json" && (len(all) > 1 || len(c.manifests.files) > 0 && !plan.Empty()) {
			fmt.Fprintf(c.stdout, "# %s\n", diag.Quoted(all[i].dir.Path))
		}
		if err := c.show(all[i].dir.Path, plan); err != nil {
			return err
		}
		c.differs = c.differs || !plan.Empty()
	}
	return c.refusals(plans)
}

// refusals tells why render would refuse the changes. Only a thing in the way is an error:
// whoever may only read the directory wants to see the differences.
func (c *confit) refusals(plans []*sinks.Plan) error {
	var inWay []error
	for _, plan := range plans {
		for _, p := range diag.Problems(plan.Refused, diag.CauseIO) {
			if p.Cause == diag.CauseInWay {
				inWay = append(inWay, p)
			} else {
				c.console.Notice("render could not do this here: " + p.Error())
			}
		}
	}
	return errors.Join(inWay...)
}

// show prints the plan for a directory, as a diff or as data.
func (c *confit) show(dir string, plan *sinks.Plan) error {
	if c.set.format == "json" {
		return console.WriteJSON(c.stdout, struct {
			Dir string `json:"dir"`
			*sinks.Plan
		}{dir, plan})
	}
	return plan.Diff(c.stdout, c.colour(c.sys.stdout))
}

// maxReview is the most bytes of a review: platforms refuse a longer comment.
const maxReview = 1<<20 - 1<<10

func (c *confit) diffFlags(f *pflag.FlagSet) {
	f.Var(&c.manifests.against, "against", "with -f: show what the files of the pods become, compared with these manifests: a `file`, a directory, or -")
}

// review shows what the files of the pods become: those of the manifests of --against are the
// old ones, those of -f the new ones.
func (c *confit) review() error {
	now, err := c.renderAllOrFail()
	if err != nil {
		return err
	}
	plan, err := c.against(now)
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

// against is the plan that leads from the files of the manifests of --against to those of now.
func (c *confit) against(now *batch) (*sinks.Plan, error) {
	before, err := c.madeBefore()
	if err != nil {
		for _, p := range diag.Problems(err, diag.CauseUnknown) {
			if errors.Is(p.Err, fs.ErrNotExist) && p.Pos.File == "" {
				p.Hint = c.revisionHint()
				continue
			}
			p.Notes = append(p.Notes, "in the manifests of --against")
		}
		return nil, err
	}
	if err := manifest.ImmutableChanges(before.objects, now.objects); err != nil {
		return nil, err
	}
	defer c.watchdog.Activity.Begin("comparing", "the files")()
	return sinks.Between(before.byWorkload(), now.byWorkload())
}

// madeBefore is what the manifests of --against make.
func (c *confit) madeBefore() (*batch, error) {
	head := c.manifests.files
	defer func() { c.manifests.files, c.manifests.isBase = head, false }()
	c.manifests.files, c.manifests.isBase = c.manifests.against, true
	return c.renderAllOrFail()
}

// revisionHint says how to compare with a Git revision, which --against does not take.
func (c *confit) revisionHint() string {
	file, revision := c.manifests.files[0], diag.Quoted(c.manifests.against[0])
	if path.IsAbs(file) || file == "-" || !slices.Contains(manifestExtensions, path.Ext(file)) {
		return "name a file or a directory of manifests; for a Git revision, check it out beside this one: git worktree add DIR " + revision
	}
	file = diag.Quoted(path.Clean(file))
	return "for a Git revision: git show " + revision + ":./" + file + " | confit " + c.verb.name + " -f " + file + " --against -"
}

// byWorkload lists the outputs of all runs with the directory of their workload in their path.
func (s *batch) byWorkload() []content.Output {
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
