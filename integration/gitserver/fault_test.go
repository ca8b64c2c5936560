package gitserver_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

func TestFaults(t *testing.T) {
	w := gitserver.For(t)
	site(w)
	if err := os.Symlink(".", filepath.Join(w.Root, "moved")); err != nil {
		t.Fatal(err)
	}
	other := w.HTTP(gitserver.HTTPOptions{})
	for name, test := range map[string]struct {
		fault gitserver.Fault
		says  string // "" where the clone succeeds
	}{
		"same origin":   {gitserver.Redirect("/site.git/info", "/moved/site.git/info"), ""},
		"other origin":  {gitserver.Redirect("/site.git", other.URL+"/site.git"), ""},
		"redirect loop": {gitserver.Redirect("/", "/"), "redirects"},
		"429":           {gitserver.Answer(429, "later", "Retry-After", "1"), "429"},
		"500 twice":     {gitserver.Times(2, gitserver.Answer(500, "")), "500"},
		"echo":          {gitserver.Echo(), "could not read Username"},
		"refused":       {gitserver.Refuse("not today"), "remote error: not today"},
		"page":          {gitserver.Answer(200, "<html>", "Content-Type", "application/x-git-upload-pack-advertisement"), "fatal"},
		"garbage":       {gitserver.On(gitserver.Fetch, gitserver.Answer(200, "garbage", "Content-Type", "application/x-git-upload-pack-result")), "fatal"},
		"truncated":     {gitserver.On(gitserver.Fetch, gitserver.Body(gitserver.Truncate(3000))), "fatal"},
		"cut":           {gitserver.On(gitserver.Fetch, gitserver.Body(gitserver.Cut(3000))), "fatal"},
		"cut at once":   {gitserver.Body(gitserver.Cut(0)), "fatal"},
		"flipped":       {gitserver.On(gitserver.Fetch, gitserver.Body(gitserver.Flip(3000))), "fatal"},
		"flip past it":  {gitserver.Body(gitserver.Flip(1 << 30)), ""},
		"slow":          {gitserver.On(gitserver.Listing, gitserver.Body(gitserver.Slow(4000))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.HTTP(gitserver.HTTPOptions{Plain: true})
			s.Break(test.fault)
			c := newClient(t, "GIT_SSL_CAINFO="+file(t, string(other.CA)))
			out, err := c.try("clone", s.URL+"/site.git", t.TempDir())
			if (err == nil) != (test.says == "") || !strings.Contains(out, test.says) {
				t.Fatalf("%v: %s", err, out)
			}
			s.Break()
			c.clone(s.URL + "/site.git")
		})
	}
}

// A fault that is over is over, also for the one that saw it.
func TestTimes(t *testing.T) {
	w := gitserver.For(t)
	site(w)
	s := w.HTTP(gitserver.HTTPOptions{})
	c := trusting(t, s)
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Times(1, gitserver.Body(gitserver.Flip(3000)))))
	if out, err := c.try("clone", "-c", "protocol.version=0", s.URL+"/site.git", t.TempDir()); err == nil {
		t.Fatalf("the clone succeeded: %s", out)
	}
	c.clone(s.URL+"/site.git", "-c", "protocol.version=0")
}

// What is pushed between listing and fetch takes the listed commit away.
func TestForced(t *testing.T) {
	w := gitserver.For(t)
	repo := site(w)
	s := w.HTTP(gitserver.HTTPOptions{V0: true})
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Times(1, gitserver.Before(func() {
		repo.Push(gitserver.Commit{Orphan: true})
	}))))
	c := trusting(t, s)
	if out, err := c.try("clone", s.URL+"/site.git", t.TempDir()); err == nil || !strings.Contains(out, "not our ref") {
		t.Errorf("%v: %s", err, out)
	}
	c.clone(s.URL + "/site.git")
}

// git itself reads such a page to its end.
func TestEndless(t *testing.T) {
	s := gitserver.For(t).HTTP(gitserver.HTTPOptions{})
	s.Break(gitserver.Endless(404))
	trusting(t, s).leave(s.URL+"/site.git", func() bool { return s.Count(gitserver.Listing) > 0 })
}

// A client that waits for a stalled server leaves nothing behind when it goes.
func TestStall(t *testing.T) {
	w := gitserver.For(t)
	site(w)
	s := w.HTTP(gitserver.HTTPOptions{})
	for part, n := range map[string]int64{gitserver.Listing: 0, gitserver.Fetch: 3000} {
		s.Forget()
		s.Break(gitserver.On(part, gitserver.Body(gitserver.Stall(n))))
		trusting(t, s).leave(s.URL+"/site.git", func() bool { return s.Count(part) > 0 })
	}
}

func TestBlackhole(t *testing.T) {
	w := gitserver.For(t)
	addr, log := w.Blackhole("")
	newClient(t).leave("http://"+addr+"/site.git", func() bool { return log.Conns() > 0 })
}

// The credentials that a server echoes are the client's.
func TestEcho(t *testing.T) {
	s := gitserver.For(t).HTTP(gitserver.HTTPOptions{Plain: true})
	s.Break(gitserver.Echo())
	resp, err := http.Get(strings.Replace(s.URL, "//", "//web:hunter2@", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "web hunter2") || !strings.Contains(string(body), "Basic ") {
		t.Errorf("%v: %s", err, body)
	}
}
