package git

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"confit/integration/gitserver"
	"confit/integration/harness"
)

// A server that misbehaves leads to an error with its own status and to no outputs. One that
// recovers leads to the outputs.
func TestGitFaults(t *testing.T) {
	on, times, body := gitserver.On, gitserver.Times, gitserver.Body
	fetch, listing := gitserver.Fetch, gitserver.Listing
	other := gitserver.For(t).HTTP(gitserver.HTTPOptions{Plain: true})
	const short = "5s" // for what ends with the time of the source and not before
	for name, tc := range map[string]struct {
		fault  gitserver.Fault
		time   string
		status int
		text   string
	}{
		"refused credentials that are echoed": {gitserver.Echo(), patient, 77, "git-auth"},
		"an endless 404":                      {gitserver.Endless(404), patient, 69, "git-not-found"},
		"too many requests":                   {times(1, gitserver.Answer(429, "slow down", "Retry-After", "1")), patient, 0, "try 2 in 1s"},
		"too many requests for long":          {gitserver.Answer(429, "slow down", "Retry-After", "7200"), patient, 69, "come back in 2h"},
		"bad for a while":                     {times(2, gitserver.Answer(503, password)), patient, 0, "try 3"},
		"bad for ever":                        {gitserver.Answer(500, password), short, 69, "gave up"},
		"a page":                              {on(listing, gitserver.Answer(200, "<html>log in</html>", "Content-Type", "text/html")), patient, 69, "git-"},
		"another origin":                      {gitserver.Redirect("/site.git", other.URL+"/site.git"), patient, 77, "git-redirect"},
		"an error of the protocol":            {gitserver.Refuse("no " + "\x1b[31m" + "entry"), patient, 69, "git-remote"},
		"a pack cut once":                     {on(fetch, times(1, body(gitserver.Cut(400)))), patient, 0, "try 2"},
		"a pack cut always":                   {on(fetch, body(gitserver.Cut(400))), short, 69, "gave up"},
		"a pack truncated":                    {on(fetch, body(gitserver.Truncate(900))), short, 69, "gave up"},
		"a bit flipped":                       {on(fetch, body(gitserver.Flip(700))), short, 69, "gave up"},
		"a bit flipped once":                  {on(fetch, times(1, body(gitserver.Flip(700)))), patient, 0, "try 2"},
		"a stall":                             {on(fetch, body(gitserver.Stall(300))), short, 69, "gave up"},
		"a trickle":                           {on(fetch, body(gitserver.Slow(20))), short, 69, "gave up"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			repo := w.Repo("site.git", site())
			s := w.https()
			s.Break(tc.fault)
			w.time = tc.time
			w.spec(s.URL)
			w.want(tc.status, []string{"render", "--log-format", "json"}, tc.text)
			if tc.status == 0 {
				w.wantOutputs(repo.Archive("HEAD", ""))
			} else {
				w.wantNoOutputs()
			}
		})
	}
}

// A server that accepts a connection and stays silent is an error at the deadline.
func TestGitBlackhole(t *testing.T) {
	for scheme, greeting := range map[string]string{"https": "", "ssh": "SSH-2.0-silent\r\n"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			addr, _ := w.Blackhole(greeting)
			url := "https://" + addr
			if scheme == "ssh" {
				url = "ssh://git@" + addr
				key := w.SSHKey()
				w.write("auth/ssh-privatekey", key.Private)
				w.write("auth/known_hosts", "["+strings.Replace(addr, ":", "]:", 1)+" "+key.Authorized+"\n")
			} else {
				w.write("auth/token", password)
			}
			w.time = "5s"
			w.spec(url)
			w.want(69, render, "gave up after 1 try")
			w.wantNoOutputs()
		})
	}
}

// A host key that is not the known one and a certificate of an unknown CA are refused.
func TestGitTrust(t *testing.T) {
	w := newWorld(t)
	w.Repo("site.git", site())
	key := w.SSHKey()
	s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	w.write("auth/ssh-privatekey", key.Private)
	w.write("auth/known_hosts", s.KnownHosts())
	w.spec(s.URL)
	must(t, s.Rekey())
	w.want(77, render, "SHA256:")
	w.wantNoOutputs()
	web := w.HTTP(gitserver.HTTPOptions{})
	w.write("token/token", password)
	w.spec(web.URL, "auth: token")
	w.write("confit.yaml", strings.Replace(w.read("confit.yaml"), "auth: auth\n    ", "", 1))
	w.want(77, render, "ca.crt")
	w.wantNoOutputs()
}

// A commit is fetched by its hash where the server allows it. Otherwise the history of the
// ref is searched for it. A pinned tag that moved is refused; a branch may move on.
func TestGitPin(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	first := repo.Hash("HEAD")
	repo.Tag(gitserver.Tag{Name: "v1"})
	for range 60 {
		repo.Push(gitserver.Commit{Files: gitserver.Tree{"counter": {Data: strings.Repeat("x", len(repo.Hash("HEAD")))}}})
	}
	s := w.https()
	w.spec(s.URL, "commit: "+first, "ref: main")
	w.want(0, render)
	w.wantOutputs(repo.Archive(first, ""))

	repo.Push(gitserver.Commit{Branch: "other", Orphan: true, Files: gitserver.Tree{"a": {Data: "b"}}})
	lost := repo.Hash("other")
	repo.SetRef("refs/heads/other", "")
	w.spec(s.URL, "commit: "+lost, "ref: main")
	w.want(77, render, "is not in the history of main")
	repo.Config("uploadpack.allowAnySHA1InWant", "true")
	w.want(0, []string{"render", "--git-ref", "site=" + first})

	w.spec(s.URL, "commit: "+first, "ref: v1")
	repo.SetRef("refs/tags/v1", repo.Hash("main"))
	must(t, os.RemoveAll(filepath.Join(w.dir, "out")))
	w.want(77, render, "the tag v1 points at "+repo.Hash("main"), "pinned "+first)
	w.wantNoOutputs()
}

// The time limit of a Git source covers all its fetches together. The search for a commit
// makes several; each of them would fit alone.
func TestGitSearchTime(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	repo.Push(gitserver.Commit{Branch: "other", Orphan: true, Files: gitserver.Tree{"a": {Data: "b"}}})
	lost := repo.Hash("other")
	repo.SetRef("refs/heads/other", "")
	s := w.https()
	w.time = "3s"
	w.spec(s.URL, "commit: "+lost, "ref: main")
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Before(func() { time.Sleep(time.Second) })))
	w.want(69, render, "gave up")
	w.wantNoOutputs()
}

// A commit without a ref is asked for even if the server does not list it.
func TestGitPinAlone(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site(), siteUpdate())
	first := repo.Hash("HEAD^")
	s := w.https()
	w.spec(s.URL, "commit: "+first)
	w.want(0, render)
	w.wantOutputs(repo.Archive(first, ""))
}

// After a force-push between listing and fetch, the outputs are those of one commit, old or
// new.
func TestGitForcePush(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	before := repo.Archive("HEAD", "")
	s := w.https()
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Times(1, gitserver.Before(func() {
		repo.Push(gitserver.Commit{Orphan: true, Files: gitserver.Tree{"new": {Data: "new\n"}}})
	}))))
	w.spec(s.URL)
	w.want(0, render)
	if got, _ := os.ReadFile(filepath.Join(w.dir, "out/new")); len(got) == 0 {
		w.wantOutputs(before)
	} else {
		w.wantOutputs(repo.Archive("HEAD", ""))
	}
}

// A signal in the middle of a fetch leaves nothing, though files are in the spool already.
// The next run removes the spool of a killed one.
func TestGitSignals(t *testing.T) {
	w := newWorld(t)
	big := gitserver.Tree{}
	for i := range 40 {
		big["part"+strings.Repeat("x", i)] = gitserver.File{Data: noise(i, 1<<20)}
	}
	repo := w.Repo("site.git", gitserver.Commit{Files: big})
	s := w.https()
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Body(gitserver.Stall(30<<20))))
	w.spec(s.URL)
	state := filepath.Join(w.dir, "out", ".confit-default")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		cmd := w.command("render")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		must(t, cmd.Start())
		harness.Await(t, "files that are put aside", func() (bool, error) {
			_, err := harness.Stat(cmd.Process.Pid)
			names, _ := filepath.Glob(filepath.Join(state, "spool-*", "*"))
			return len(names) >= 5, err
		})
		must(t, cmd.Process.Signal(sig))
		_ = cmd.Wait() // the status is looked at
		if sig == syscall.SIGTERM {
			if got := cmd.ProcessState.ExitCode(); got != 143 {
				t.Errorf("status %d, want 143\n%s", got, &stderr)
			}
			w.wantNoOutputs()
		}
	}
	s.Break()
	w.want(0, render)
	w.wantOutputs(repo.Archive("HEAD", ""))
	if names, _ := filepath.Glob(filepath.Join(state, "*")); len(names) != 2 {
		t.Errorf("the state holds %v", names)
	}
}

// noise is data that does not compress.
func noise(seed, size int) string {
	b := make([]byte, size)
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return string(b)
}
