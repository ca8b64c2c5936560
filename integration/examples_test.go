package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
		if slices.Contains(ready, e.Name()) || !e.IsDir() {
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

// TestExamplesAreRestricted: Pod Security "restricted" admits the pods.
func TestExamplesAreRestricted(t *testing.T) {
	for _, name := range deployments(t) {
		if name == "hello" { // the shortest example
			continue
		}
		yes := func(b *bool) bool { return b != nil && *b }
		s := example(t, name).Template.Spec
		if c := s.SecurityContext; !yes(c.RunAsNonRoot) || c.SeccompProfile == nil || c.SeccompProfile.Type != "RuntimeDefault" {
			t.Errorf("%s: the pod is not restricted", name)
		}
		for _, c := range slices.Concat(s.InitContainers, s.Containers) {
			escalation := c.SecurityContext.AllowPrivilegeEscalation
			locked := escalation != nil && !*escalation && slices.Equal(c.SecurityContext.Capabilities.Drop, []string{"ALL"})
			if !locked || !c.SecurityContext.ReadOnlyRootFilesystem {
				t.Errorf("%s: the container %s is not restricted", name, c.Name)
			}
		}
	}
}

// TestPictures: each example of a pod has a picture with the names of its containers and
// volumes, and its README shows it.
func TestPictures(t *testing.T) {
	for _, name := range deployments(t) {
		if name == "hello" { // docs/pod.svg
			continue
		}
		dir := filepath.Join("../examples", name)
		picture := string(readFile(t, filepath.Join(dir, "pod.svg")))
		want := []string{"prefers-color-scheme: dark", "<desc"}
		s := example(t, name).Template.Spec
		for _, c := range slices.Concat(s.InitContainers, s.Containers) {
			want = append(want, c.Name)
		}
		for _, v := range s.Volumes {
			if v.Name != "tmp" {
				want = append(want, v.Name)
			}
		}
		for _, text := range want {
			if !strings.Contains(picture, text) {
				t.Errorf("the picture of %s has no %s", name, text)
			}
		}
		if !strings.Contains(string(readFile(t, filepath.Join(dir, "README.md"))), "](pod.svg)") {
			t.Errorf("the README of %s does not show pod.svg", name)
		}
	}
}

// TestExamplesAreListed: examples/README.md has each example, and names tests that there are.
func TestExamplesAreListed(t *testing.T) {
	page := string(readFile(t, "../examples/README.md"))
	examples, err := filepath.Glob("../examples/*/README.md")
	must(t, err)
	for _, name := range examples {
		name = filepath.Base(filepath.Dir(name))
		if !strings.Contains(page, "]("+name+")") {
			t.Errorf("examples/README.md does not list %s", name)
		}
	}
	sources, err := filepath.Glob("*_test.go")
	must(t, err)
	more, err := filepath.Glob("git/*_test.go")
	must(t, err)
	var all strings.Builder
	for _, source := range append(sources, more...) {
		all.Write(readFile(t, source))
	}
	named := regexp.MustCompile("\\| `(Test\\w+)` \\|\n").FindAllStringSubmatch(page, -1)
	if len(named) < 10 {
		t.Errorf("only %q", named)
	}
	for _, test := range named {
		if !strings.Contains(all.String(), "func "+test[1]+"(t *testing.T)") {
			t.Errorf("examples/README.md names %s, which is no test", test[1])
		}
	}
}

// deployments are the examples with a deployment.yaml.
func deployments(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../examples/*/deployment.yaml")
	must(t, err)
	for i, name := range names {
		names[i] = filepath.Base(filepath.Dir(name))
	}
	if len(names) < 5 {
		t.Fatalf("only %q", names)
	}
	return names
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
