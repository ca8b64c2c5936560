package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"confit/render"
)

const validateExamples = `  # every problem and warning, as text
  confit validate -c confit.yaml --root fixtures

  # as annotations of a pull request
  confit validate -c confit.yaml --root fixtures --format github`

func (c *confit) validateCommand() *cobra.Command {
	format := ""
	cmd := c.pipeCommand("validate", "Do everything but write, and report every problem", validateExamples, func() error { return c.validate(format) }, nil)
	cmd.Flags().Bool("allow-network", false, "fetch the git sources")
	cmd.Flags().Bool("allow-env", false, "read the environment variables of the env sources")
	cmd.Flags().StringVar(&format, "format", "text", "text, json or github")
	return cmd
}

// validate renders in memory and reports what is wrong, and what looks like a slip.
func (c *confit) validate(format string) error {
	show, ok := map[string]func(io.Writer, []finding) error{"text": c.showText, "json": showJSON, "github": c.showGitHub}[format]
	if !ok {
		return usagef("--format is text, json or github", "")
	}
	sp, made, err := c.outputs()
	if c.unheld(err) {
		return err
	}
	c.watchdog.stop()
	if sp.hasEnv() && !c.readsEnv() {
		c.notice("the env sources are left out: validate reads the environment only with --allow-env")
	}
	var all []finding
	for _, p := range render.Problems(err, render.CauseUnknown) {
		all = append(all, finding{"error", p})
	}
	if err == nil {
		for _, p := range made.Unused(sp.usedTrees()) {
			all = append(all, finding{"warning", p})
		}
	}
	if err := show(c.stdout, all); err != nil {
		return err
	}
	if err != nil {
		return reported{err}
	}
	are := " are valid, "
	if len(made.Outputs) == 1 {
		are = " is valid, "
	}
	c.say(render.Counted(len(made.Outputs), "output") + are + render.Counted(len(all), "warning"))
	return nil
}

// reported is an error whose problems were printed already; only its status counts.
type reported struct{ error }

func (r reported) Unwrap() error { return r.error }

// A finding is a problem, or a warning.
type finding struct {
	level string
	*render.Problem
}

func (c *confit) showText(w io.Writer, all []finding) error {
	var b strings.Builder
	for _, f := range all {
		c.doctor(f.Problem)
		b.WriteString(f.level + strings.TrimPrefix(c.wording(f.Problem), "error"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showJSON(w io.Writer, all []finding) error {
	lines := make([]logged, len(all))
	for i, f := range all {
		lines[i] = asLogged(f.level, f.Problem)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(lines)
}

// showGitHub writes workflow commands, which become annotations of the changed lines.
func (c *confit) showGitHub(w io.Writer, all []finding) error {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	var errs []error
	for _, f := range all {
		at := f.Pos.Outer()
		text := strings.Join(append([]string{f.Text}, placed(f.Problem)...), "\n")
		if f.Hint != "" {
			text += "\nhint: " + f.Hint
		}
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", f.level, property.Replace(c.onDisk(at.File)), max(at.Line, 1), max(at.Col, 1), property.Replace(f.Code), message.Replace(text))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// onDisk is the name of a file as the working directory has it, where --root stands in for /.
func (c *confit) onDisk(name string) string {
	if !filepath.IsAbs(name) {
		return name
	}
	if name = filepath.Join(c.set.root, name); !filepath.IsAbs(name) {
		return name
	}
	if below, err := filepath.Rel(c.sys.dir, name); err == nil && filepath.IsLocal(below) {
		return below
	}
	return name
}
