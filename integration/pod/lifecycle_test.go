package pod_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/integration/pod"
)

// starts is who has started in the pod's emptyDir, in order.
func starts(t *testing.T, p *pod.Pod) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(p.VolumeDir("data"), "log"))
	must(t, err)
	return strings.Join(strings.Fields(string(b)), " ")
}

func want(t *testing.T, p *pod.Pod, order string) {
	t.Helper()
	must(t, p.Ready(t.Context()))
	if got := starts(t, p); got != order {
		t.Errorf("started: %s, want %s", got, order)
	}
}

// Containers start in order; a crash restarts one alone; a new sandbox starts
// all anew over the old emptyDir; a new pod has a new one.
func TestLifeCycle(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := load(t, "lifecycle.yaml")
	p := prepare(t, m)
	must(t, p.Start(ctx))
	want(t, p, "first good sidecar second app")

	resp, err := p.Client().Get("http://localhost:8080/log")
	must(t, err)
	body, err := io.ReadAll(resp.Body)
	must(t, errors.Join(err, resp.Body.Close()))
	if !strings.Contains(string(body), "second\n") {
		t.Errorf("GET /log = %q, want what the init containers wrote", body)
	}

	must(t, p.Kill(ctx, "app"))
	want(t, p, "first good sidecar second app app")

	m.ConfigMaps["in"]["word"] = "new"
	must(t, p.RestartSandbox(ctx))
	want(t, p, "first good sidecar second app app first new sidecar second app")

	name := p.Name
	must(t, p.Replace(ctx))
	want(t, p, "first new sidecar second app")
	if p.Name == name {
		t.Errorf("the new pod has the old name %s", name)
	}
}

// A container that ends by itself is restarted, and no init container with it.
func TestCrash(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "lifecycle.yaml"))
	must(t, p.Ready(t.Context()))
	must(t, p.Signal("app", syscall.SIGKILL))
	for s := (pod.State{}); s.Restarts == 0; {
		var err error
		s, err = p.State(t.Context(), "app")
		must(t, err)
	}
	want(t, p, "first good sidecar second app app")
}

// After a failed init container the app does not start and the sidecar runs on;
// the next try begins with the one that failed.
func TestInitFailure(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := load(t, "lifecycle.yaml")
	m.ConfigMaps["in"]["word"] = "bad"
	p := prepare(t, m)
	err := p.Start(ctx)
	var f *pod.Failure
	if !errors.As(err, &f) {
		t.Fatalf("Start = %v, want a Failure", err)
	}
	if want := (pod.Failure{Container: "second", Status: 65, Message: "/in/word is bad\n", Log: "cannot go on"}); *f != want {
		t.Errorf("Start = %+v, want %+v", *f, want)
	}
	sidecar, err := p.State(ctx, "sidecar")
	must(t, err)
	app, err := p.State(ctx, "app")
	must(t, err)
	if !sidecar.Running || app.Started {
		t.Errorf("sidecar %+v, app %+v, want the sidecar alone", sidecar, app)
	}

	m.ConfigMaps["in"]["word"] = "good"
	must(t, p.Start(ctx))
	want(t, p, "first bad sidecar second second app")
}

// Nothing is left of a pod: neither of one that was stopped nor, once the next
// one starts, of one whose process was killed.
func TestNothingIsLeft(t *testing.T) {
	if os.Getenv("POD_TEST_CHILD") != "" {
		up(t, load(t, "lifecycle.yaml"))
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	dir := fmt.Sprintf("/tmp/p%d", os.Getpid()%1e8) // t.TempDir is too long
	must(t, os.Mkdir(dir, 0o755))
	t.Cleanup(func() { os.Remove(dir) })
	child := exec.Command(os.Args[0], "-test.run=^TestNothingIsLeft$")
	child.Env = append(os.Environ(), "POD_TEST_CHILD=1", "TMPDIR="+dir)
	if out, err := child.CombinedOutput(); err == nil || traces(t, dir, "") == "" {
		t.Fatalf("the child was to be killed with its pod: %v\n%s", err, out)
	}
	killed, _ := filepath.Glob(filepath.Join(dir, "confit-pod.*"))
	t.Setenv("TMPDIR", dir)
	p := up(t, load(t, "volumes.yaml"))
	must(t, p.Stop())
	if found := traces(t, dir, filepath.Base(killed[0])); found != "" {
		t.Errorf("left behind:\n%s", found)
	}
}

// traces are the files and mounts below dir, the processes that name it, and the
// control groups of that name.
func traces(t *testing.T, dir, left string) string {
	t.Helper()
	var found []string
	for _, pattern := range []string{dir + "/*", "/sys/fs/cgroup/" + left, "/sys/fs/cgroup/*/" + left} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		found = append(found, files...)
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	must(t, err)
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, dir) {
			found = append(found, line)
		}
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	must(t, err)
	for _, name := range processes {
		if line, _ := os.ReadFile(name); strings.Contains(string(line), dir) {
			found = append(found, string(line))
		}
	}
	return strings.Join(found, "\n")
}
