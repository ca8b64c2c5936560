package examples

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"confit/integration/harness"
)

// A component is a file of templates/: what it asks for, and the jobs as text.
type component struct {
	Spec struct {
		Inputs map[string]struct{ Default *string }
	}
	jobs string
}

// A job is what the tests need to know of a job.
type job struct {
	Image, Stage string
	Variables    map[string]string
	Script       []string
	Artifacts    struct {
		Reports struct{ Codequality, JUnit string }
	}
}

// TestComponent runs the job of the component, as GitLab would include it with the inputs of
// the example's pipeline: on manifests, on a mistake in them, and on a spec.
func TestComponent(t *testing.T) {
	repo, checkout := harness.Repo(t), t.TempDir()
	example := filepath.Join(repo, "examples/gitlab-component")
	c := readComponent(t, filepath.Join(example, "templates/confit.yml"))
	var pipeline struct {
		Include []struct{ Inputs map[string]string }
	}
	must(t, yaml.Unmarshal([]byte(read(t, filepath.Join(example, ".gitlab-ci.yml"))), &pipeline))
	manifests := filepath.Join(checkout, "rendered/prod.yaml")
	write(t, manifests, read(t, filepath.Join(repo, "examples/nginx/deployment.yaml")))
	name, j := c.include(t, pipeline.Include[0].Inputs)
	if name != "confit" || j.Stage != "test" || j.Image != "registry.example.com/confit:ci" {
		t.Errorf("the job is %s: %+v", name, j)
	}
	out, err := j.run(checkout)
	if err != nil || !strings.Contains(out, "0 errors, 0 warnings, 3 outputs") {
		t.Errorf("the job: %v\n%s", err, out)
	}
	if n := j.findings(t, checkout); n != 0 {
		t.Errorf("the report has %d findings", n)
	}
	write(t, manifests, strings.Replace(read(t, manifests), ".Values.title", ".Values.titel", 1))
	if out, err = j.run(checkout); err == nil || j.findings(t, checkout) != 1 {
		t.Errorf("the job with a misspelt value: %v\n%s", err, out)
	}
	must(t, os.CopyFS(filepath.Join(checkout, "site"), os.DirFS(filepath.Join(repo, "examples/quickstart"))))
	_, j = c.include(t, map[string]string{"image": "x", "spec": "site/confit.yaml", "root": "site/pod"})
	if out, err = j.run(checkout); err != nil || j.findings(t, checkout) != 0 {
		t.Errorf("the job with a spec: %v\n%s", err, out)
	}
}

func readComponent(t *testing.T, name string) component {
	t.Helper()
	var c component
	head, jobs, ok := strings.Cut(read(t, name), "\n---\n")
	if !ok {
		t.Fatalf("%s has no line --- between inputs and jobs", name)
	}
	d := yaml.NewDecoder(strings.NewReader(head))
	must(t, d.Decode(&c))
	c.jobs = jobs
	return c
}

var interpolation = regexp.MustCompile(`\$\[\[ inputs\.([\w-]+) \]\]`)

// include puts inputs into the jobs, as text, and gives the one job. Each input has to be
// one of the component, and each of the component is to be used.
func (c component) include(t *testing.T, inputs map[string]string) (string, job) {
	t.Helper()
	for name := range inputs {
		if _, ok := c.Spec.Inputs[name]; !ok {
			t.Errorf("the component has no input %s", name)
		}
	}
	var used []string
	text := interpolation.ReplaceAllStringFunc(c.jobs, func(s string) string {
		name := interpolation.FindStringSubmatch(s)[1]
		used = append(used, name)
		if value, ok := inputs[name]; ok {
			return value
		}
		if c.Spec.Inputs[name].Default == nil {
			t.Fatalf("the input %s has no default", name)
		}
		return *c.Spec.Inputs[name].Default
	})
	for name := range c.Spec.Inputs {
		if !slices.Contains(used, name) {
			t.Errorf("no job uses the input %s", name)
		}
	}
	var jobs map[string]job
	must(t, yaml.Unmarshal([]byte(text), &jobs))
	for name, j := range jobs {
		return name, j
	}
	t.Fatal("there is no job")
	return "", job{}
}

// run is what a runner does with a script: one shell, which ends at the first command that fails.
func (j job) run(checkout string) (string, error) {
	cmd := exec.Command("sh", "-e", "-c", strings.Join(j.Script, "\n"))
	cmd.Dir = checkout
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	for name, value := range j.Variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// findings counts those of the report for code quality. The other report has to be there.
func (j job) findings(t *testing.T, checkout string) int {
	t.Helper()
	var all []any
	must(t, json.Unmarshal([]byte(read(t, filepath.Join(checkout, j.Artifacts.Reports.Codequality))), &all))
	if tests := read(t, filepath.Join(checkout, j.Artifacts.Reports.JUnit)); !strings.Contains(tests, "<testcase") {
		t.Errorf("the tests are %.200s", tests)
	}
	return len(all)
}
