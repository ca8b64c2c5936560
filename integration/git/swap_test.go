package git

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"confit/integration/gitserver"
	"confit/integration/harness"
)

// A Secret that changes while a run uses it is read again.
func TestGitSecretRenewed(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.HTTP(gitserver.HTTPOptions{Token: password})
	generation := func(name, token string) {
		w.write("auth/"+name+"/token", token)
		w.write("auth/"+name+"/ca.crt", string(s.CA))
		next := filepath.Join(w.dir, "auth/..data_tmp")
		must(t, os.Symlink(name, next))
		must(t, os.Rename(next, filepath.Join(w.dir, "auth/..data")))
	}
	generation("..2026_01_01", "expired")
	for _, name := range []string{"token", "ca.crt"} {
		must(t, os.Symlink("..data/"+name, filepath.Join(w.dir, "auth", name)))
	}
	s.Break(gitserver.On(gitserver.Listing, gitserver.Times(1, gitserver.Before(func() { generation("..2026_01_02", password) }))))
	w.spec(s.URL)
	w.want(0, render)
	w.wantOutputs(repo.Archive("HEAD", ""))
	if n := s.Count(gitserver.Listing); n != 2 {
		t.Errorf("%d listings: %v", n, s.Requests())
	}
}

// A volume of values that changes during a fetch is read again.
func TestGitVolumeChanges(t *testing.T) {
	w := newWorld(t)
	w.Repo("site.git", site())
	s := w.https()
	generation := func(name, text string) {
		w.write("config/"+name+"/app.yaml", text)
		next := filepath.Join(w.dir, "config/..data_tmp")
		must(t, os.Symlink(name, next))
		must(t, os.Rename(next, filepath.Join(w.dir, "config/..data")))
	}
	generation("..one", "x: old\n")
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Before(func() { generation("..two", "x: new\n") })))
	w.write("confit.yaml", pipe("- configMap: config\n  - git: "+s.URL+"/site.git\n    name: site\n    auth: auth", "- {copy: 'site:README.md'}\n  - {values: x, to: x.json}"))
	w.want(0, render, "2 created")
	if got := w.read("out/x.json"); got != "\"new\"\n" {
		t.Errorf("x.json is %q", got)
	}
	if n := s.Count(gitserver.Fetch); n != 2 && n != 1 {
		t.Errorf("%d fetches", n)
	}
}

// afterBytes calls do once, after n bytes of an answer. The context of do ends when the
// client is gone.
func afterBytes(n int, do func(context.Context)) gitserver.Spoil {
	var once sync.Once
	return func(ctx context.Context, w io.Writer) io.Writer {
		return &counted{w, n, func() { once.Do(func() { do(ctx) }) }}
	}
}

type counted struct {
	io.Writer
	left int
	do   func()
}

func (c *counted) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		c.do()
	}
	return c.Writer.Write(p)
}

// A symlink in place of an output, the spool or the state makes no run write outside of the
// directory.
func TestGitLinksInTheWay(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(800))
	s := w.https()
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	outside := filepath.Join(w.dir, "outside")
	must(t, os.MkdirAll(outside, 0o755))
	w.write("outside/part03", "theirs")
	theirs := harness.Untouched(t, outside)
	out := filepath.Join(w.dir, "out")
	swap := func(name string) func(context.Context) {
		return func(ctx context.Context) {
			var found []string
			for ; len(found) == 0; time.Sleep(time.Millisecond) { // the client reads later than we write
				if found, _ = filepath.Glob(filepath.Join(out, name)); ctx.Err() != nil {
					t.Errorf("no %s to swap", name)
					return
				}
			}
			_ = os.Rename(found[0], filepath.Join(w.dir, "aside"))
			_ = os.Symlink(outside, found[0])
		}
	}
	for _, name := range []string{".confit-default/spool-*", ".confit-default"} {
		s.Break(gitserver.On(gitserver.Fetch, gitserver.Body(afterBytes(11<<20, swap(name)))))
		r := w.confit("render")
		t.Logf("%s: status %d, %s", name, r.status, r.stderr)
		if r.status != 73 && r.status != 74 && r.status != 0 {
			t.Errorf("%s: status %d\n%s", name, r.status, r.stderr)
		}
		if got := harness.Untouched(t, outside); got != theirs {
			t.Errorf("%s: outside is\n%s, was\n%s", name, got, theirs)
		}
		must(t, os.RemoveAll(out))
		must(t, os.RemoveAll(filepath.Join(w.dir, "aside")))
	}
	s.Break()
	w.want(0, render)
	must(t, os.Remove(filepath.Join(out, "part03")))
	must(t, os.Symlink(filepath.Join(outside, "part03"), filepath.Join(out, "part03")))
	w.want(73, render, "out/part03 is a symlink where an output should go")
	must(t, os.Remove(filepath.Join(out, "part03")))
	w.want(0, render, "1 created")
	w.wantOutputs(repo.Archive("HEAD", ""))
	if got := harness.Untouched(t, outside); got != theirs {
		t.Errorf("outside is\n%s, was\n%s", got, theirs)
	}
}
