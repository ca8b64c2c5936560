package pod_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"confit/integration/pod"
	"confit/integration/podman"
)

// load reads the manifest of that name in testdata.
func load(t *testing.T, name string) *pod.Manifest {
	t.Helper()
	m, err := pod.Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// prepare makes a pod of m that ends with the test.
func prepare(t *testing.T, m *pod.Manifest) *pod.Pod {
	t.Helper()
	images, err := podman.OpenImages(filepath.Join("..", ".."))
	must(t, err)
	must(t, images.Ensure(t.Context(), m.Images()...))
	p, err := pod.New(m, images)
	must(t, err)
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// up starts the pod of m.
func up(t *testing.T, m *pod.Manifest) *pod.Pod {
	t.Helper()
	p := prepare(t, m)
	must(t, p.Start(t.Context()))
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sh runs a shell command in a container and returns its output, trimmed.
func sh(t *testing.T, p *pod.Pod, container, command string) string {
	t.Helper()
	out, err := p.Exec(t.Context(), container, "sh", "-c", command)
	must(t, err)
	return strings.TrimSpace(out)
}

// check compares what commands in a container print with what they should, in
// one call: each costs a tenth of a second.
func check(t *testing.T, p *pod.Pod, container string, tests map[string]string) {
	t.Helper()
	const end = "-- end --"
	commands := slices.Sorted(maps.Keys(tests))
	out := sh(t, p, container, "("+strings.Join(commands, "); echo "+end+"; (")+"); echo "+end)
	for i, got := range strings.Split(strings.TrimSuffix(out, end), end) {
		if got, want := strings.TrimSpace(got), tests[commands[i]]; got != want {
			t.Errorf("%s: %s = %q, want %q", container, commands[i], got, want)
		}
	}
}
