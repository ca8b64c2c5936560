package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/peers"
)

// TestPrinted prints manifests of TestAgreement again, with kustomize and with Helm.
// UPDATE=1 builds the tools and keeps what they print.
func TestPrinted(t *testing.T) {
	const dir = "testdata/agreement/"
	tools := []struct {
		peers.Module
		inputs string
		args   func(input string) []string
	}{
		{peers.Kustomize(), dir + "kustomize/*", func(input string) []string { return []string{"build", input} }},
		{peers.Helm(), dir + "helm/values/*.yaml", func(input string) []string {
			return []string{"template", "web", dir + "helm/chart", "-f", input}
		}},
	}
	for _, tool := range tools {
		t.Run(tool.Name, func(t *testing.T) {
			program := find(t, tool.Module)
			inputs, err := filepath.Glob(tool.inputs)
			must(t, err)
			if len(inputs) < 10 {
				t.Fatalf("%d inputs, want 10 at least", len(inputs))
			}
			for _, input := range inputs {
				out, err := exec.Command(program, tool.args(input)...).Output()
				if err != nil {
					t.Fatalf("%s: %v", input, err)
				}
				kept := dir + "manifests/" + tool.Name + "-" + strings.TrimSuffix(filepath.Base(input), ".yaml") + ".yaml"
				if os.Getenv("UPDATE") != "" {
					must(t, os.WriteFile(kept, out, 0o644))
				} else if string(readFile(t, kept)) != string(out) {
					t.Errorf("%s is not what %s prints: make update keeps it", kept, tool.Name)
				}
			}
		})
	}
}

// find gives a tool of the cache.
func find(t *testing.T, m peers.Module) string {
	t.Helper()
	cache, err := filepath.Abs("../.cache/peers")
	must(t, err)
	if _, err := os.Stat(m.In(cache)); err != nil {
		if os.Getenv("UPDATE") == "" {
			t.Fatal(m.Name + " is not in the cache: make setup builds it")
		}
		must(t, m.Build(t.Context(), cache))
	}
	return m.In(cache)
}
