package pod_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confit/integration/pod"
)

// end lets a container of restart.yaml end with statuses, one after another.
func end(t *testing.T, p *pod.Pod, container string, statuses ...string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(p.VolumeDir("data"), container), []byte(strings.Join(statuses, "\n")+"\n"), 0o644))
}

// ended waits until a container has ended.
func ended(t *testing.T, p *pod.Pod, container string) {
	t.Helper()
	for s := (pod.State{Running: true}); s.Running; {
		var err error
		s, err = p.State(t.Context(), container)
		must(t, err)
	}
}

// await waits until the last container of order has noted its start.
func await(t *testing.T, p *pod.Pod, order string) {
	t.Helper()
	for starts(t, p) != order && strings.HasPrefix(order, starts(t, p)) {
		time.Sleep(10 * time.Millisecond)
	}
	want(t, p, order)
}

// The first rule for the status of a container says what follows: all containers are made anew
// in the old sandbox and the old volumes, or one is, or none. Without a rule its policy says it.
func TestRestartRules(t *testing.T) {
	t.Parallel()
	p := prepare(t, load(t, "restart.yaml"))
	sandboxes := 0
	p.NewSandbox = func(context.Context) error { sandboxes++; return nil }
	must(t, p.Start(t.Context()))
	await(t, p, "first sidecar app")
	for _, step := range []struct{ container, status, starts string }{
		{"app", "42", " app"},
		{"app", "43", " app"},
		{"sidecar", "88", " first sidecar app"},
		{"sidecar", "0", " sidecar"},
		{"sidecar", "9", " sidecar"},
		{"app", "9", " first sidecar app"},
		{"sidecar", "88", " first sidecar app"},
	} {
		order := starts(t, p)
		end(t, p, step.container, step.status)
		for restarted := false; !restarted; time.Sleep(10 * time.Millisecond) {
			var err error
			restarted, err = p.Follow(t.Context())
			must(t, err)
		}
		await(t, p, order+step.starts)
	}
	order := starts(t, p)
	end(t, p, "app", "7")
	ended(t, p, "app")
	if restarted, err := p.Follow(t.Context()); err != nil || restarted {
		t.Errorf("Follow after status 7 = %v, %v, want nothing restarted", restarted, err)
	}
	want(t, p, order)
	if sandboxes != 1 {
		t.Errorf("%d sandboxes, want the first one only", sandboxes)
	}
}

// Wait goes on with a container that a rule restarts.
func TestWaitWithRules(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "restart.yaml"))
	end(t, p, "app", "42", "0")
	must(t, p.Wait(t.Context()))
	want(t, p, "first sidecar app app")
}

// After an init container with a rule for its failure, the next try begins with the first one.
func TestInitFailureWithRule(t *testing.T) {
	t.Parallel()
	m := load(t, "lifecycle.yaml")
	m.ConfigMaps["in"]["word"] = "bad"
	rule := pod.RestartRule{Action: "RestartAllContainers"}
	rule.ExitCodes.Operator, rule.ExitCodes.Values = "In", []int{65}
	m.Container("second").RestartPolicy = "Never"
	m.Container("second").RestartPolicyRules = []pod.RestartRule{rule}
	p := prepare(t, m)
	var f *pod.Failure
	if err := p.Start(t.Context()); !errors.As(err, &f) || f.Status != 65 {
		t.Fatalf("Start = %v, want status 65", err)
	}
	m.ConfigMaps["in"]["word"] = "good"
	must(t, p.Start(t.Context()))
	want(t, p, "first bad sidecar second first good sidecar second app")
}

// A manifest with rules that the API server would refuse is an error.
func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "restart.yaml"))
	must(t, err)
	for name, c := range map[string]struct{ old, new, want string }{
		"no policy":        {"restartPolicy: Never", "", "container app: restartPolicyRules, but no restartPolicy"},
		"unknown action":   {"action: Restart,", "action: Reset,", `no action is named "Reset"`},
		"unknown operator": {"operator: NotIn", "operator: Out", `no operator is named "Out"`},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "restart.yaml")
			must(t, os.WriteFile(file, []byte(strings.Replace(string(text), c.old, c.new, 1)), 0o644))
			if _, err := pod.Load(file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load = %v, want %q", err, c.want)
			}
		})
	}
}
