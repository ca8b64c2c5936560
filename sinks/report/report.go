package report

import (
	"cmp"
	"strings"

	"confit/render/diag"
	"confit/sinks/console"
)

// A Report is the result of a run of validate.
type Report struct {
	Findings []Finding
	Outputs  []Output // that were rendered
	Summary  string   // the line that counts
	Subject  string   // the spec or the manifests; the place of a finding that has none
	Version  string   // of confit
	Name     string   // of the suite of tests; "" for confit validate
	Strict   bool     // warnings count as errors do
}

// A Finding is a problem, a warning or a notice. Its file has the path that the repository
// has it at.
type Finding struct {
	console.Record

	Source string `json:"-"` // the line at the place, if it may be shown
	End    int    `json:"-"` // the column behind the place; 0 if it is not known
}

// An Output is a rendered file.
type Output struct {
	Group string // whose output it is
	Path  string
}

// formats is the table of the formats.
var formats = []struct {
	name string
	text func(*Report) string
}{
	{"github", (*Report).github},
	{"gitlab", (*Report).gitlab},
	{"json", (*Report).json},
	{"junit", (*Report).junit},
	{"markdown", (*Report).markdown},
	{"sarif", (*Report).sarif},
}

// Formats are the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// In is the report in a format; "" in a format that is none.
func (r *Report) In(format string) string {
	for _, f := range formats {
		if f.name == format {
			return f.text(r)
		}
	}
	return ""
}

// levels are the levels of findings, the worst first.
var levels = []string{"error", "warning", "notice"}

// worstFirst sorts findings by their levels. Those of a level stay in their order.
func worstFirst(all []Finding) []Finding {
	var sorted []Finding
	for _, level := range levels {
		for _, f := range all {
			if f.Level == level {
				sorted = append(sorted, f)
			}
		}
	}
	return sorted
}

// fails tells whether a finding makes the run fail.
func (r *Report) fails(f *Finding) bool {
	return f.Level == "error" || r.Strict && f.Level == "warning"
}

// at is the place of a finding for a platform that wants one: the subject stands in for a
// file, and 1 for a line or column.
func (r *Report) at(f *Finding) (file string, line, col int) {
	return cmp.Or(f.File, r.Subject, "confit.yaml"), max(f.Line, 1), max(f.Col, 1)
}

// place is file:line:col, without unknown parts.
func (f *Finding) place() string {
	return diag.Pos{File: f.File, Line: f.Line, Col: f.Col}.String()
}

// lines are the text of a finding, its notes and its hint. None has a control character or
// a workflow command.
func (f *Finding) lines() []string {
	all := append([]string{f.Text}, f.Notes...)
	if f.Hint != "" {
		all = append(all, "hint: "+f.Hint)
	}
	for i := range all {
		all[i] = diag.EscapeLine(all[i])
	}
	return all
}

// line is a finding as a line of a log.
func (f *Finding) line() string {
	s := f.Level + ": "
	if f.File != "" {
		s += f.place() + ": "
	}
	return diag.EscapeLine(s+f.Text+f.mark()) + "\n"
}

// mark is the code as text shows it.
func (f *Finding) mark() string { return console.Mark(f.Code) }

// text joins lines, and keeps what is longer than most bytes short.
func text(lines []string, most int) string {
	s := strings.Join(lines, "\n")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most-len("…")], "") + "…"
	}
	return s
}
