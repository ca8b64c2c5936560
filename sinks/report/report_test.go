package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"confit/sinks/console"
)

// hostile is what the author of a template or a manifest may put into a text.
var hostile = []string{
	"a\n::error::b", "::add-mask::x", "x ##[error]y", "##vso[task.setvariable]", "\x1b[31mred\x07", "a]]>b", "<!--", "</failure>", "a|b\r\n|c",
	"[a](http://evil.example)", "![a](b)", "<script>", "`x` *y* _z_ ~w~", "@team #1 $x$", "%0A::error::c", "bad \xff utf-8", "\u202e\u2028", "{{ .Values.x }}", "", " ", "é日本",
}

func hostileReport() *Report {
	r := &Report{Summary: "1 error", Version: "dev", Subject: "confit.yaml"}
	for i, text := range hostile {
		r.Outputs = append(r.Outputs, Output{text, text})
		for _, level := range levels {
			r.Findings = append(r.Findings, Finding{Record: console.Record{Level: level, Code: "missing-value", File: text, Line: i, Text: text, Notes: []string{text}, Hint: text}, Source: text})
		}
	}
	return r
}

// TestHostileTexts: no text of a finding begins a line, a command, a tag or a link of its own.
func TestHostileTexts(t *testing.T) {
	r := hostileReport()
	for _, format := range Formats() {
		all := r.In(format)
		for line := range strings.Lines(all) {
			trimmed := strings.TrimSpace(line)
			if strings.HasPrefix(trimmed, "::") && (format != "github" || !regexp.MustCompile(`^::(error|warning|notice) `).MatchString(trimmed)) {
				t.Errorf("%s has the command %q", format, line)
			}
		}
		for _, bad := range []string{"##[", "##vso[", "\x1b", "\x07", "\u202e", "\u2028", "\r"} {
			if strings.Contains(all, bad) {
				t.Errorf("%s holds %q", format, bad)
			}
		}
	}
	for line := range strings.Lines(r.In("markdown")) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 5 || strings.ContainsAny(line, "`[]*_~@$!") || strings.Contains(strings.ReplaceAll(line, "<br>", ""), "<") {
			t.Errorf("markdown: the row %q", line)
		}
	}
	if strings.Contains(r.In("sarif"), "](") {
		t.Error("sarif has a link")
	}
}

// An element is XML as any reader has it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// junitRules are what the schema of Jenkins' xunit plugin has: the attributes of each element
// that are required, those that may be there too, and the elements below it.
var junitRules = map[string]struct{ required, optional, below string }{
	"testsuites": {"", "time tests failures errors", "testsuite"},
	"testsuite":  {"name tests failures errors", "group time skipped timestamp hostname id package file log url", "testsuite properties testcase system-out system-err"},
	"testcase":   {"name", "time classname group", "skipped error failure system-out system-err"},
	"failure":    {"", "type message", ""},
	"system-out": {"", "", ""},
}

func (e *element) check(t *testing.T) {
	rule, known := junitRules[e.XMLName.Local]
	if !known {
		t.Fatalf("junit has the element %s", e.XMLName.Local)
	}
	for name := range strings.FieldsSeq(rule.required) {
		if !slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool { return a.Name.Local == name }) {
			t.Errorf("%s has no %s", e.XMLName.Local, name)
		}
	}
	for _, a := range e.Attrs {
		if !slices.Contains(strings.Fields(rule.required+" "+rule.optional), a.Name.Local) {
			t.Errorf("%s has the attribute %s", e.XMLName.Local, a.Name.Local)
		}
	}
	for i := range e.Children {
		if below := e.Children[i].XMLName.Local; !slices.Contains(strings.Fields(rule.below), below) {
			t.Errorf("%s has a %s below", e.XMLName.Local, below)
		}
		e.Children[i].check(t)
	}
}

func TestJUnit(t *testing.T) {
	for name, c := range map[string]struct {
		report   *Report
		tests    int
		failures string
	}{
		"nothing":                    {&Report{}, 1, "0"},
		"outputs":                    {&Report{Outputs: []Output{{"a", "x"}, {"a", "x"}, {"b", "x"}}}, 3, "0"},
		"hostile":                    {hostileReport(), 4 * len(hostile), fmt.Sprint(len(hostile))},
		"strict":                     {&Report{Strict: true, Findings: []Finding{{Record: console.Record{Level: "warning"}}, {Record: console.Record{Level: "notice"}}}}, 2, "1"},
		"a name that a number makes": {&Report{Outputs: []Output{{"a", "x, number 2"}, {"a", "x"}, {"a", "x"}, {"a", "x"}}}, 4, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			var root element
			if err := xml.Unmarshal([]byte(c.report.In("junit")), &root); err != nil {
				t.Fatal(err)
			}
			root.check(t)
			suite := root.Children[0]
			seen := map[string]bool{}
			for i := range suite.Children {
				name := suite.Children[i].attr("classname") + "\x00" + suite.Children[i].attr("name")
				if seen[name] {
					t.Errorf("two tests are %q", name)
				}
				seen[name] = true
			}
			if len(suite.Children) != c.tests || suite.attr("tests") != fmt.Sprint(c.tests) || suite.attr("failures") != c.failures {
				t.Errorf("%d tests, %s of which %s fail; want %d and %s", len(suite.Children), suite.attr("tests"), suite.attr("failures"), c.tests, c.failures)
			}
		})
	}
}

func finding(level, file string, line int, text string) Finding {
	return Finding{Record: console.Record{Level: level, Code: "missing-value", File: file, Line: line, Col: 3, Text: text, Notes: []string{fmt.Sprintf("key a line %d", line)}}, Source: "the line"}
}

// TestFingerprints: they are unique, and stay where lines are inserted above.
func TestFingerprints(t *testing.T) {
	at := func(shift int) *Report {
		return &Report{Findings: []Finding{
			finding("error", "a", 1+shift, "x"), finding("error", "a", 2+shift, "x"), finding("error", "b", 2, "x"),
			finding("error", "a", 3+shift, fmt.Sprintf("line %d of app.json is wrong", 7+shift)), finding("error", "a", 3+shift, fmt.Sprintf("it is set at a:%d:3", 9+shift)),
			finding("warning", "a", 9+shift, "y"),
		}}
	}
	before, after := fingerprints(at(0).Findings), fingerprints(at(100).Findings)
	if !slices.Equal(before, after) {
		t.Errorf("100 lines above make %v of %v", after, before)
	}
	for _, all := range [][]string{before, fingerprints(hostileReport().Findings)} {
		if unique := slices.Compact(slices.Sorted(slices.Values(all))); len(unique) != len(all) {
			t.Errorf("%d of %d fingerprints are unique", len(unique), len(all))
		}
	}
	if other := fingerprints([]Finding{finding("error", "a", 1, "z")}); other[0] == before[0] {
		t.Error("another text has the same fingerprint")
	}
}

func TestGitLab(t *testing.T) {
	var all []struct {
		Description string `json:"description"`
		CheckName   string `json:"check_name"`
		Fingerprint string
		Severity    string
		Location    struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	r := hostileReport()
	r.Findings = append(r.Findings, finding("error", "./a/b", 2, "x"), Finding{Record: console.Record{Level: "error", Text: "x"}})
	if err := json.Unmarshal([]byte(r.In("gitlab")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != len(r.Findings) {
		t.Errorf("%d findings, want %d", len(all), len(r.Findings))
	}
	for _, q := range all {
		known := slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, q.Severity)
		if q.Description == "" && q.CheckName == "" || q.Fingerprint == "" || !known || q.Location.Path == "" || strings.HasPrefix(q.Location.Path, "./") || q.Location.Lines.Begin < 1 {
			t.Errorf("GitLab does not take %+v", q)
		}
	}
}

// TestSARIF checks what GitHub code scanning asks for beside the schema.
func TestSARIF(t *testing.T) {
	type sarif struct {
		Runs []struct {
			AutomationDetails struct{ ID string }
			Results           []struct {
				RuleID              string
				RuleIndex           int
				Level               string
				Message             struct{ Text string }
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           map[string]int
					}
				}
			}
			Tool struct {
				Driver struct {
					Rules []struct {
						ID                                      string
						ShortDescription, FullDescription, Help struct{ Text string }
					}
				}
			}
		}
	}
	r := hostileReport()
	for range sarifLimit {
		r.Findings = append(r.Findings, finding("notice", "n", 1, "x"))
	}
	r.Findings = append(r.Findings, finding("error", "z z/é?#%.tmpl", 7, "the last"))
	var s sarif
	if err := json.Unmarshal([]byte(r.In("sarif")), &s); err != nil {
		t.Fatal(err)
	}
	run := s.Runs[0]
	if len(run.Results) != sarifLimit || run.AutomationDetails.ID != "confit/confit.yaml/" {
		t.Errorf("%d results of %q", len(run.Results), run.AutomationDetails.ID)
	}
	if last := run.Results[len(hostile)]; last.Message.Text != "the last\nkey a line 7" || last.Locations[0].PhysicalLocation.ArtifactLocation.URI != "z%20z/%C3%A9%3F%23%25.tmpl" {
		t.Errorf("the last error is %+v", last)
	}
	for _, rule := range run.Tool.Driver.Rules {
		for _, text := range []string{rule.ShortDescription.Text, rule.FullDescription.Text, rule.Help.Text} {
			if len(text) < 1 || len(text) > 1024 {
				t.Errorf("the rule %s has a text of %d characters", rule.ID, len(text))
			}
		}
	}
	seen := map[string]bool{}
	for _, res := range run.Results {
		region := res.Locations[0].PhysicalLocation.Region
		uri := res.Locations[0].PhysicalLocation.ArtifactLocation.URI
		print := res.PartialFingerprints["primaryLocationLineHash"]
		_, err := url.Parse(uri)
		if err != nil || uri == "" || print == "" || seen[print] || len(region) != 4 || region["startLine"] < 1 || region["startColumn"] < 1 || region["endLine"] < region["startLine"] || region["endColumn"] <= region["startColumn"] {
			t.Fatalf("code scanning does not take %+v", res)
		}
		if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID || !slices.Contains([]string{"error", "warning", "note"}, res.Level) {
			t.Fatalf("the rule or level of %+v", res)
		}
		seen[print] = true
	}
}

// TestGitHubSpreads: of many findings GitHub gets ten of a level, of as many files as there are,
// and the last one counts the others.
func TestGitHubSpreads(t *testing.T) {
	r := &Report{}
	for i := range 30 {
		r.Findings = append(r.Findings, finding("warning", "a", i, "w"), finding("error", fmt.Sprintf("f%d", i/10), i, "e"))
	}
	r.Findings = append(r.Findings, finding("notice", "a", 1, "n"))
	var files []string
	commands := map[string]int{}
	for line := range strings.Lines(r.In("github")) {
		level, rest, ok := strings.Cut(strings.TrimPrefix(line, "::"), " ")
		if !ok || !strings.HasPrefix(line, "::") {
			continue
		}
		commands[level]++
		if level == "error" && strings.HasPrefix(rest, "file=") {
			files = append(files, rest[5:7])
		}
	}
	if want := map[string]int{"error": 10, "warning": 10, "notice": 1}; fmt.Sprint(commands) != fmt.Sprint(want) {
		t.Errorf("the commands are %v, want %v", commands, want)
	}
	if got := strings.Join(files, " "); got != "f0 f1 f2 f0 f1 f2 f0 f1 f2" {
		t.Errorf("the files are %s", got)
	}
	if log := strings.Count(r.In("github"), "\n"); log != 61+2 {
		t.Errorf("%d lines, want all 61 findings and 2 counts", log)
	}
}

// TestSummary: the summary of a step stays below its limit, whatever is in it already.
func TestSummary(t *testing.T) {
	name := filepath.Join(t.TempDir(), "summary.md")
	r := &Report{Summary: "many"}
	for i := range 9000 {
		r.Findings = append(r.Findings, finding("error", "a", i, strings.Repeat("x", 60)))
	}
	for range 3 {
		if err := r.AppendSummary(name); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > summaryLimit || len(text) < summaryLimit-10<<10 {
		t.Errorf("the summary has %d bytes", len(text))
	}
	if !strings.Contains(string(text), "more; the log has them all") {
		t.Error("the summary does not say that it was cut")
	}
}

// TestWriteFile: a file is replaced as a whole and keeps its mode, a new one has that of the
// umask, and nothing stays of a failure.
func TestWriteFile(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, mode := range []os.FileMode{0o640, 0o600, 0o666} {
		if err := WriteFile(name, mode.String()); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(name); string(got) != mode.String() {
			t.Errorf("the file has %q, want %q", got, mode)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode(); mode == 0o640 && got != mode {
			t.Errorf("a new file has the mode %v, want %v", got, mode)
		}
		for _, keep := range []os.FileMode{0o600, 0o666} {
			if err := os.Chmod(name, keep); err != nil {
				t.Fatal(err)
			}
			if err := WriteFile(name, mode.String()); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(name); err != nil || info.Mode() != keep {
				t.Errorf("the file has the mode %v, want %v (%v)", info.Mode(), keep, err)
			}
		}
	}
	if err := WriteFile(dir, "x"); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if err := WriteFile(filepath.Join(dir, "none", "a"), "x"); err == nil {
		t.Error("a file in no directory is written")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d entries are left, want 1", len(left))
	}
}

// TestWriteLink: no symbolic link is followed, nor replaced.
func TestWriteLink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"victim", "none", "/dev/null"} {
		link := filepath.Join(dir, "link")
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{link, link + "/"} {
			if err := WriteFile(name, "new"); err == nil || !strings.Contains(err.Error(), "is a symbolic link") {
				t.Errorf("a link to %s: %v", to, err)
			}
		}
		if got, _ := os.Readlink(link); got != to {
			t.Errorf("the link to %s leads to %q", to, got)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d entries are left, want 1", len(left))
	}
	if got, _ := os.ReadFile(victim); string(got) != "old" {
		t.Errorf("the file behind the link has %q", got)
	}
}

// TestWritePipe: a pipe is written to as it is, and one without a reader is an error.
func TestWritePipe(t *testing.T) {
	pipe, into, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(fmt.Sprintf("/dev/fd/%d", into.Fd()), "through"); err != nil {
		t.Fatal(err)
	}
	into.Close()
	if got, _ := io.ReadAll(pipe); string(got) != "through" {
		t.Errorf("the pipe has %q", got)
	}
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, write := range map[string]func() error{
		"WriteFile":     func() error { return WriteFile(name, "x") },
		"AppendSummary": func() error { return (&Report{}).AppendSummary(name) },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "nobody reads the pipe") {
			t.Errorf("%s: %v", what, err)
		}
	}
	long := strings.Repeat("x", 1<<20) // more than a pipe holds
	reader, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- WriteFile(name, long) }()
	var got []byte
	for len(got) < len(long) {
		part := make([]byte, 1<<16)
		n, err := reader.Read(part)
		if err != nil && err != io.EOF { // before the writer comes
			t.Fatal(err)
		}
		got = append(got, part[:n]...)
	}
	if err := <-written; err != nil || string(got) != long {
		t.Errorf("%d bytes of a long text came through: %v", len(got), err)
	}
}

// TestPage holds docs/errors.md to the meanings of the codes, row by row.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([a-z0-9-]+)`")
	var rows []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]+?) \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		var codes []string
		for _, c := range code.FindAllStringSubmatch(row[1], -1) {
			codes = append(codes, c[1])
		}
		rows = append(rows, strings.Join(codes, " ")+": "+row[2])
	}
	var want []string
	seen := map[string]bool{}
	for _, m := range allMeanings(string(page), t) {
		for code := range strings.FieldsSeq(m.codes) {
			if seen[code] {
				t.Errorf("%s has two meanings", code)
			}
			seen[code] = true
		}
		if m.codes != "bug" { // a sentence at the end of the page
			want = append(want, m.codes+": "+m.text)
		}
	}
	for i := range min(len(rows), len(want)) {
		if rows[i] != want[i] {
			t.Fatalf("the page has %q, want %q", rows[i], want[i])
		}
	}
	if len(rows) != len(want) {
		t.Errorf("the page has %d rows, want %d", len(rows), len(want))
	}
}

// allMeanings lists the rows of all sections, each of which is a heading of the page.
func allMeanings(page string, t *testing.T) []meaning {
	var all []meaning
	for _, s := range sections {
		if !strings.Contains(page, "\n## "+s.title+"\n") && s.rows[0].codes != "bug" {
			t.Errorf("the page has no section %q", s.title)
		}
		all = append(all, s.rows...)
	}
	return all
}
