package integration

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// The exporter finds the status page where the same values have put it, and tells what nginx
// counts.
func TestAdapter(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*pod.Container){
		"fileKeyRef": func(*pod.Container) {},
		"shell":      sourceVariables,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := example(t, "adapter")
			change(m.Container("adapter"))
			p := startPod(t, m)
			counts(t, p, "http://localhost:8081/status")
			editMap(t, m, "adapter", "app.yaml", "{port: 8081, path: /status}", "{port: 9000, path: /nginx}")
			must(t, p.Replace(t.Context()))
			must(t, p.Ready(harness.Patient(t)))
			counts(t, p, "http://localhost:9000/nginx")
		})
	}
}

// sourceVariables is the way of a cluster without fileKeyRef: a shell reads the file.
func sourceVariables(c *pod.Container) {
	c.Env = c.Env[2:]
	c.Command = append(c.Command, "sh", "-c", "set -a; . /config/exporter.env; exec prometheus-nginx-exporter")
	c.VolumeMounts = append(c.VolumeMounts, pod.VolumeMount{Name: configDir, MountPath: "/config", ReadOnly: true})
}

// counts makes requests of which nginx and the exporter have to know.
func counts(t *testing.T, p *harness.Pod, status string) {
	t.Helper()
	// The third of three numbers is the requests, this one among them.
	own := regexp.MustCompile(`(?m)^ \d+ \d+ (\d+) $`)
	told := regexp.MustCompile(`(?m)^nginx_http_requests_total\{environment="TEST"\} (\d+)$`)
	const metrics = "http://localhost:9113/metrics"

	before := number(t, own, fetch(t, p, status))
	const pages = 5
	for range pages {
		if code, body := p.Get("/", "", ""); code != http.StatusOK || body != "Hello\n" {
			t.Fatalf("GET / = %d %q", code, body)
		}
	}
	text := fetch(t, p, metrics)
	if got, want := number(t, told, text), before+pages+1; got != want { // one is the exporter's
		t.Errorf("the exporter tells of %d requests, want %d", got, want)
	}
	if want := `nginx_up{environment="TEST"} 1`; !strings.Contains(text, "\n"+want+"\n") {
		t.Errorf("no %s in\n%s", want, text)
	}
	form := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [0-9.e+-]+)\n$`)
	for line := range strings.Lines(text) {
		if !form.MatchString(line) {
			t.Errorf("%q is no line of Prometheus' format", line)
		}
	}
}

func fetch(t *testing.T, p *harness.Pod, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(harness.Patient(t), http.MethodGet, url, nil)
	must(t, err)
	resp, err := p.Client().Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s\n%s", url, resp.Status, body)
	}
	return string(body)
}

// number is what the group of a pattern matches.
func number(t *testing.T, pattern *regexp.Regexp, text string) int {
	t.Helper()
	m := pattern.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%q matches nothing of\n%s", pattern, text)
	}
	n, err := strconv.Atoi(m[1])
	must(t, err)
	return n
}
