package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"confit/render/diag"
	"confit/sinks/report"
)

// helpWidth is that of a terminal, as most are.
const helpWidth = 80

// flagGroups are the flags by what they are for, in the order of the help.
var flagGroups = []struct{ title, names string }{
	{"What to run", "config filename against source template values set set-string set-file set-json git-ref replace"},
	{"What to read", "root allow-network allow-env"},
	{"After a change", "interval git-interval exit http signal check"},
	{"Output", "out only format report strict update masked show-secrets"},
	{"Limits", "timeout lock-timeout limit"},
	{"Messages", "verbose quiet log-format"},
}

// manifestNames are the flags that the help of a verb leaves to confit help manifests.
const manifestNames = "workload container namespace field volume image-root assume assume-secrets"

// showHelp writes the help of a verb, or of confit.
func (c *confit) showHelp(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	if !cmd.HasParent() {
		c.rootHelp(&b, cmd)
	} else {
		verbHelp(&b, cmd)
	}
	_, c.helpFailed = c.stdout.Write([]byte(b.String()))
}

func (c *confit) rootHelp(b *strings.Builder, cmd *cobra.Command) {
	b.WriteString(longHelp + "\n\nUsage: confit VERB [flags]\n")
	for _, group := range verbGroups {
		b.WriteString("\n" + group + ":\n")
		for _, v := range verbs() {
			if v.group == group {
				fmt.Fprintf(b, "  %-12s%s\n", v.name, v.short)
			}
		}
	}
	b.WriteString(`
More:
  confit VERB --help         the flags of a verb
  confit help errors [CODE]  exit statuses, and what the code of an error means
  confit help manifests      the flags that go with -f
  confit completion SHELL    completion of verbs, flags, workloads and values
`)
	flagHelp(b, cmd.LocalFlags(), "Messages", "verbose quiet log-format version")
}

func verbHelp(b *strings.Builder, cmd *cobra.Command) {
	text := cmd.Short + "."
	if cmd.Long != "" {
		text = strings.TrimSuffix(cmd.Long, "\n"+exitHelp)
	}
	b.WriteString(strings.TrimSpace(text) + "\n\nUsage: " + cmd.UseLine() + "\n")
	if cmd.Example != "" {
		b.WriteString("\n" + cmd.Example + "\n")
	}
	for _, g := range flagGroups {
		flagHelp(b, cmd.Flags(), g.title, g.names)
	}
	if cmd.Flags().Lookup("workload") != nil {
		b.WriteString("\nconfit help manifests shows the flags that go with -f.\n")
	}
}

// flagHelp writes those of the named flags that there are, below a title.
func flagHelp(b *strings.Builder, flags *pflag.FlagSet, title, names string) {
	var heads, texts []string
	width := 0
	for name := range strings.FieldsSeq(names) {
		f := flags.Lookup(name)
		if f == nil {
			continue
		}
		head := "      --" + f.Name
		if f.Shorthand != "" {
			head = "  -" + f.Shorthand + ", --" + f.Name
		}
		arg, text := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			arg = ""
		}
		if arg != "" { // it stands in the first column
			text = strings.Replace(text, ": "+arg, "", 1)
		}
		if f.Value.Type() == "duration" && f.DefValue != "0s" {
			text += " (default " + f.DefValue + ")"
		}
		heads, texts = append(heads, strings.TrimRight(head+" "+arg, " ")), append(texts, text)
		width = max(width, utf8.RuneCountInString(heads[len(heads)-1]))
	}
	if len(heads) == 0 {
		return
	}
	b.WriteString("\n" + title + ":\n")
	width = min(width, 30) + 2
	for i, head := range heads {
		lines := strings.Split(diag.Wrap(texts[i], helpWidth-width), "\n")
		fmt.Fprintf(b, "%-*s%s\n", width, head, lines[0])
		for _, line := range lines[1:] {
			fmt.Fprintf(b, "%*s%s\n", width, "", line)
		}
	}
}

// helpCommand is confit help: of a verb, or of a topic.
func (c *confit) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [VERB | errors [CODE] | manifests]", Short: "Explain a verb, an error or the flags of manifests",
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			var words []string
			switch {
			case len(args) == 0:
				words = append([]string{"errors", "manifests"}, verbNames()...)
			case args[0] == "errors":
				words = report.Codes()
			}
			return begunWith(typed, words), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && args[0] == "errors":
				return c.helpErrors(args[1:])
			case len(args) == 1 && args[0] == "manifests":
				return c.helpManifests()
			}
			cmd, rest, err := root.Find(args)
			if err != nil && len(args) > 0 {
				topics := append([]string{"errors", "manifests"}, verbNames()...)
				err = usagef("there is no help on "+diag.Quoted(args[0]), diag.DidYouMean(args[0], topics, "see confit --help"))
			}
			if err == nil && len(rest) > 0 {
				err = usagef("there is no help on "+diag.Quoted(strings.Join(rest, " ")), "see confit --help")
			}
			if err == nil {
				c.showHelp(cmd, nil)
				err = c.helpFailed
			}
			return err
		},
	}
}

// helpErrors explains a code, or lists all of them.
func (c *confit) helpErrors(codes []string) error {
	var b strings.Builder
	if len(codes) == 0 {
		b.WriteString(exitHelp + "\nEach problem has a code, which validate prints behind it: (missing-value). The\ncodes, with the exit statuses that they may have:\n\n" + report.List())
	}
	for _, code := range codes {
		if about := statusHelp(code); about != "" {
			b.WriteString(about)
			continue
		}
		text, ok := report.Explain(strings.Trim(code, "()"))
		if !ok {
			return usagef("there is no code "+diag.Quoted(code), diag.DidYouMean(code, report.Codes(), "confit help errors lists them"))
		}
		b.WriteString(text)
	}
	_, err := c.stdout.Write([]byte(b.String()))
	return err
}

// statusHelp explains an exit status; it is empty for none.
func statusHelp(status string) string {
	about := strings.Join(strings.Fields(strings.TrimPrefix(exitHelp, "Exit status:")), " ")
	for meaning := range strings.SplitSeq(about, " · ") {
		if text, ok := strings.CutPrefix(meaning, status+" "); ok {
			out := "status " + status + ": " + text + "\n"
			if codes := report.OfStatus(status); len(codes) > 0 {
				out += "  " + strings.ReplaceAll(diag.Wrap(strings.Join(codes, " "), helpWidth-2), "\n", "\n  ") + "\n"
			}
			return out
		}
	}
	return ""
}

// helpManifests shows the flags that go with -f.
func (c *confit) helpManifests() error {
	var b strings.Builder
	b.WriteString(manifestHelp)
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.manifests.add(flags)
	flagHelp(&b, flags, "Flags", "filename "+manifestNames)
	_, err := c.stdout.Write([]byte(b.String()))
	return err
}

const manifestHelp = `-f runs what the confit containers of Kubernetes manifests would run, in memory: with
the ConfigMaps, Secrets and variables that the manifests give them, and the arguments
of the container. It asks no cluster.

  confit render -f deployment.yaml --out - --masked
  kustomize build overlays/prod | confit validate -f -
  helm template . | confit diff -f - --against old.yaml
`

const longHelp = `confit merges mounted ConfigMaps, Secrets, environment variables and files of
Git repositories, and writes configuration files from templates: all of them, or
none. It runs as an init container, by hand, and in CI.`

const exitHelp = `Exit status: 0 done · 1 diff found differences · 64 usage · 65 values, templates or
checks · 66 an input is missing or unreadable · 69 a remote did not answer · 70 a bug
in confit · 73 what lies in the output directory is in the way · 74 I/O · 75 busy ·
76 a limit · 77 trust · 78 the spec · 130, 131, 143 signals
`

const renderExamples = `  # in an init container: the spec is a key of the mounted ConfigMap
  confit render -c /config-in/confit.yaml

  # on a laptop: print what the containers of these manifests would write
  confit render -f deployment.yaml --out - --masked

  # without a spec: a ConfigMap, a Secret and APP_* variables into one file
  confit render --source configMap:/config-in --source secret:/secret-in,at=db \
    --source env:APP_ --template app.conf.tmpl=app.conf --out /config-out`

const validateExamples = `  # every problem and warning, as text
  confit validate -c confit.yaml --root fixtures

  # manifests, as annotations of a pull request; warnings fail, too
  kustomize build . | confit validate -f - --strict --report github=-`

const diffExamples = `  # the files that render would write, and those of the last run
  confit diff -c confit.yaml --root fixtures --out /config-out

  # what a change of manifests changes in the files of the pods
  git show main:deploy.yaml | confit diff -f deploy.yaml --against -`

const explainExamples = `  # every value, with where it came from and what it overrode
  confit explain -c confit.yaml --root fixtures

  # one value, or all below a path
  confit explain -c confit.yaml database.port

  # what an output is made of
  confit explain -c confit.yaml conf/app.yaml

  # in the containers of manifests
  confit explain -f deployment.yaml database.port`

const reportExamples = `  # one HTML page of what the pods get, and of what a change does to it
  confit report -f manifests.yaml --against main.yaml --out report.html

  # of a spec, with fixtures in place of the pod
  confit report -c confit.yaml --root fixtures --out report.html`

const testExamples = `  # every folder below tests/ with a case.yaml
  confit test tests

  # write what came into expected/, and read the diff
  confit test --update tests`

const watchExamples = `  # beside the application: nginx loads its new configuration on SIGHUP
  confit watch -c /config-in/confit.yaml --signal nginx=HUP

  # Prometheus loads it on a request
  confit watch -c /config-in/confit.yaml --http http://localhost:9090/-/reload

  # write nothing, and end: the kubelet runs the init containers again
  confit watch -c /config-in/confit.yaml --exit 88

  # in a startup or liveness probe
  confit watch -c /config-in/confit.yaml --check`

const schemaExamples = `  confit schema > confit.schema.json

  # the first line of confit.yaml, for editors with a YAML language server
  # yaml-language-server: $schema=confit.schema.json`
