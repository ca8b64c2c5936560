package integration

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// One value is the port on which a container listens, and the one that the other calls.
func TestSharedNetwork(t *testing.T) {
	t.Parallel()
	m := example(t, "shared-network")
	p := startPod(t, m)
	answers(t, p, "3000")

	editMap(t, m, "shared-network", "app.yaml", "port: 3000", "port: 3100")
	must(t, p.Sync())
	answers(t, p, "3000") // both follow with the next pod, none before
	must(t, p.Replace(t.Context()))
	must(t, p.Ready(harness.Patient(t)))
	answers(t, p, "3100")
	p.Restarted(configDir)
	answers(t, p, "3100")
}

// answers fails unless the frontend reaches the backend at a port, and nothing else listens.
func answers(t *testing.T, p *harness.Pod, port string) {
	t.Helper()
	if status, body := p.Get("/api/", "", ""); status != http.StatusOK || body != "Hello from port "+port+"\n" {
		t.Errorf("GET /api/ = %d %q, want an answer from port %s", status, body, port)
	}
	if got, want := listeners(t, p.Pod, "frontend"), []string{"0.0.0.0:8080", "127.0.0.1:" + port}; !slices.Equal(got, want) {
		t.Errorf("the pod listens at %q, want %q", got, want)
	}
}

// listeners are the addresses at which the processes of a pod listen, as a container sees them.
func listeners(t *testing.T, p *pod.Pod, container string) []string {
	t.Helper()
	out, err := p.Exec(t.Context(), container, "netstat", "-ltn")
	must(t, err)
	var all []string
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 3 && fields[0] == "tcp" {
			all = append(all, fields[3])
		}
	}
	slices.Sort(all)
	return all
}
