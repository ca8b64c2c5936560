package main

import (
	"errors"
	"path"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/format"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// otherVerbs are verbs of other tools, with the verb that does it here.
var otherVerbs = hints{
	"template generate build run apply install upgrade create sync execute exec process": "confit render writes the files; with --out - it prints them",
	"lint check verify vet":                        "confit validate reports every problem, and writes nothing",
	"plan preview compare dry-run":                 "confit diff shows what render would change",
	"show get values inspect view debug eval data": "confit explain shows the values and where they come from",
	"envsubst":               "confit render does it for an envsubst: entry of the spec",
	"uninstall delete clean": "confit removes no directory; confit render removes files that the spec no longer makes",
	"init new":               "write confit.yaml; confit schema prints its fields for an editor",
}

// otherFlags are flags of other tools, with the flag that does it here.
var otherFlags = hints{
	"o output out-dir output-dir output-file outdir dest destination dst target":                         "the directory to write to is --out DIR; --out - prints",
	"values-file value-files valuefile var-file vars-file vars params data d datasource context ctx e x": "a file of values is --source file:FILE",
	"t templates template-file template-dir i in input input-file input-dir file":                        "a template is --template IN[=TO]",
	"s spec config-file conf":         "the spec is -c FILE",
	"env environment env-prefix":      "environment variables are --source env:PREFIX_",
	"secret configmap config-map dir": "a source is --source KIND:DIR, like secret:/secret-in or configMap:/config-in",
	"dry-run dry diff check noop":     "confit diff shows what render would change; render --out - prints the files",
	"debug trace":                     "-v tells each step",
	"stdout print":                    "--out - prints",
	"set-literal":                     "--set-string path=value keeps the value as text",
	"strict fail missingkey":          "every missing value is an error; | default … allows for one",
	"delims left-delim right-delim":   "delims: [a, b] of an entry of the spec",
	"show-only":                       "--only GLOB",
	"version V":                       "confit version prints it",
	"release-name kubeconfig":         "confit asks no cluster; the values come from files and variables",
	"force overwrite":                 "overwrite: true of an entry of the spec takes over a file that was there before",
}

// hints are hints by several names, with spaces between them.
type hints map[string]string

func (h hints) of(name string) string {
	for names, hint := range h {
		if slices.Contains(strings.Fields(names), name) {
			return hint
		}
	}
	return ""
}

// flagError is the error of a flag that confit does not have, or that has no value.
func flagError(cmd *cobra.Command, err error) error {
	hint := "see " + cmd.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef(diag.Quoted(err.Error()), hint)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	switch other := otherFlags.of(name); {
	case other != "":
		hint = other
	case !cmd.HasParent():
		hint = "the verb comes first, like confit render -c confit.yaml"
	default:
		if near := diag.Nearest(name, names); len(near) > 0 {
			hint = "did you mean --" + strings.Join(near, ", --") + "?"
		}
	}
	return usagef(diag.Quoted(err.Error()), hint)
}

// noArguments refuses what is no flag: other tools take the name of a file there.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see " + cmd.CommandPath() + " --help"
	switch ext := path.Ext(args[0]); {
	case ext == ".tmpl" || ext == ".tpl" || ext == ".j2" || ext == ".gotmpl":
		hint = "a template is --template IN[=TO]"
	case isValuesFile(args[0]):
		hint = "the spec is -c FILE, and a file of values is --source file:FILE"
	}
	return usagef(cmd.CommandPath()+" takes no argument, and "+diag.Quoted(args[0])+" is one", hint)
}

// isValuesFile tells whether a name is that of a file that values are read from.
func isValuesFile(name string) bool {
	return format.ByExtension(name).Readable()
}
