package report

import (
	"errors"
	"slices"
	"strings"

	"confit/render/diag"
)

// A Target is a format and the file that it goes to; - is stdout.
type Target struct{ Format, File string }

// Targets are those of one run.
type Targets []Target

// ParseTargets reads the flags, FORMAT=FILE each. A format other than text goes to stdout, in
// place of the text.
func ParseTargets(format string, flags []string) (Targets, error) {
	var targets Targets
	if format != "text" && format != "" { // test has no --format
		targets = append(targets, Target{format, "-"})
	}
	var all []error
	usage := func(text, hint string) {
		all = append(all, &diag.Problem{Cause: diag.CauseUsage, Code: "usage", Text: text, Hint: hint})
	}
	for _, flag := range flags {
		format, file, ok := strings.Cut(flag, "=")
		switch {
		case !ok || file == "":
			usage("--report "+diag.Quoted(flag)+" does not say where to", "write it as FORMAT=FILE, like sarif=confit.sarif")
		case !slices.Contains(Formats(), format):
			usage("--report: there is no format "+diag.Quoted(format), diag.DidYouMeanOneOf(format, Formats(), "the formats are "))
		case slices.ContainsFunc(targets, func(o Target) bool { return o.File == file }):
			usage("two reports go to "+diag.Quoted(file), "give each a file of its own")
		}
		targets = append(targets, Target{format, file})
	}
	return targets, errors.Join(all...)
}

// OnStdout tells whether a report goes to stdout.
func (t Targets) OnStdout() bool {
	return slices.ContainsFunc(t, func(t Target) bool { return t.File == "-" })
}
