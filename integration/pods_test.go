package integration

import (
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// Names in examples/nginx.
const (
	initConfig  = "init-config"
	application = "application-container"
	configDir   = "config-dir"
)

// example reads the manifest of an example, for a test to change.
func example(t *testing.T, name string) *pod.Manifest {
	t.Helper()
	m, err := pod.Load(filepath.Join("..", "examples", name, "deployment.yaml"))
	must(t, err)
	return m
}

// manifest is that of examples/nginx.
func manifest(t *testing.T) *pod.Manifest { return example(t, "nginx") }

// startPod starts a pod of m and waits until it is ready.
func startPod(t *testing.T, m *pod.Manifest) *harness.Pod {
	t.Helper()
	p := harness.NewPod(t, m)
	p.Up()
	return p
}

// edit replaces a part of a key of the ConfigMap of examples/nginx.
func edit(t *testing.T, m *pod.Manifest, key, old, replacement string) {
	t.Helper()
	editMap(t, m, "web-config", key, old, replacement)
}

// editMap replaces a part of a key of a ConfigMap.
func editMap(t *testing.T, m *pod.Manifest, name, key, old, replacement string) {
	t.Helper()
	data := m.ConfigMaps[name]
	if !strings.Contains(data[key], old) {
		t.Fatalf("%s of %s holds no %q", key, name, old)
	}
	data[key] = strings.Replace(data[key], old, replacement, 1)
}
