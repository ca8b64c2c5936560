package integration

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/pod"
)

// The application's variables are what the init container merged. They change with the next
// run of the init container, and a text that no variable can have keeps the application from
// starting.
func TestAppEnv(t *testing.T) {
	t.Parallel()
	m := example(t, "app-env")
	p := harness.NewPod(t, m)
	p.Up()
	has := func(want ...string) {
		t.Helper()
		var env []string
		harness.Await(t, "the program of "+application, func() (_ bool, err error) { // runc has variables of its own before it
			env, err = p.Environ(application)
			return !slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, "_LIBCONTAINER_") }), err
		})
		for _, pair := range want {
			name, _, set := strings.Cut(pair, "=")
			at := slices.IndexFunc(env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
			if set && (at < 0 || env[at] != pair) || !set && at >= 0 {
				t.Errorf("%s has the variables %q, want %s", application, env, pair)
			}
		}
	}
	has("APP_ENVIRONMENT=TEST", "GREETING=Hello", "DB_PASSWORD=hunter2 $HOME", "DEBUG")
	if status, body := p.Get("/cgi-bin/hello", "", ""); status != http.StatusOK || body != "Hello from TEST\n" {
		t.Errorf("the application says %d %q", status, body)
	}
	if log, err := p.Log(initConfig); err != nil || strings.Contains(log, "hunter2") {
		t.Errorf("%v, or the log shows the password:\n%s", err, log)
	}

	data := m.ConfigMaps["app-config"]
	good := data["app.yaml"]
	data["app.yaml"] = "env:\n  APP_ENVIRONMENT: DEV\n  GREETING: |-\n    Hi,\n    \"you\"\n  DEBUG: verbose\n"
	must(t, p.RestartSandbox(t.Context()))
	has("APP_ENVIRONMENT=TEST", "GREETING=Hi,\n\"you\"", "DB_PASSWORD=hunter2 $HOME", "DEBUG=verbose")

	data["app.yaml"] = strings.Replace(good, "Hello", "It's", 1)
	err := p.RestartSandbox(t.Context())
	var failure *pod.Failure
	if !errors.As(err, &failure) || failure.Container != initConfig || failure.Status != 65 || !strings.Contains(failure.Message, "the text of GREETING has a single quote") {
		t.Errorf("with a single quote: %v", err)
	}
	if s, err := p.State(t.Context(), application); err != nil || s.Running {
		t.Errorf("%s runs: %v, %v", application, s, err)
	}
}
