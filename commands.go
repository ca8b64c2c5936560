package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const longHelp = `confit merges mounted ConfigMaps, Secrets, environment variables and files of Git
repositories and writes configuration files from templates: all of them, or none. It
runs as an init container, by hand, and in CI.`

const renderExamples = `  # in an init container: the spec is a key of the mounted ConfigMap
  confit render -c /config-in/confit.yaml

  # without a spec: a ConfigMap, a Secret and APP_* variables into one file
  confit render --source configMap:/config-in --source secret:/secret-in,at=db \
    --source env:APP_ --template app.conf.tmpl=app.conf --out /config-out

  # a folder of a Git repository, at a tag
  confit render --source git:https://git.example.com/web/site.git,name=site,ref=v1.0.0,path=public \
    --template site:. --out /site

  # print what would be written, with fixtures in place of the pod
  confit render -c confit.yaml --root fixtures --out - --masked`

const exitHelp = `
Exit status: 0 done · 1 diff found differences · 64 usage · 65 values, templates or
checks · 66 an input is missing or unreadable · 69 a remote did not answer · 70 a bug
in confit · 73 what lies in the output directory is in the way · 74 I/O · 75 busy ·
76 a limit · 77 trust · 78 the spec · 130, 143 signals
`

// commands is the command line. One that begins with a verb, as nearly all do, needs no
// other; making them all takes longer than reading a volume.
func (c *confit) commands(args []string) *cobra.Command {
	root := &cobra.Command{
		Use: "confit VERB", Short: "Configuration files from ConfigMaps, Secrets and environment variables",
		Long: longHelp, SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
		RunE: func(*cobra.Command, []string) error {
			return usagef("there is no verb", "say what to do, like confit render -c confit.yaml; see confit --help")
		},
	}
	root.SetOut(c.stdout)
	root.SetErr(c.sys.stderr)
	c.logFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	verbs := map[string]func() *cobra.Command{
		"render": c.renderCommand, "diff": c.diffCommand, "validate": c.validateCommand,
		"explain": c.explainCommand, "schema": c.schemaCommand, "version": c.versionCommand,
	}
	if len(args) > 0 && verbs[args[0]] != nil {
		root.AddCommand(verbs[args[0]]())
		root.CompletionOptions.DisableDefaultCmd = true
		return root
	}
	for _, verb := range verbs {
		root.AddCommand(verb())
	}
	strict(root)
	return root
}

// strict makes help and completion refuse what they do not know. As cobra has them they
// print help, with a status that says that all went well.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				_, _, err := root.Find(args)
				return err
			}
		case "completion":
			cmd.RunE = func(*cobra.Command, []string) error {
				return usagef("completion needs the name of a shell", "see confit completion --help")
			}
		}
	}
}

func (c *confit) renderCommand() *cobra.Command {
	return c.pipeCommand("render", "Write the files that the spec describes", renderExamples, c.render, c.renderFlags)
}

func (c *confit) diffCommand() *cobra.Command {
	return c.pipeCommand("diff", "Show what render would change", "  confit diff -c confit.yaml --root fixtures --out /config-out", c.diff, diffFlags)
}

func (c *confit) pipeCommand(name, short, examples string, run func() error, more func(*pflag.FlagSet)) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Long: short + ".\n" + exitHelp, Example: examples, Args: cobra.NoArgs}
	c.pipeFlags(cmd.Flags())
	if more != nil {
		more(cmd.Flags())
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c.verb = name
		if err := c.settle(cmd.Flags()); err != nil {
			return err
		}
		c.handleSignals()
		c.watchdog.start(c.set.timeout)
		return c.again(run)
	}
	return cmd
}

//go:embed spec.schema.json
var specSchema string

const schemaExamples = `  confit schema > confit.schema.json

  # then, as the first line of confit.yaml, for editors with a YAML language server:
  # yaml-language-server: $schema=confit.schema.json`

func (c *confit) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the spec", Example: schemaExamples, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(c.stdout, specSchema)
			return err
		},
	}
}

func (c *confit) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(c.stdout, "confit %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

func (c *confit) logFlags(f *pflag.FlagSet) {
	f.String("log-format", "text", "format of messages: text or json")
	f.BoolP("verbose", "v", false, "say more")
	f.BoolP("quiet", "q", false, "say nothing but errors")
}

func (c *confit) pipeFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringP("config", "c", "", "the spec, a `file` (default confit.yaml)")
	f.Var(&c.flags.sources, "source", "add a source: `KIND:WHERE[,key=value]`; KIND is a kind of source, like file, configMap, secret, env or git")
	f.Var(&c.flags.templates, "template", "add a template: `IN[=TO]`")
	f.Var(&c.flags.values, "values", "add values as a file: `PATH=TO`; . is all")
	f.Var(&c.flags.set, "set", "set values last of all, as Helm does: `path=value`, like a.b=1,c[0]=x,d={1,2}")
	f.Var(&c.flags.setString, "set-string", "the same, always as text: `path=value`")
	f.Var(&c.flags.setFile, "set-file", "set a value to the content of a file: `path=FILE`")
	f.Var(&c.flags.setJSON, "set-json", "set a value to JSON: `path=JSON`, like a={\"b\": 1}")
	f.Var(&c.flags.replace, "replace", "a folder in place of a git source: `NAME=DIR`")
	f.Var(&c.flags.gitRefs, "git-ref", "another ref of a git source, in place of its ref and commit: `NAME=REF`")
	f.String("out", "", "`directory` to write to, in place of the spec's sinks")
	f.String("root", "", "read every absolute path below this `directory`")
	f.Duration("timeout", defaultTimeout, "time limit of a run")
	f.Var(&c.flags.limits, "limit", "set a limit: `NAME=VALUE`, like heap=512MiB, files=30000 or git.pack=1GiB; NAME is a field of the spec's limits")
}

func diffFlags(f *pflag.FlagSet) { f.String("format", "text", "text or json") }

func (c *confit) renderFlags(f *pflag.FlagSet) {
	f.Lookup("out").Usage += "; - prints"
	f.String("only", "", "only outputs that match this `glob`; nothing is removed")
	f.Bool("masked", false, "with --out -: print secrets as MASKED")
	f.Bool("show-secrets", false, "with --out -: print secrets as they are")
	f.Duration("lock-timeout", defaultLockTimeout, "how long to wait for another run on the same directory")
}
