package harness

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

// A Pod is a pod of a test, which it fails when something goes wrong, and with which it
// ends.
type Pod struct {
	*pod.Pod
	t *testing.T
}

// NewPod makes a pod of m, and the images that it needs. Nothing runs yet.
func NewPod(t *testing.T, m *pod.Manifest) *Pod {
	t.Helper()
	images, err := podman.OpenImages(Repo(t))
	must(t, err)
	must(t, images.Ensure(t.Context(), m.Images()...))
	p, err := pod.New(m, images)
	must(t, err)
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &Pod{p, t}
}

// Up starts the pod and waits until it is ready.
func (p *Pod) Up() {
	p.t.Helper()
	must(p.t, p.Start(p.t.Context()))
	p.await()
}

func (p *Pod) await() {
	p.t.Helper()
	must(p.t, p.Ready(Patient(p.t)))
}

// Get fetches a page from within the pod's network, as user if that is not "".
func (p *Pod) Get(path, user, password string) (status int, body string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(Patient(p.t), http.MethodGet, "http://localhost:8080"+path, nil)
	must(p.t, err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := p.Client().Do(req)
	must(p.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(p.t, err)
	return resp.StatusCode, string(b)
}

// Shows fails unless the pod's page holds text.
func (p *Pod) Shows(text string) {
	p.t.Helper()
	p.await()
	if status, body := p.Get("/", "", ""); status != http.StatusOK || !strings.Contains(body, text) {
		p.t.Errorf("GET / = %d %q, want %q in it", status, body, text)
	}
}

// Ran fails unless these were the good runs of a confit container: the summary line of
// each, without its time.
func (p *Pod) Ran(container string, want ...string) {
	p.t.Helper()
	log, err := p.Log(container)
	must(p.t, err)
	var got []string
	for line := range strings.Lines(log) {
		if summary, _, found := strings.Cut(line, " in "); found && strings.Contains(line, " created, ") {
			got = append(got, summary)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		p.t.Errorf("runs of %s: %q, want %q", container, got, want)
	}
}

// Restarted runs the pod again in a new sandbox and wants a volume untouched.
func (p *Pod) Restarted(volume string) {
	p.t.Helper()
	before := p.Outputs(volume)
	must(p.t, p.RestartSandbox(p.t.Context()))
	p.await()
	if after := p.Outputs(volume); after != before {
		p.t.Errorf("outputs after the restart:\n%s\nbefore:\n%s", after, before)
	}
}

// Outputs lists the files in a volume but for confit's own notes, each with what a rewrite
// would change.
func (p *Pod) Outputs(volume string) string {
	p.t.Helper()
	var all strings.Builder
	dir := p.VolumeDir(volume)
	must(p.t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
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
