package integration

import (
	"net/http"
	"strings"
	"testing"

	"confit/integration/harness"
)

// nginx loads what a sidecar renders of a changed ConfigMap, on a signal and in the same
// process. A broken template does not reach it.
func TestWatchReload(t *testing.T) {
	t.Parallel()
	const sidecar = "watch-config"
	m := example(t, "watch-reload")
	p := harness.NewPod(t, m)
	p.Up()
	p.Shows("Hello")
	pid, err := p.PID(application)
	must(t, err)

	change := func(key, old, replacement string) {
		t.Helper()
		edit(t, m, key, old, replacement)
		must(t, p.Sync())
	}
	says := func(text string) {
		t.Helper()
		harness.Await(t, text, func() (bool, error) {
			log, err := p.Log(sidecar)
			return strings.Contains(log, text), err
		})
	}
	shows := func(text string) {
		t.Helper()
		harness.Await(t, "a page with "+text, func() (bool, error) {
			status, body := p.Get("/", "", "")
			return status == http.StatusOK && body == text+"\n", nil
		})
	}
	change("app.yaml", "Hello", "Goodbye")
	shows("Goodbye")
	says("notified: HUP to nginx, process ")

	change("nginx.conf.tmpl", ".Values.title", ".Values.titel")
	says("no value for .Values.titel")
	well, err := p.Exec(t.Context(), sidecar, "/confit", "watch", "-c", "/config-in/confit.yaml", "--check")
	if err != nil || !strings.HasPrefix(well, "well\nthe last round failed") {
		t.Errorf("the check says %q, %v", well, err)
	}
	shows("Goodbye")
	change("nginx.conf.tmpl", ".Values.titel", ".Values.title }} again{{ with dict }}{{ end")
	shows("Goodbye again")

	now, err := p.PID(application)
	if s, err2 := p.State(t.Context(), application); err != nil || err2 != nil || now != pid || s.Restarts != 0 {
		t.Errorf("nginx was process %d and is %d, after %d restarts: %v, %v", pid, now, s.Restarts, err, err2)
	}
	p.Ran(initConfig, "1 created, 0 updated, 0 removed, 0 unchanged")
}
