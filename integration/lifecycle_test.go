package integration

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

const (
	wroteAll     = "3 created, 0 updated, 0 removed, 0 unchanged"
	wroteNothing = "0 created, 0 updated, 0 removed, 3 unchanged"
)

// Init containers run once in the life of a pod, and again where its sandbox is new. The
// files stay when a container is made anew, and go with the pod.
func TestLifeCycle(t *testing.T) {
	t.Parallel()
	const container, created = "application", "1 created, 0 updated, 0 removed, 0 unchanged"
	m := example(t, "life-cycle")
	p := startPod(t, m)
	started := func(times int) {
		t.Helper()
		if got := string(readFile(t, filepath.Join(p.VolumeDir("state"), "starts"))); got != strings.Repeat("started\n", times) {
			t.Errorf("the application notes %q, want %d starts", got, times)
		}
	}
	started(1)

	// An application that crashes finds its files again; confit does not run.
	before := p.Outputs(configDir)
	must(t, p.Kill(t.Context(), container))
	p.Shows("<p>Hello</p>")
	if after := p.Outputs(configDir); after != before {
		t.Errorf("outputs after the crash:\n%s\nbefore:\n%s", after, before)
	}
	started(2)
	p.Ran(initConfig, created)

	// In a new sandbox the init container meets its own files, and touches none.
	p.Restarted(configDir)
	started(3)
	p.Ran(initConfig, created, "0 created, 0 updated, 0 removed, 1 unchanged")

	// A rendered file changes with its pod only, which begins with empty volumes.
	editMap(t, m, "life-cycle", "app.yaml", "title: Hello", "title: Goodbye")
	must(t, p.Sync())
	p.Shows("<p>Hello</p>")
	must(t, p.Replace(t.Context()))
	p.Shows("<p>Goodbye</p>")
	started(1)
	p.Ran(initConfig, created)
}

// A broken template stops the pod, says where and why, and leaves what an
// earlier run wrote.
func TestBrokenTemplate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := manifest(t)
	p := startPod(t, m)
	before := p.Outputs(configDir)

	edit(t, m, "nginx.conf.tmpl", "server.port", "server.prot")
	must(t, p.Sync())
	err := p.RestartSandbox(ctx)
	var f *pod.Failure
	if !errors.As(err, &f) || f.Container != initConfig || f.Status != 65 {
		t.Fatalf("RestartSandbox = %v, want status 65 of %s", err, initConfig)
	}
	for _, want := range []string{"nginx.conf.tmpl:17:29: ", "no value for .Values.server.prot", "port"} {
		if !strings.Contains(f.Message, want) || !strings.Contains(f.Log, want) {
			t.Errorf("message %q and log %q, want %q in both", f.Message, f.Log, want)
		}
	}
	if s, err := p.State(ctx, application); err != nil || s.Started {
		t.Errorf("State(%s) = %+v, %v, want not started", application, s, err)
	}
	if after := p.Outputs(configDir); after != before {
		t.Errorf("outputs after the failure:\n%s\nbefore:\n%s", after, before)
	}

	// The kubelet tries again, and once the ConfigMap is mended the pod comes up.
	edit(t, m, "nginx.conf.tmpl", "server.prot", "server.port")
	must(t, p.Sync())
	must(t, p.Start(ctx))
	p.Shows("Hello from TEST")
	p.Ran(initConfig, wroteAll, wroteNothing)
}

// In a new pod nothing at all is written by a run that fails.
func TestBrokenTemplateInNewPod(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	edit(t, m, "index.html.tmpl", ".Values.title", ".Values.titel")
	p := harness.NewPod(t, m)
	var f *pod.Failure
	if err := p.Start(t.Context()); !errors.As(err, &f) || f.Status != 65 {
		t.Fatalf("Start = %v, want status 65", err)
	}
	if !strings.Contains(f.Message, "index.html.tmpl:2:") {
		t.Errorf("message = %q, want the template's name and line", f.Message)
	}
	entries, err := os.ReadDir(p.VolumeDir(configDir))
	must(t, err)
	if len(entries) != 0 {
		t.Errorf("%s holds %v, want nothing", configDir, entries)
	}
}

// A ConfigMap that is neither there nor optional keeps the pod waiting; confit
// never runs. One that is optional to the pod must be so to the spec as well.
func TestMissingConfigMap(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	m.Template.Spec.Volumes = append(m.Template.Spec.Volumes, pod.Volume{
		Name: "extra", ConfigMap: &pod.Projection{Name: "web-extra"},
	})
	c := m.Container(initConfig)
	c.VolumeMounts = append(c.VolumeMounts, pod.VolumeMount{Name: "extra", MountPath: "/extra-in"})
	edit(t, m, "confit.yaml", "  - env: APP_\n", "  - configMap: /extra-in\n    optional: true\n  - env: APP_\n")
	p := harness.NewPod(t, m)
	if err := p.Start(t.Context()); err == nil || !strings.Contains(err.Error(), `configmap "web-extra" not found`) {
		t.Fatalf("Start = %v, want it to wait for web-extra", err)
	}
	p.Ran(initConfig)

	extra := m.Template.Spec.Volumes[len(m.Template.Spec.Volumes)-1].ConfigMap
	extra.Optional = true
	must(t, p.Start(t.Context()))
	p.Shows("Hello from TEST")

	m.ConfigMaps["web-extra"] = map[string]string{"more.yaml": "title: Welcome\n"}
	must(t, p.Replace(t.Context()))
	p.Shows("Welcome from TEST")
}

// A volume that the spec names but the container does not mount is status 66.
func TestMountForgotten(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	c := m.Container(initConfig)
	c.VolumeMounts = append(c.VolumeMounts[:1:1], c.VolumeMounts[2:]...)
	var f *pod.Failure
	if err := harness.NewPod(t, m).Start(t.Context()); !errors.As(err, &f) || f.Status != 66 {
		t.Fatalf("Start = %v, want status 66", err)
	}
	if !strings.Contains(f.Message, "/secret-in") {
		t.Errorf("message = %q, want the directory that is missing", f.Message)
	}
}

// Without fsGroup nginx, under another UID, cannot read what holds a secret;
// confit has said so beforehand.
func TestOtherUserWithoutGroup(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	const line = "securityContext: {fsGroup: 65532}"
	p := startPod(t, m)
	log, err := p.Log(initConfig)
	must(t, err)
	if strings.Contains(log, "fsGroup") {
		t.Errorf("log = %q, want no notice: the pod has an fsGroup", log)
	}

	m.Template.Spec.SecurityContext.FSGroup = nil
	must(t, p.Replace(t.Context()))
	p.Shows("Hello from TEST")
	if status, _ := p.Get("/admin", "admin", "hunter2"); status == http.StatusOK {
		t.Error("GET /admin = 200: nginx can read a file of mode 0640 that is not its own")
	}
	log, err = p.Log(initConfig)
	must(t, err)
	if !strings.Contains(log, line) || !strings.Contains(log, "htpasswd") {
		t.Errorf("log = %q, want a notice with %q", log, line)
	}
}

// A Memory emptyDir is sticky: that is no hindrance to the UID that wrote it.
func TestMemoryEmptyDir(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	for i := range m.Template.Spec.Volumes {
		if v := &m.Template.Spec.Volumes[i]; v.Name == configDir {
			v.EmptyDir = &pod.EmptyDir{Medium: "Memory", SizeLimit: "1Mi"}
		}
	}
	p := startPod(t, m)
	edit(t, m, "app.yaml", "title: Hello", "title: Goodbye")
	must(t, p.Sync())
	must(t, p.RestartSandbox(t.Context()))
	p.Shows("Goodbye from TEST")
	p.Ran(initConfig, wroteAll, "0 created, 2 updated, 0 removed, 1 unchanged")
}

// A full volume is status 74, and nothing of the run is to be seen in it.
func TestMemoryEmptyDirFull(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	for i := range m.Template.Spec.Volumes {
		if v := &m.Template.Spec.Volumes[i]; v.Name == configDir {
			v.EmptyDir = &pod.EmptyDir{Medium: "Memory", SizeLimit: "64Ki"}
		}
	}
	edit(t, m, "index.html.tmpl", "<!DOCTYPE html>", `{{ repeat 100000 "x" }}`)
	p := harness.NewPod(t, m)
	var f *pod.Failure
	if err := p.Start(t.Context()); !errors.As(err, &f) || f.Status != 74 {
		t.Fatalf("Start = %v, want status 74", err)
	}
	if found := p.Outputs(configDir); found != "" {
		t.Errorf("outputs = %s, want none", found)
	}
}

// Keys mounted one by one with subPath have no ..data beside them, and stay what
// they were until their container is made anew.
func TestSubPath(t *testing.T) {
	t.Parallel()
	m := manifest(t)
	c := m.Container(initConfig)
	mounts := c.VolumeMounts[1:]
	for key := range m.ConfigMaps["web-config"] {
		mounts = append(mounts, pod.VolumeMount{Name: "config-map", MountPath: filepath.Join("/config-in", key), SubPath: key})
	}
	c.VolumeMounts = mounts
	p := startPod(t, m)
	p.Shows("Hello from TEST")
	edit(t, m, "app.yaml", "title: Hello", "title: Goodbye")
	must(t, p.Sync())
	must(t, p.RestartSandbox(t.Context()))
	p.Shows("Goodbye from TEST")
}
