package gitserver_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"confit/integration/gitserver"
)

func TestClone(t *testing.T) {
	for name, o := range map[string]gitserver.HTTPOptions{"https": {}, "http": {Plain: true}} {
		t.Run(name, func(t *testing.T) {
			w := gitserver.For(t)
			repo := site(w)
			s := w.HTTP(o)
			if s.Conns() != 0 {
				t.Errorf("%d connections before the first", s.Conns())
			}
			same(t, repo, trusting(t, s).clone(s.URL+"/site.git", "-c", "core.attributesFile=/dev/null", "--depth", "1"))
			if s.Conns() == 0 || s.Count(gitserver.Listing) != 1 || s.Count(gitserver.Fetch) == 0 {
				t.Errorf("the log of a clone: %d connections, %v", s.Conns(), s.Requests())
			}
			for _, r := range s.Requests() {
				if r.Status != 200 {
					t.Errorf("%v", r)
				}
			}
			if s.Forget(); s.Conns() != 0 || len(s.Requests()) != 0 {
				t.Error("Forget did not")
			}
		})
	}
}

// same holds a clone against the repository. The one file whose line ends git
// changes on the way out, which an archive of ours does not, is left out.
func same(t *testing.T, repo *gitserver.TestRepo, dir string) {
	t.Helper()
	got, err := gitserver.ReadDir(dir, ".git", "lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := repo.Archive("main", "")
	delete(want, "lines.txt")
	if !maps.Equal(got, want) {
		t.Errorf("the clone has %d files, want %d: or they differ", len(got), len(want))
	}
}

func TestTLS(t *testing.T) {
	w := gitserver.For(t)
	w.Repo("r.git")
	stranger := w.HTTP(gitserver.HTTPOptions{})
	for name, test := range map[string]struct {
		gitserver.HTTPOptions
		ca   []byte // nil means the server's own
		says string
	}{
		"other authority": {ca: stranger.CA, says: "certificate verification failed"},
		"other name":      {HTTPOptions: gitserver.HTTPOptions{Hosts: []string{"git.example.com"}}, says: "does not match"},
		"expired":         {HTTPOptions: gitserver.HTTPOptions{NotAfter: time.Now().Add(-time.Hour)}, says: "certificate verification failed"},
		"no client cert":  {HTTPOptions: gitserver.HTTPOptions{ClientCert: true}, says: "fatal"},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.HTTP(test.HTTPOptions)
			if test.ca == nil {
				test.ca = s.CA
			}
			c := newClient(t, "GIT_SSL_CAINFO="+file(t, string(test.ca)))
			out, err := c.try("ls-remote", s.URL+"/r.git")
			if err == nil || !strings.Contains(out, test.says) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	s := w.HTTP(gitserver.HTTPOptions{ClientCert: true})
	trusting(t, s, "GIT_SSL_CERT="+file(t, string(s.Cert)), "GIT_SSL_KEY="+file(t, string(s.Key))).git("ls-remote", s.URL+"/r.git")
}

func TestAuth(t *testing.T) {
	w := gitserver.For(t)
	w.Repo("r.git")
	s := w.HTTP(gitserver.HTTPOptions{Username: "web", Password: "hunter2", Token: "t0ken"})
	c := trusting(t, s)
	for name, test := range map[string]struct {
		url, header string
		ok          bool
	}{
		"nobody":         {s.URL, "", false},
		"basic":          {strings.Replace(s.URL, "//", "//web:hunter2@", 1), "", true},
		"wrong password": {strings.Replace(s.URL, "//", "//web:hunter3@", 1), "", false},
		"wrong user":     {strings.Replace(s.URL, "//", "//root:hunter2@", 1), "", false},
		"no password":    {strings.Replace(s.URL, "//", "//web:@", 1), "", false},
		"bearer":         {s.URL, "Authorization: Bearer t0ken", true},
		"wrong bearer":   {s.URL, "Authorization: Bearer token", false},
		"bare token":     {s.URL, "Authorization: t0ken", false},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := c.try("-c", "http.extraHeader="+test.header, "ls-remote", test.url+"/r.git"); (err == nil) != test.ok {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// Protocol v2 gives any commit; v0 one that no ref names only if told to.
func TestExact(t *testing.T) {
	w := gitserver.For(t)
	repo := w.Repo("r.git", gitserver.Commit{}, gitserver.Commit{}, gitserver.Commit{})
	v2, v0 := w.HTTP(gitserver.HTTPOptions{}), w.HTTP(gitserver.HTTPOptions{V0: true})
	fetch := func(s *gitserver.HTTP) (string, error) {
		c := trusting(t, s)
		dir := t.TempDir()
		c.git("init", "-q", dir)
		return c.try("-C", dir, "fetch", "-q", "--depth", "1", s.URL+"/r.git", repo.Hash("main~1"))
	}
	if out, err := fetch(v2); err != nil {
		t.Errorf("v2: %v: %s", err, out)
	}
	if out, err := fetch(v0); err == nil || !strings.Contains(out, "not allow request for unadvertised object") {
		t.Errorf("v0: %v: %s", err, out)
	}
	repo.Config("uploadpack.allowAnySHA1InWant", "true")
	if out, err := fetch(v0); err != nil {
		t.Errorf("v0, allowed: %v: %s", err, out)
	}
}
