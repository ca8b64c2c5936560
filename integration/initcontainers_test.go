package integration

import (
	"errors"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// Two confit containers fill one emptyDir, each its own part, as often as they run. The third
// container lets nginx check both.
func TestInitContainers(t *testing.T) {
	t.Parallel()
	p := startPod(t, example(t, "init-containers"))
	p.Shows("<p>Hello</p>")
	p.Restarted(configDir)
	p.Shows("<p>Hello</p>")
	p.Ran("init-platform", "1 created, 0 updated, 0 removed, 0 unchanged", "0 created, 0 updated, 0 removed, 1 unchanged")
	p.Ran("init-site", "2 created, 0 updated, 0 removed, 0 unchanged", "0 created, 0 updated, 0 removed, 2 unchanged")
}

// An init container that fails stops the pod: it says why, those before it have written their
// files, and those after it do not start. Once the cause is mended, the next try goes on there.
func TestInitContainerFails(t *testing.T) {
	t.Parallel()
	order := []string{"init-platform", "init-site", "check-config", "application"}
	for name, test := range map[string]struct {
		configMap, key, old, broken string
		failed                      int // index of order
		status                      int
		message                     string
		files                       int // in the volume
	}{
		"the first":  {"platform-web", "nginx.conf.tmpl", ".Values.workers", ".Values.worker", 0, 65, "nginx.conf.tmpl:1:28: no value for .Values.worker", 0},
		"the second": {"site-web", "site.conf.tmpl", ".Values.port", ".Values.prot", 1, 65, "site.conf.tmpl:2:20: no value for .Values.prot", 1},
		"the check":  {"site-web", "site.conf.tmpl", "root ", "rot ", 2, 1, `unknown directive "rot" in /config/sites/site.conf:3`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := example(t, "init-containers")
			editMap(t, m, test.configMap, test.key, test.old, test.broken)
			p := harness.NewPod(t, m)
			fails(t, p, order[test.failed], test.status, test.message)
			for _, c := range order[test.failed+1:] {
				if s, err := p.State(t.Context(), c); err != nil || s.Started {
					t.Errorf("State(%s) = %+v, %v, want not started", c, s, err)
				}
			}
			if found := p.Outputs(configDir); strings.Count(found, "\n") != test.files {
				t.Errorf("outputs = %s, want %d", found, test.files)
			}
		})
	}
}

// A pod starts once its broken file is mended, and the containers that were good do not run again.
func TestInitContainerMended(t *testing.T) {
	t.Parallel()
	m := example(t, "init-containers")
	editMap(t, m, "site-web", "site.conf.tmpl", ".Values.port", ".Values.prot")
	p := harness.NewPod(t, m)
	fails(t, p, "init-site", 65, "did you mean port?")
	editMap(t, m, "site-web", "site.conf.tmpl", ".Values.prot", ".Values.port")
	must(t, p.Sync())
	p.Up()
	p.Shows("<p>Hello</p>")
	p.Ran("init-platform", "1 created, 0 updated, 0 removed, 0 unchanged")
	p.Ran("init-site", "2 created, 0 updated, 0 removed, 0 unchanged")
}

// Two specs without a name would each remove the other's files: the second is refused, and
// the first's files stay.
func TestNameForgotten(t *testing.T) {
	t.Parallel()
	m := example(t, "init-containers")
	editMap(t, m, "platform-web", "confit.yaml", "name: platform", "")
	editMap(t, m, "site-web", "confit.yaml", "name: site", "")
	p := harness.NewPod(t, m)
	fails(t, p, "init-site", 73, "give each spec a `name:`")
	found := p.Outputs(configDir)
	if !strings.HasPrefix(found, "nginx.conf ") || strings.Count(found, "\n") != 1 {
		t.Errorf("outputs = %s, want the first container's alone", found)
	}
}

// fails starts a pod and wants a container of it to end with a status and a message.
func fails(t *testing.T, p *harness.Pod, container string, status int, message string) {
	t.Helper()
	var f *pod.Failure
	if err := p.Start(t.Context()); !errors.As(err, &f) || f.Container != container || f.Status != status {
		t.Fatalf("Start = %v, want status %d of %s", err, status, container)
	}
	if !strings.Contains(f.Message, message) {
		t.Errorf("message = %q, want %q in it", f.Message, message)
	}
}
