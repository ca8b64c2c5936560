package watch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// onePort is a spec with one output of one value.
const onePort = `version: 1
sources: [{configMap: ../config}]
render: [{inline: "port {{ .Values.port }}\n", to: a.conf}]
sinks: [{dir: ../out}]
`

func (w *world) port(text string) {
	w.t.Helper()
	w.volume("config", map[string]string{"app.yaml": "port: " + text + "\n"})
}

// An application takes POSTs, and notes what is published then. It answers with the statuses
// in turn, and with 200 after them.
type application struct {
	*httptest.Server
	mu       sync.Mutex
	seen     []string
	statuses []int
}

func (w *world) application(statuses ...int) *application {
	a := &application{statuses: statuses}
	a.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		data, err := os.ReadFile(w.path("out/a.conf"))
		a.seen = append(a.seen, fmt.Sprintf("%s %s %s%v", r.Method, r.URL.Path, data, err))
		if len(a.statuses) > 0 {
			rw.Header().Set("Location", a.URL+"/elsewhere")
			rw.WriteHeader(a.statuses[0])
			a.statuses = a.statuses[1:]
		}
	}))
	w.t.Cleanup(a.Close)
	return a
}

func (a *application) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.seen)
}

func posted(port string) string { return "POST /-/reload port " + port + "\n<nil>" }

// wants fails unless these were the requests.
func (a *application) wants(t *testing.T, want ...string) {
	t.Helper()
	if got := a.requests(); !slices.Equal(got, want) {
		t.Errorf("the application got %q, want %q", got, want)
	}
}

// Each change is published and then notified, until the application has taken it. The first
// round publishes, and notifies nobody.
func TestHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.application(http.StatusServiceUnavailable, http.StatusFound)
	w.spec(onePort)
	w.port("1")
	r := w.watch("--http", a.URL+"/-/reload")
	r.says(1, "watching 2 volumes and 0 other paths, every 20ms")
	if !w.holds("out/a.conf", "port 1\n") {
		t.Error("the first round has not published")
	}
	w.port("2")
	r.says(1, "notified: POST "+a.URL+"/-/reload: status 200")
	a.wants(t, posted("2"), posted("2"), posted("2"))
	for _, want := range []string{": status 503", ": status 302"} {
		if !strings.Contains(r.said(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	w.port("3")
	r.says(2, "notified: ")
	a.wants(t, posted("2"), posted("2"), posted("2"), posted("3"))
	r.signal(syscall.SIGTERM)
	r.ends(143)
}

// A spec says the same as the flags; and a change of the spec itself is a change of an input.
func TestSpec(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.application()
	w.spec(onePort + "watch: {interval: 15ms, http: POST " + a.URL + "/-/reload}\n")
	w.port("1")
	r := w.watch()
	r.says(1, "watching")
	w.spec(strings.Replace(onePort, "port ", "changed: port ", 1) + "watch: {http: " + a.URL + "/-/reload}\n")
	r.says(1, "notified: ")
	a.wants(t, "POST /-/reload changed: port 1\n<nil>")
}

// A render that fails reaches neither the files nor the application. What is good again is
// compared with what is published, and not with what was seen last.
func TestBroken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.application()
	w.spec(onePort)
	w.port("1")
	r := w.watch("--http", a.URL+"/-/reload")
	r.says(1, "watching")
	before := w.files()
	w.port("") // no value
	r.says(1, "no value for .Values.port")
	w.port("1")
	r.says(1, "0 created, 0 updated, 0 removed, 1 unchanged")
	a.wants(t)
	if after := w.files(); after != before {
		t.Errorf("the files are\n%s\nand were\n%s", after, before)
	}

	must(t, os.Remove(w.path("out/a.conf")))
	must(t, os.Mkdir(w.path("out/a.conf"), 0o755))
	must(t, os.WriteFile(w.path("out/a.conf/foreign"), nil, 0o644))
	w.port("2")
	r.says(1, "is a directory where an output should go")
	must(t, os.RemoveAll(w.path("out/a.conf")))
	w.port("2") // the same text, as it was seen last
	r.says(1, "notified: ")
	a.wants(t, posted("2"))
}

// A watcher that is killed before the application knows leaves that to the next one, which also
// notifies of a change that nobody saw.
func TestKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	down, a := w.application(slices.Repeat([]int{http.StatusBadGateway}, 1000)...), w.application()
	w.spec(onePort)
	w.port("1")
	r := w.watch("--http", down.URL+"/-/reload")
	r.says(1, "watching")
	w.port("2")
	r.says(1, "status 502")
	r.signal(syscall.SIGKILL)
	r.ends(-1)

	r = w.watch("--http", a.URL+"/-/reload")
	r.says(1, "notified: ")
	a.wants(t, posted("2"))
	r.signal(syscall.SIGKILL)
	r.ends(-1)

	w.port("3")
	r = w.watch("--http", a.URL+"/-/reload")
	r.says(1, "notified: ")
	a.wants(t, posted("2"), posted("3"))
	r.signal(syscall.SIGKILL)
	r.ends(-1)

	r = w.watch("--http", a.URL+"/-/reload") // there is nothing to tell
	r.says(1, "watching")
	w.port("4")
	r.says(1, "notified: ")
	a.wants(t, posted("2"), posted("3"), posted("4"))
}

// A first round that fails is tried again on the next change, and is not healthy until then.
func TestBrokenFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(onePort)
	w.port("")
	r := w.watch()
	r.says(1, "no value for .Values.port")
	status, text := w.confit("watch", "-c", "spec/confit.yaml", "--check")
	if status != 69 || !strings.Contains(text, "no round has ended well yet") || !strings.Contains(text, "no value for .Values.port") {
		t.Errorf("--check ends with %d and says %q", status, text)
	}
	w.port("1")
	r.says(1, "watching")
	r.await("a good check", func() bool {
		status, text = w.confit("watch", "-c", "spec/confit.yaml", "--check")
		return status == 0
	})
	if text != "well\n" {
		t.Errorf("--check says %q", text)
	}
}
