package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"confit/render"
)

const explainExamples = `  # every value, with where it came from and what it overrode
  confit explain -c confit.yaml --root fixtures

  # one value, or all below a path
  confit explain -c confit.yaml database.port

  # what an output is made of
  confit explain -c confit.yaml conf/app.yaml`

func (c *confit) explainCommand() *cobra.Command {
	path, format := ".", ""
	cmd := c.pipeCommand("explain", "Show where values come from", explainExamples, func() error { return c.explain(path, format) }, nil)
	cmd.Use, cmd.Args = "explain [PATH or FILE]", cobra.MaximumNArgs(1)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			path = args[0]
		}
		return run(cmd, args)
	}
	return cmd
}

// explain prints the values at and below a path, with their origin.
func (c *confit) explain(path, format string) error {
	if format != "text" && format != "json" {
		return usagef("--format is text or json", "")
	}
	sp, in, err := c.read()
	if err != nil {
		return err
	}
	values, err := c.merge(in) // without the schema: to see why it fails
	if err != nil {
		return err
	}
	made, failed := c.execute(sp, in, values)
	if c.unheld(failed) {
		return failed
	}
	c.watchdog.stop()
	var all []render.Explained
	isFile := false
	if failed == nil {
		all, isFile = made.ExplainFile(path)
	}
	if !isFile {
		if all, err = values.Explain(path); err != nil {
			return err
		}
	}
	if failed == nil {
		made.Annotate(all)
	} else {
		c.notice("the templates fail, so what reads a value is not known: see confit validate")
	}
	if format == "json" {
		enc := json.NewEncoder(c.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	return printExplained(c.stdout, all)
}

func printExplained(w io.Writer, all []render.Explained) error {
	var b strings.Builder
	for _, x := range all {
		fmt.Fprintf(&b, "%s = %s\n  from %s\n", render.Quoted(x.Path), render.Visible(string(x.Value)), origin(x.Setting))
		for _, o := range slices.Backward(x.Overrode) {
			fmt.Fprintf(&b, "  over %s from %s\n", render.Visible(string(o.Value)), origin(o))
		}
		for _, name := range x.ReadBy {
			fmt.Fprintf(&b, "  read by %s\n", render.Quoted(name))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func origin(s render.Setting) string {
	if s.Place == "" || s.Place == s.Source {
		return s.Source
	}
	return s.Place + " (" + s.Source + ")"
}
