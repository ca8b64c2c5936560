package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/integration/harness"
)

// An action is what the tests need to know of action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			Name, Run string
			Env       map[string]string
		}
	}
}

// TestWorkflow lints the example's workflow, with the inputs of the action that it uses.
func TestWorkflow(t *testing.T) {
	repo, dir := harness.Repo(t), t.TempDir()
	workflow := read(t, filepath.Join(repo, "examples/github-action/.github/workflows/confit.yml"))
	const uses = "uses: example/confit@v0.1.0"
	if !strings.Contains(workflow, uses) {
		t.Fatalf("the workflow does not have %q", uses)
	}
	workflow = strings.ReplaceAll(workflow, uses, "uses: ./")
	lint := func(workflow string) (string, error) {
		write(t, filepath.Join(dir, "action.yml"), read(t, filepath.Join(repo, "action.yml")))
		write(t, filepath.Join(dir, ".github/workflows/confit.yml"), workflow)
		must(t, os.MkdirAll(filepath.Join(dir, ".git"), 0o755))
		cmd := exec.Command("go", "tool", "-modfile=tools.mod", "actionlint", "-no-color", filepath.Join(dir, ".github/workflows/confit.yml"))
		cmd.Dir = repo
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := lint(workflow); err != nil || out != "" {
		t.Errorf("actionlint: %v\n%s", err, out)
	}
	wrong := strings.Replace(workflow, "manifests: manifests.yaml", "manifest: manifests.yaml", 1)
	if out, err := lint(wrong); err == nil || !strings.Contains(out, `input "manifest" is not defined in action "confit"`) {
		t.Errorf("actionlint does not see a misspelt input: %v\n%s", err, out)
	}
}

// TestAction runs the scripts of action.yml, as a runner does: it builds confit, checks
// manifests, and fails with an annotation where a value is misspelt.
func TestAction(t *testing.T) {
	repo, temp := harness.Repo(t), t.TempDir()
	var a action
	must(t, yaml.Unmarshal([]byte(read(t, filepath.Join(repo, "action.yml"))), &a))
	checkout := filepath.Join(temp, "checkout")
	write(t, filepath.Join(checkout, "manifests.yaml"), read(t, filepath.Join(repo, "examples/nginx/deployment.yaml")))
	good := map[string]string{"manifests": "manifests.yaml", "sarif": "confit.sarif"}
	out, err := a.run(t, repo, temp, checkout, good)
	if err != nil || !strings.Contains(out, "0 errors, 0 warnings, 3 outputs") {
		t.Errorf("the action: %v\n%s", err, out)
	}
	if sarif := read(t, filepath.Join(checkout, "confit.sarif")); !strings.Contains(sarif, `"2.1.0"`) {
		t.Errorf("the file for code scanning is %.200s", sarif)
	}
	if path := read(t, filepath.Join(temp, "path")); path != temp+"/confit\n" {
		t.Errorf("GITHUB_PATH has %q", path)
	}
	bad := strings.Replace(read(t, filepath.Join(checkout, "manifests.yaml")), ".Values.title", ".Values.titel", 1)
	write(t, filepath.Join(checkout, "manifests.yaml"), bad)
	if out, err = a.run(t, repo, temp, checkout, good); err == nil || !strings.Contains(out, "::error file=manifests.yaml,line=") {
		t.Errorf("the action with a misspelt value: %v\n%s", err, out)
	}
	spec := map[string]string{"spec": "examples/quickstart/confit.yaml", "root": "examples/quickstart/pod"}
	if out, err = a.run(t, repo, temp, repo, spec); err != nil || !strings.Contains(out, "0 errors, 0 warnings, ") {
		t.Errorf("the action with a spec: %v\n%s", err, out)
	}
}

var expression = regexp.MustCompile(`\$\{\{ *([\w.-]+) *\}\}`)

// run executes the steps that are scripts, in a checkout, with these inputs.
func (a action) run(t *testing.T, repo, temp, checkout string, inputs map[string]string) (string, error) {
	t.Helper()
	values := map[string]string{"github.action_path": repo, "runner.temp": temp}
	for name, input := range a.Inputs {
		values["inputs."+name] = input.Default
	}
	for name, value := range inputs {
		if _, ok := a.Inputs[name]; !ok {
			t.Fatalf("action.yml has no input %s", name)
		}
		values["inputs."+name] = value
	}
	must(t, os.RemoveAll(filepath.Join(temp, "path")))
	var log strings.Builder
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("the script of %s has an expression in it: %s", step.Name, step.Run)
		}
		if step.Run == "" {
			continue
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		cmd.Dir = checkout
		cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "GITHUB_PATH="+filepath.Join(temp, "path"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"))
		for name, text := range step.Env {
			cmd.Env = append(cmd.Env, name+"="+expression.ReplaceAllStringFunc(text, func(e string) string {
				name := expression.FindStringSubmatch(e)[1]
				value, ok := values[name]
				if !ok {
					t.Errorf("action.yml asks for %s", name)
				}
				return value
			}))
		}
		out, err := cmd.CombinedOutput()
		log.Write(out)
		if err != nil {
			return log.String(), err
		}
	}
	return log.String(), nil
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o644))
}
