package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"confit/sinks/report"
	"confit/sinks/watch"
	"confit/sources/watchdog"
)

// A verb is everything that the command line knows about it.
type verb struct {
	name     string
	group    string // in the help, one of verbGroups
	args     string // of the usage line; "" takes none
	short    string
	examples string
	pipe     bool     // takes the flags of the pipe, and is held to limits
	cases    bool     // its cases say what to run, and not its flags
	writes   bool     // changes the output directory
	outFile  bool     // its --out is a file of its own, and no directory in place of the sinks
	repeats  bool     // goes on until a signal ends it, so it is not for manifests
	confined bool     // reads nothing outside the checkout, unless a flag allows it
	thorough bool     // reports templates that do not parse although the values are wrong
	needs    sections // of a spec that the flags make
	formats  []string // of --format; the first is the default
	flags    func(*pflag.FlagSet)
	pipeMore func(*confit, *pflag.FlagSet) // flags with a variable of the run
	run      func(c *confit, args []string) error
}

// hasFindings tells whether the verb lists findings, and not only errors.
func (v *verb) hasFindings() bool { return v.thorough && !v.cases }

// verbGroups are the groups of verbs, in the order of the help.
var verbGroups = []string{"Write files", "See what there is", "Check", "About confit"}

func verbNames() []string {
	var all []string
	for _, v := range verbs() {
		all = append(all, v.name)
	}
	return all
}

// verbs is the table of the verbs.
func verbs() []verb {
	return []verb{
		{
			name: "render", group: "Write files", short: "Write the files that the spec describes", examples: renderExamples,
			pipe: true, needs: allSections, writes: true, flags: renderFlags, run: (*confit).render,
		},
		{
			name: "diff", group: "See what there is", short: "Show what render would change", examples: diffExamples,
			pipe: true, needs: allSections, formats: []string{"text", "json", "markdown"}, pipeMore: (*confit).diffFlags, run: (*confit).diff,
		},
		{
			name: "validate", group: "Check", short: "Check everything, report every problem, write nothing", examples: validateExamples,
			pipe: true, needs: sections{render: true}, confined: true, thorough: true, formats: append([]string{"text"}, report.Formats()...), pipeMore: (*confit).reportFlags, flags: validateFlags, run: (*confit).validate,
		},
		{
			name: "explain", group: "See what there is", args: "[PATH or FILE]", short: "Show where values come from", examples: explainExamples,
			pipe: true, formats: []string{"text", "json"}, run: (*confit).explain,
		},
		{
			name: "report", group: "Check", short: "Write a page of files, values, changes and problems", examples: reportExamples,
			pipe: true, confined: true, thorough: true, outFile: true, flags: pageFlags, pipeMore: (*confit).diffFlags, run: (*confit).page,
		},
		{
			name: "test", group: "Check", args: "[DIR]", short: "Run test cases and compare their outputs", examples: testExamples,
			pipe: true, cases: true, confined: true, thorough: true, flags: testFlags, pipeMore: (*confit).reportFlags, run: (*confit).test,
		},
		{
			name: "watch", group: "Write files", short: "Render, and again after each change of an input", examples: watchExamples,
			pipe: true, needs: allSections, writes: true, repeats: true, flags: watchFlags, run: (*confit).watch,
		},
		{name: "schema", group: "About confit", short: "Print the JSON Schema of the spec", examples: schemaExamples, run: (*confit).schema},
		{name: "version", group: "About confit", short: "Print the version", run: (*confit).version},
	}
}

// commands is the command line. A command line that begins with a verb, as nearly all do,
// needs no other: making them all takes longer than reading a volume.
func (c *confit) commands(args []string) *cobra.Command {
	root := &cobra.Command{
		Use: "confit VERB", Short: "Configuration files from ConfigMaps, Secrets and environment variables",
		Long: longHelp, SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asked, _ := cmd.Flags().GetBool("version"); asked {
				return c.version(nil)
			}
			return usagef("there is no verb", "say what to do, like confit render -c confit.yaml; see confit --help")
		},
	}
	root.SetOut(c.stdout)
	root.SetErr(c.sys.stderr)
	logFlags(root.PersistentFlags())
	root.Flags().Bool("version", false, "print the version")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(c.showHelp)
	all := verbs()
	for i := range all {
		if len(args) > 0 && args[0] == all[i].name {
			root.AddCommand(c.command(&all[i]))
			root.CompletionOptions.DisableDefaultCmd = true
			return root
		}
	}
	if len(args) > 0 && otherVerbs.of(args[0]) != "" {
		root.DisableFlagParsing = true
		root.Args = func(*cobra.Command, []string) error {
			return usagef("unknown command "+strconv.Quote(args[0])+" for \"confit\"", otherVerbs.of(args[0]))
		}
		return root
	}
	for i := range all {
		cmd := c.command(&all[i])
		if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
			c.addCompletions(cmd, &all[i])
		}
		root.AddCommand(cmd)
	}
	root.SetHelpCommand(c.helpCommand(root))
	strict(root)
	return root
}

func (c *confit) command(v *verb) *cobra.Command {
	cmd := &cobra.Command{Use: strings.TrimSpace(v.name + " " + v.args), Short: v.short, Example: v.examples, Args: noArguments}
	if v.args != "" {
		cmd.Args = func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef(v.name+" takes one "+strings.Trim(v.args, "[]")+", and not "+strconv.Itoa(len(args)), "call it once for each")
			}
			return nil
		}
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error { return v.run(c, args) }
	if v.pipe {
		cmd.Long = v.short + ".\n\n" + exitHelp
		if v.cases {
			cmd.Flags().Duration("timeout", defaultTimeout, "time limit of a case")
		} else {
			c.pipeFlags(cmd.Flags())
			if !v.repeats {
				c.manifests.add(cmd.Flags())
			}
		}
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return c.runPipe(v, cmd.Flags(), args) }
	}
	if v.flags != nil {
		v.flags(cmd.Flags())
	}
	if v.pipeMore != nil {
		v.pipeMore(c, cmd.Flags())
	}
	if len(v.formats) > 0 {
		cmd.Flags().String("format", v.formats[0], listed(v.formats))
	}
	return cmd
}

// runPipe settles what a verb of the pipe may do, and runs it within its limits.
func (c *confit) runPipe(v *verb, flags *pflag.FlagSet, args []string) error {
	c.verb, c.args = v, args
	if c.caseVerb != nil && v.writes {
		c.verb = c.caseVerb
	}
	if err := c.settle(flags); err != nil || c.sim != nil || c.caseVerb != nil {
		return err // another run goes on
	}
	c.handleSignals()
	c.watchdog.Start(c.set.timeout)
	c.stdout.To = watchdog.Untimed{To: unlined{c.sys.stdout, c.console}, Watchdog: c.watchdog}
	c.showProgress()
	defer c.progress.end()
	defer c.dropSpool()
	return v.run(c, args)
}

// listed is a choice as text, like "text, json or github".
func listed(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// strict makes completion refuse what it does not know. That of cobra prints help, with a
// status that says that all went well.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.RunE = func(*cobra.Command, []string) error {
				return usagef("completion needs the name of a shell", "see confit completion --help")
			}
		}
	}
}

func logFlags(f *pflag.FlagSet) {
	f.String("log-format", "text", "format of messages: text or json")
	f.BoolP("verbose", "v", false, "tell each file, variable, template and Git request")
	f.BoolP("quiet", "q", false, "say nothing but errors")
}

func (c *confit) pipeFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringP("config", "c", "", "the spec, a `file` (default confit.yaml)")
	f.Var(&c.flags.sources, "source", "add a source: `KIND:WHERE`, like configMap:/config-in")
	f.Var(&c.flags.templates, "template", "add a template: `IN[=TO]`, like app.conf.tmpl=app.conf")
	f.Var(&c.flags.values, "values", "write values to a file: `PATH=TO`, like .=app.yaml")
	f.Var(&c.flags.set, "set", "set values last of all: `path=value`, like a.b=1,c[0]=x")
	f.Var(&c.flags.setString, "set-string", "set a value to text: `path=value`")
	f.Var(&c.flags.setFile, "set-file", "set a value to the content of a file: `path=FILE`")
	f.Var(&c.flags.setJSON, "set-json", "set a value to JSON: `path=JSON`")
	f.Var(&c.flags.replace, "replace", "a folder in place of a git source: `NAME=DIR`")
	f.Var(&c.flags.gitRefs, "git-ref", "another ref of a git source: `NAME=REF`")
	f.String("out", "", "write to this `directory`, not to the sinks")
	f.String("root", "", "a `directory` in place of /")
	f.Duration("timeout", defaultTimeout, "time limit of a run")
	f.Var(&c.flags.limits, "limit", "set a limit: `NAME=VALUE`, like heap=512MiB or git.pack=1GiB")
}

func renderFlags(f *pflag.FlagSet) {
	f.Lookup("out").Usage += "; - prints"
	f.String("only", "", "only outputs that match; nothing is removed: `glob`")
	f.Bool("masked", false, "with --out -: print secrets as MASKED")
	f.Bool("show-secrets", false, "with --out -: print secrets as they are")
	f.Duration("lock-timeout", defaultLockTimeout, "how long to wait for another run")
}

func watchFlags(f *pflag.FlagSet) {
	f.Duration("lock-timeout", defaultLockTimeout, "how long to wait for another run")
	watch.AddFlags(f)
	f.Bool("check", false, "ask the watcher whether it is well, for a probe")
}

func validateFlags(f *pflag.FlagSet) {
	f.Bool("allow-network", false, "fetch the git sources")
	f.Bool("allow-env", false, "read the environment variables of the env sources")
	f.Bool("strict", false, "warnings count: status 65 if there are only warnings")
}

//go:embed spec.schema.json
var specSchema string

func (c *confit) schema([]string) error {
	_, err := io.WriteString(c.stdout, specSchema)
	return err
}

func (c *confit) version([]string) error {
	_, err := fmt.Fprintf(c.stdout, "confit %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
