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

// manifest reads the manifest of examples/nginx, for a test to change.
func manifest(t *testing.T) *pod.Manifest {
	t.Helper()
	m, err := pod.Load(filepath.Join("..", "examples", "nginx", "deployment.yaml"))
	must(t, err)
	return m
}

// startPod starts a pod of m and waits until it is ready.
func startPod(t *testing.T, m *pod.Manifest) *harness.Pod {
	t.Helper()
	p := harness.NewPod(t, m)
	p.Up()
	return p
}

// edit replaces a part of a key of the example's ConfigMap.
func edit(t *testing.T, m *pod.Manifest, key, old, replacement string) {
	t.Helper()
	data := m.ConfigMaps["web-config"]
	if !strings.Contains(data[key], old) {
		t.Fatalf("%s holds no %q", key, old)
	}
	data[key] = strings.Replace(data[key], old, replacement, 1)
}
