package integration

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/integration/pod"
	"confit/integration/podman"
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

// newPod makes a pod of m that ends with the test.
func newPod(t *testing.T, m *pod.Manifest) *pod.Pod {
	t.Helper()
	images, err := podman.OpenImages("..")
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

// startPod starts a pod of m and waits until it is ready.
func startPod(t *testing.T, m *pod.Manifest) *pod.Pod {
	t.Helper()
	p := newPod(t, m)
	must(t, p.Start(t.Context()))
	must(t, p.Ready(t.Context()))
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// get fetches a page from within the pod's network, as user if that is not "".
func get(t *testing.T, p *pod.Pod, path, user, password string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:8080"+path, nil)
	must(t, err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := p.Client().Do(req)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(b)
}

// shows fails unless the pod's page holds text.
func shows(t *testing.T, p *pod.Pod, text string) {
	t.Helper()
	must(t, p.Ready(t.Context()))
	if status, body := get(t, p, "/", "", ""); status != http.StatusOK || !strings.Contains(body, text) {
		t.Errorf("GET / = %d %q, want %q in it", status, body, text)
	}
}

// runs are the summary lines of a confit container: one for each good run.
func runs(t *testing.T, p *pod.Pod, container string) []string {
	t.Helper()
	log, err := p.Log(container)
	must(t, err)
	var lines []string
	for line := range strings.Lines(log) {
		if before, _, found := strings.Cut(line, " in "); found && strings.Contains(line, " created, ") {
			lines = append(lines, before)
		}
	}
	return lines
}

// ran fails unless these were a container's good runs.
func ran(t *testing.T, p *pod.Pod, container string, want ...string) {
	t.Helper()
	if got := runs(t, p, container); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("runs of %s: %q, want %q", container, got, want)
	}
}

// outputs are the files in a pod's volume but for confit's own notes: each with
// what a rewrite would change.
func outputs(t *testing.T, p *pod.Pod, volume string) string {
	t.Helper()
	var all strings.Builder
	dir := p.VolumeDir(volume)
	must(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if strings.HasPrefix(d.Name(), ".confit-") {
				err = filepath.SkipDir
			}
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		path, _ := filepath.Rel(dir, name)
		inode := info.Sys().(*syscall.Stat_t).Ino
		fmt.Fprintf(&all, "%s %v inode %d %v %q\n", path, info.Mode(), inode, info.ModTime(), content)
		return nil
	}))
	return all.String()
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
