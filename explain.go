package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"confit/render"
)

const explainExamples = `  # every value, with where it came from and what it overrode
  confit explain -c confit.yaml --root fixtures

  # one value, or all below a path
  confit explain -c confit.yaml database.port`

func (c *confit) explainCommand() *cobra.Command {
	path, format := ".", ""
	cmd := c.pipeCommand("explain", "Show where values come from", explainExamples, func() error { return c.explain(path, format) }, nil)
	cmd.Use, cmd.Args = "explain [PATH]", cobra.MaximumNArgs(1)
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
	_, in, err := c.read()
	if err != nil {
		return err
	}
	values, err := render.Merge(in.layers, c.notice) // without the schema: to see why it fails
	if err != nil {
		return err
	}
	all, err := values.Explain(path)
	if err != nil {
		return err
	}
	if format == "json" {
		enc := json.NewEncoder(c.sys.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	return printExplained(c.sys.stdout, all)
}

func printExplained(w io.Writer, all []render.Explained) error {
	for _, x := range all {
		if _, err := fmt.Fprintf(w, "%s = %s\n  from %s\n", x.Path, x.Value, origin(x.Setting)); err != nil {
			return err
		}
		for i := len(x.Overrode) - 1; i >= 0; i-- {
			if _, err := fmt.Fprintf(w, "  over %s from %s\n", x.Overrode[i].Value, origin(x.Overrode[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func origin(s render.Setting) string {
	if s.Place == "" || s.Place == s.Source {
		return s.Source
	}
	return s.Place + " (" + s.Source + ")"
}
