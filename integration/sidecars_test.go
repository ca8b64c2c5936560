package integration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// A database answers requests over HTTP, and remembers them.
type database struct {
	mu       sync.Mutex
	requests []string
}

func (d *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if r.URL.Path != "/_up" { // the probe
		d.mu.Lock()
		d.requests = append(d.requests, fmt.Sprintf("%s %s as %s:%s", r.Method, r.URL.Path, user, password))
		d.mu.Unlock()
	}
	fmt.Fprintln(w, "ok")
}

// taken gives the requests since the last call.
func (d *database) taken() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := strings.Join(d.requests, ", ")
	d.requests = nil
	return all
}

// One set of values configures three containers that share a network: the application
// reaches the database by way of the ambassador, which alone has the password and sends
// reads to the replica; the adapter turns the application's status into metrics.
func TestSidecars(t *testing.T) {
	t.Parallel()
	m := example(t, "sidecars")
	var primary, replica database
	m.Template.Spec.HostAliases = []pod.HostAlias{
		{IP: "127.0.0.2", Hostnames: []string{"couchdb-primary"}}, {IP: "127.0.0.3", Hostnames: []string{"couchdb-replica"}},
	}
	p := harness.NewPod(t, m)
	p.NewSandbox = func(ctx context.Context) error {
		var all []error
		for addr, d := range map[string]*database{"127.0.0.2:5984": &primary, "127.0.0.3:5984": &replica} {
			l, err := p.Listen(ctx, addr)
			if all = append(all, err); err == nil {
				s := &http.Server{Handler: d}
				t.Cleanup(func() { s.Close() })
				go func() { _ = s.Serve(l) }()
			}
		}
		return errors.Join(all...)
	}
	p.Up()

	ask := func(method, url string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
		must(t, err)
		resp, err := p.Client().Do(req)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s %s: %s\n%s", method, url, resp.Status, body)
		}
		return string(body)
	}
	ask("GET", "http://localhost:8080/db/shop/1")
	ask("HEAD", "http://localhost:8080/db/shop/2")
	if got, want := replica.taken(), "GET /shop/1 as shop:hunter2, HEAD /shop/2 as shop:hunter2"; got != want {
		t.Errorf("the replica got %q, want %q", got, want)
	}
	ask("PUT", "http://localhost:8080/db/shop/3")
	ask("DELETE", "http://localhost:8080/db/shop/4")
	if got, want := primary.taken(), "PUT /shop/3 as shop:hunter2, DELETE /shop/4 as shop:hunter2"; got != want {
		t.Errorf("the primary got %q, want %q", got, want)
	}
	if got := primary.taken() + replica.taken(); got != "" {
		t.Errorf("both got one request: %q", got)
	}
	if body := ask("GET", "http://localhost:9113/cgi-bin/metrics"); !regexp.MustCompile(`^shop_connections_active \d+\nshop_requests_total \d+\n$`).MatchString(body) {
		t.Errorf("the metrics are %q", body)
	}

	for container, want := range map[string]string{
		"application": "644 nginx.conf\n", "ambassador": "640 nginx.conf\n", "adapter": "755 cgi-bin/metrics\n",
	} {
		seen, err := p.Exec(t.Context(), container, "sh", "-c", `cd /config; find . -type f | sed 's,^\./,,' | xargs stat -c '%a %n'; touch x 2>/dev/null && echo writable; true`)
		must(t, err)
		if seen != want {
			t.Errorf("%s sees %q, want %q", container, seen, want)
		}
	}
	p.Restarted("config-dir")
	p.Ran("init-config", "3 created, 0 updated, 0 removed, 0 unchanged", "0 created, 0 updated, 0 removed, 3 unchanged")
}
