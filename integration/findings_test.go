package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

// TestFindings breaks a good Deployment in one way after the other. Each time, validate has
// one finding, with its place and with what to do.
func TestFindings(t *testing.T) {
	const dir = "testdata/findings/"
	base := string(readFile(t, dir+"base.yaml"))
	if out, status := validate(t, base); status != 0 || len(findings(out)) > 0 {
		t.Fatalf("validate of base.yaml has status %d:\n%s", status, out)
	}
	names, cases := editsIn(t, dir+"cases.yaml")
	want := map[string]string{}
	for _, f := range txtar.Parse(readFile(t, dir+"want.txtar")).Files {
		want[f.Name] = string(f.Data)
	}
	got := &txtar.Archive{Comment: []byte("What validate -f says of each case in cases.yaml.\n")}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			out, status := validate(t, edited(t, base, cases[name]))
			got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(out)})
			found := findings(out)
			if len(found) != 1 {
				t.Errorf("%d findings:\n%s", len(found), out)
			}
			if isError := strings.HasPrefix(out, "error"); isError != (status != 0) {
				t.Errorf("status %d:\n%s", status, out)
			}
			if strings.Contains(out, "hunter2") {
				t.Errorf("the secret is in\n%s", out)
			}
			if out != want[name] && os.Getenv("UPDATE") == "" {
				t.Errorf("got\n%s\nwant\n%s", out, want[name])
			}
		})
	}
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(dir+"want.txtar", txtar.Format(got), 0o644))
	}
}

// TestNoFindings changes the good Deployment in ways that leave it good.
func TestNoFindings(t *testing.T) {
	const dir = "testdata/findings/"
	base := string(readFile(t, dir+"base.yaml"))
	names, cases := editsIn(t, dir+"good.yaml")
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			if out, status := validate(t, edited(t, base, cases[name])); status != 0 || out != "" {
				t.Errorf("status %d:\n%s", status, out)
			}
		})
	}
}

// A replacement replaces the first place of a text.
type replacement struct{ Old, New string }

// editsIn reads cases with their edits, in their order.
func editsIn(t *testing.T, name string) (names []string, cases map[string][]replacement) {
	t.Helper()
	var doc yaml.Node
	must(t, yaml.Unmarshal(readFile(t, name), &doc))
	must(t, doc.Decode(&cases))
	for i, n := range doc.Content[0].Content {
		if i%2 == 0 {
			names = append(names, n.Value)
		}
	}
	return names, cases
}

func edited(t *testing.T, text string, edits []replacement) string {
	for _, e := range edits {
		if !strings.Contains(text, e.Old) {
			t.Fatalf("base.yaml has no %q", e.Old)
		}
		text = strings.Replace(text, e.Old, e.New, 1)
	}
	return strings.ReplaceAll(text, "LARGE", strings.Repeat("x", 1<<20))
}

// validate runs confit validate on manifests, and gives what it prints to stdout.
func validate(t *testing.T, manifests string, flags ...string) (out string, status int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "confit"), append([]string{"validate", "-f", "web.yaml"}, flags...)...)
	cmd.Dir = t.TempDir()
	must(t, os.WriteFile(filepath.Join(cmd.Dir, "web.yaml"), []byte(manifests), 0o644))
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	_ = cmd.Run()
	return stdout.String(), cmd.ProcessState.ExitCode()
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	must(t, err)
	return data
}

// findings are the lines that begin a finding.
func findings(out string) []string {
	var all []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "error") || strings.HasPrefix(line, "warning") {
			all = append(all, line)
		}
	}
	return all
}
