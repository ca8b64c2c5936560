package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"

	"confit/render/diag"
)

// A testcase is an output or a finding of a JUnit report.
type testcase struct {
	class, name string
	finding     *Finding // nil for an output
}

// junit is a JUnit report: a good test for each output, and one for each finding, which fails
// if the finding makes the run fail. GitLab drops a test with the name of another one.
func (r *Report) junit() string {
	all := r.testcases()
	failures := 0
	for i := range all {
		if f := all[i].finding; f != nil && r.fails(f) {
			failures++
		}
	}
	var b strings.Builder
	counts := fmt.Sprintf(`tests="%d" failures="%d" errors="0"`, len(all), failures)
	fmt.Fprintf(&b, "%s<testsuites %s>\n  <testsuite name=%q %s skipped=\"0\">\n", xml.Header, counts, cmp.Or(r.Name, "confit validate"), counts)
	for i := range all {
		r.writeTestcase(&b, &all[i])
	}
	b.WriteString("  </testsuite>\n</testsuites>\n")
	return b.String()
}

// testcases are the tests, each with a name of its own. There is one at least: a good run
// without any would look like one that tested nothing.
func (r *Report) testcases() []testcase {
	var all []testcase
	for _, o := range r.Outputs {
		all = append(all, testcase{class: o.Group, name: o.Path})
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		file, _, _ := r.at(f)
		all = append(all, testcase{file, f.Text + f.mark(), f})
	}
	if len(all) == 0 {
		all = append(all, testcase{class: "confit", name: "validate"})
	}
	seen := map[[2]string]int{}
	for i := range all {
		key := [2]string{diag.EscapeLine(all[i].class), diag.EscapeLine(all[i].name)}
		for seen[key]++; seen[key] > 1; seen[key]++ {
			key = [2]string{key[0], fmt.Sprintf("%s, number %d", diag.EscapeLine(all[i].name), seen[key])}
		}
		all[i].class, all[i].name = key[0], key[1]
	}
	return all
}

func (r *Report) writeTestcase(b *strings.Builder, t *testcase) {
	fmt.Fprintf(b, `    <testcase classname="%s" name="%s"`, escapeXML(t.class), escapeXML(t.name))
	if t.finding == nil {
		b.WriteString("></testcase>\n")
		return
	}
	body := escapeXML(t.finding.line() + strings.Join(t.finding.lines()[1:], "\n"))
	if r.fails(t.finding) {
		fmt.Fprintf(b, "><failure type=\"%s\" message=\"%s\">%s</failure></testcase>\n", escapeXML(t.finding.Code), escapeXML(t.finding.lines()[0]), body)
		return
	}
	fmt.Fprintf(b, "><system-out>%s</system-out></testcase>\n", body)
}

// escapeXML is a text in XML, between tags or in an attribute.
func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes all
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}
