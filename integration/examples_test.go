package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ready are the examples for other programs, which integration/examples runs.
var ready = []string{"github-action", "gitlab-component", "helm-snippet", "kustomize-component", "pre-commit"}

// TestExamplesAreCorrect: validate has no error and no warning of any example.
func TestExamplesAreCorrect(t *testing.T) {
	examples, err := os.ReadDir("../examples")
	must(t, err)
	if len(examples) < 5 {
		t.Fatalf("only %d examples", len(examples))
	}
	for _, e := range examples {
		if slices.Contains(ready, e.Name()) {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			dir := filepath.Join("../examples", e.Name())
			args := []string{"validate", "--strict", "--allow-env"}
			manifests, err := filepath.Glob(filepath.Join(dir, "deployment.yaml"))
			must(t, err)
			if len(manifests) == 0 {
				args = append(args, "-c", filepath.Join(dir, "confit.yaml"), "--root", filepath.Join(dir, "pod"))
			} else {
				args = append(args[:2], "-f", manifests[0])
			}
			if repository := filepath.Join(dir, "repository"); exists(repository) {
				name, _, _ := strings.Cut(strings.TrimPrefix(e.Name(), "git-"), "/")
				args = append(args, "--replace", name+"="+repository)
			}
			out, err := exec.Command(filepath.Join(bin, "confit"), args...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "0 errors, 0 warnings, ") {
				t.Errorf("confit %s: %v\n%s", strings.Join(args, " "), err, out)
			}
		})
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
