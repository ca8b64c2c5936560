package report

import (
	"strings"

	"confit/render/diag"
	"confit/sinks/console"
)

// severities are the levels as GitLab names them.
var severities = map[string]string{"error": "major", "warning": "minor", "notice": "info"}

// A quality is one finding of a GitLab code quality report.
type quality struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// gitlab is a code quality report. GitLab shows a fingerprint once, and takes a finding with
// another fingerprint for a new one.
func (r *Report) gitlab() string {
	all := []quality{}
	prints := fingerprints(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		file, line, _ := r.at(f)
		all = append(all, quality{
			Description: diag.EscapeLine(strings.Join(f.lines(), "; ")), CheckName: rule(f.Code), Fingerprint: prints[i], Severity: severities[f.Level],
			Location: qualityLocation{strings.TrimPrefix(file, "./"), qualityLines{line}},
		})
	}
	var b strings.Builder
	_ = console.WriteJSON(&b, all) // a builder takes all
	return b.String()
}
