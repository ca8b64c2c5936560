package git

import (
	"bytes"
	"sync"
	"testing"

	"confit/integration/gitserver"
	"confit/integration/harness"
)

// A text takes what a process writes.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// watch starts confit watch, which ends with the test.
func (w *world) watch(args ...string) (said *text, await func(event string, happened func() bool)) {
	w.t.Helper()
	cmd := w.command(append([]string{"watch", "--interval", "20ms", "--git-interval", "50ms"}, args...)...)
	said = &text{}
	cmd.Stdout, cmd.Stderr = said, said
	must(w.t, cmd.Start())
	w.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended, perhaps
		_ = cmd.Wait()
		if w.t.Failed() {
			w.t.Logf("the watcher said:\n%s", said)
		}
	})
	return said, func(event string, happened func() bool) {
		w.t.Helper()
		harness.Await(w.t, event, func() (bool, error) {
			_, err := harness.Stat(cmd.Process.Pid)
			return happened(), err
		})
	}
}

// A branch is looked up at its interval: one listing, and a fetch where it has moved.
func TestGitWatch(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL)
	_, await := w.watch()
	holds := func(text string) func() bool {
		return func() bool {
			got, _ := gitserver.ReadDir(w.dir+"/out", ".confit-default")
			return got["deploy/html/index.html"].Data == text
		}
	}
	await("the first commit", holds("<h1>hi</h1>\n"))
	await("some lookups", func() bool { return s.Log.Count(gitserver.Listing) >= 4 })
	if n := s.Log.Count(gitserver.Fetch); n != 1 {
		t.Errorf("%d fetches of a branch that has not moved", n)
	}
	repo.Push(siteUpdate())
	await("the second commit", holds("<h1>hi again</h1>\n"))
	if n := s.Log.Count(gitserver.Fetch); n != 2 {
		t.Errorf("%d fetches of a branch that has moved once", n)
	}
}

// A pinned commit is never looked up again.
func TestGitWatchPinned(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	w.write("confit.yaml", w.read("confit.yaml")+"schema: schema.json\n")
	w.write("schema.json", "{}")
	said, await := w.watch()
	await("the commit", func() bool { return bytes.Contains([]byte(said.String()), []byte("watching")) })
	n := len(s.Log.Requests())
	for i := range 3 { // rounds for another reason, with looks between them
		w.write("schema.json", "{}"+string(bytes.Repeat([]byte(" "), i+1)))
		await("a round", func() bool { return bytes.Count([]byte(said.String()), []byte("unchanged in")) == i+2 })
	}
	if now := len(s.Log.Requests()); now != n {
		t.Errorf("%d requests for a commit that is there", now-n)
	}
}
