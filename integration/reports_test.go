package integration

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// reportNames are the formats with the files that the tests write them to.
var reportNames = map[string]string{"github": "r.github", "sarif": "r.sarif", "junit": "r.xml", "gitlab": "r.gitlab", "json": "r.json", "markdown": "r.md"}

// reported runs validate with a report in each format. It gives the reports by format, and with
// them what went to stdout and stderr.
func reported(t *testing.T, dir string, args ...string) map[string]string {
	t.Helper()
	for format, name := range reportNames {
		args = append(args, "--report", format+"="+name)
	}
	cmd := exec.Command(filepath.Join(bin, "confit"), append([]string{"validate"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	all := map[string]string{"stdout": stdout.String(), "stderr": stderr.String(), "summary": string(readFile(t, filepath.Join(dir, "summary.md")))}
	for format, name := range reportNames {
		all[format] = string(readFile(t, filepath.Join(dir, name)))
	}
	return all
}

// counted tells how many findings a report has. Its reader must take the report.
var counted = map[string]func(t *testing.T, text string) int{
	"json":   listed,
	"gitlab": listed,
	"sarif": func(t *testing.T, text string) int {
		var s struct{ Runs []struct{ Results []any } }
		must(t, json.Unmarshal([]byte(text), &s))
		return len(s.Runs[0].Results)
	},
	"junit": func(t *testing.T, text string) int {
		findings := 0
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return findings
			}
			must(t, err)
			if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "failure" || e.Name.Local == "system-out") {
				findings++
			}
		}
	},
	"github": func(_ *testing.T, text string) int { return strings.Count("\n"+text, "\n::") },
	"markdown": func(_ *testing.T, text string) int {
		return strings.Count(text, "\n| error |") + strings.Count(text, "\n| warning |") + strings.Count(text, "\n| notice |")
	},
}

func listed(t *testing.T, text string) int {
	var all []any
	must(t, json.Unmarshal([]byte(text), &all))
	return len(all)
}

// TestReportsOfFindings: each broken Deployment has its finding in every report, and the secret
// in none.
func TestReportsOfFindings(t *testing.T) {
	const dir = "testdata/findings/"
	base := string(readFile(t, dir+"base.yaml"))
	names, cases := editsIn(t, dir+"cases.yaml")
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			must(t, os.WriteFile(filepath.Join(work, "web.yaml"), []byte(edited(t, base, cases[name])), 0o644))
			for format, text := range reported(t, work, "-f", "web.yaml") {
				if strings.Contains(text, "hunter2") {
					t.Errorf("the secret is in %s:\n%s", format, text)
				}
				if count := counted[format]; count != nil && count(t, text) != 1 {
					t.Errorf("%d findings in %s:\n%s", count(t, text), format, text)
				}
			}
		})
	}
}

// TestReportsOfHostileNames: the names of files, keys and values steer no platform.
func TestReportsOfHostileNames(t *testing.T) {
	const hostile = "a\n::error::b ##[c] ##vso[d] \x1b[31m]]>|`e` <f> [g](h)"
	work := t.TempDir()
	key, err := json.Marshal(strings.ReplaceAll(hostile, "\x1b", "\u0085"))
	must(t, err)
	must(t, os.Mkdir(filepath.Join(work, "t"), 0o755))
	must(t, os.WriteFile(filepath.Join(work, "t", hostile+".tmpl"), []byte("{{ .Values.x }}{{ index .Values "+string(key)+" \"y\" }}"), 0o644))
	must(t, os.WriteFile(filepath.Join(work, "values.json"), []byte("{"+string(key)+": {\"z\": 1}}"), 0o644))
	must(t, os.WriteFile(filepath.Join(work, "confit.yaml"), []byte("version: 1\nsources: [{file: values.json}]\nrender: [{template: t}]\nsinks: [{dir: out}]\n"), 0o644))
	all := reported(t, work, "-c", "confit.yaml")
	for format, text := range all {
		if count := counted[format]; count != nil && count(t, text) != 2 {
			t.Errorf("%d findings in %s:\n%s", count(t, text), format, text)
		}
		bad := []string{"\n::error::b", "##[", "##vso[", "\x1b", "\u0085"}
		switch format {
		case "markdown", "summary":
			bad = append(bad, "](", "<f>", "`", "]]>")
		case "sarif":
			bad = append(bad, "](")
		case "junit":
			bad = append(bad, "]]>", "<f>")
		}
		for _, bad := range bad {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q:\n%s", format, bad, text)
			}
		}
	}
}
