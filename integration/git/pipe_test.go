package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// site is a commit with every kind of file.
func site() gitserver.Commit {
	return gitserver.Commit{Files: gitserver.Tree{
		"README.md":                 {Data: "hello\n"},
		"deploy/html/index.html":    {Data: "<h1>hi</h1>\n"},
		"deploy/html/größe/日本.txt":  {Data: "unicode\n"},
		"deploy/html/empty":         {},
		"deploy/html/logo.bin":      {Data: "\x00\x01\xff\n\r\n"},
		"deploy/bin/run.sh":         {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
		"deploy/html/twin.html":     {Data: "<h1>hi</h1>\n"},
		"deploy/values/app.yaml":    {Data: "port: 8080\ndb: {host: pg}\n"},
		"deploy/nginx.conf.tmpl":    {Data: "listen {{ .Values.port }};\nmotd {{ .Files.Get \"site:html/index.html\" | quote }};\n"},
		"deploy/html/big/image.bin": {Data: strings.Repeat("0123456789abcdef", 100_000)},
	}}
}

// siteUpdate is a commit on site that makes deltas in a pack.
func siteUpdate() gitserver.Commit {
	return gitserver.Commit{Files: gitserver.Tree{
		"deploy/html/index.html":    {Data: "<h1>hi again</h1>\n"},
		"deploy/html/big/image.bin": {Data: strings.Repeat("0123456789abcdef", 100_000) + "more"},
		"deploy/html/empty":         {Mode: gitserver.Deleted},
	}}
}

// The outputs are the files of git archive, over https and over ssh.
func TestGitArchive(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site(), siteUpdate())
	repo.Pack()
	s := w.https()
	for name, path := range map[string]string{"all": "", "part": "path: deploy/html"} {
		t.Run(name, func(t *testing.T) {
			w.spec(s.URL, path)
			w.want(0, render, "site HEAD "+repo.Hash("HEAD")[:7])
			w.wantOutputs(repo.Archive("HEAD", strings.TrimPrefix(path, "path: ")))
			must(t, os.RemoveAll(filepath.Join(w.dir, "out")))
		})
	}
	t.Run("ssh", func(t *testing.T) {
		key := w.SSHKey()
		s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
		w.write("auth/ssh-privatekey", key.Private)
		w.write("auth/known_hosts", s.KnownHosts())
		for _, name := range []string{"username", "password", "ca.crt"} {
			must(t, os.Remove(filepath.Join(w.dir, "auth", name)))
		}
		w.spec(s.URL)
		w.want(0, render)
		w.wantOutputs(repo.Archive("HEAD", ""))
	})
}

const pipeSpec = `version: 1
sources:
  - git: URL/site.git
    name: site
    ref: v1
    path: deploy
    auth: auth
    read: ["values/*.yaml"]
render:
  - template: site:nginx.conf.tmpl
  - values: db
    to: db.yaml
  - copy: site:html
    to: html
sinks: [{dir: out}]
`

// Values, templates, .Files and copies come from one repository, and explain names the file
// and line. Once it is published, a tag costs one listing and a pinned commit nothing.
func TestGitPipe(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	repo.Tag(gitserver.Tag{Name: "v1"})
	s := w.https()
	spec := strings.ReplaceAll(pipeSpec, "URL", s.URL)
	w.write("confit.yaml", spec)
	w.want(0, render, "site v1 ", "files")
	got, err := os.ReadFile(filepath.Join(w.dir, "out/nginx.conf"))
	if want := "listen 8080;\nmotd \"<h1>hi</h1>\\n\";\n"; string(got) != want || err != nil {
		t.Errorf("nginx.conf is %q, %v, want %q", got, err, want)
	}
	if out := w.want(0, []string{"explain", "port"}).stdout; !strings.Contains(out, "site@"+repo.Hash("v1^{commit}")[:7]+":deploy/values/app.yaml:1") {
		t.Errorf("explain says %s", out)
	}

	s.Forget()
	w.want(0, render, "0 created, 0 updated, 0 removed, ")
	if s.Count(gitserver.Listing) != 1 || s.Count("") != 1 {
		t.Errorf("a tag that is published costs %v", s.Requests())
	}

	w.write("confit.yaml", strings.Replace(spec, "ref: v1", "ref: v1\n    commit: "+repo.Hash("v1^{commit}"), 1))
	w.want(0, render, "0 created, 0 updated, 0 removed, ")
	s.Forget()
	for _, verb := range []string{"render", "diff", "explain", "validate"} {
		w.want(0, []string{verb})
	}
	if len(s.Requests()) != 0 || s.Conns() != 0 {
		t.Errorf("a pinned commit that is published costs %v", s.Requests())
	}
}

// An output that somebody changed or removed is fetched again and replaced.
func TestGitDrift(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	w.want(0, render)
	for name, harm := range map[string]func(name string) error{
		"removed": os.Remove,
		"changed": func(name string) error { return os.WriteFile(name, []byte("<h1>ho</h1>\n"), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, harm(filepath.Join(w.dir, "out/deploy/html/index.html")))
			w.want(1, []string{"diff"})
			w.want(0, render)
			w.wantOutputs(repo.Archive("HEAD", ""))
		})
	}
	s.Forget()
	must(t, os.Chmod(filepath.Join(w.dir, "out/README.md"), 0o600))
	w.want(0, render, "0 created, 1 updated, 0 removed, ")
	w.wantOutputs(repo.Archive("HEAD", ""))
}

// validate uses no network without a flag. A folder can stand in for the repository.
func TestGitOffline(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL)
	w.want(64, []string{"validate"}, "--allow-network", "--replace site=DIR")
	if s.Conns() != 0 {
		t.Errorf("validate asked %v", s.Requests())
	}
	w.want(0, []string{"validate", "--allow-network"})
	w.write("checkout/index.html", "from here\n")
	w.write("checkout/.git/config", "no content\n")
	s.Forget()
	w.want(0, []string{"render", "--replace", "site=checkout"})
	w.wantOutputs(gitserver.Tree{"index.html": {Data: "from here\n"}})
	if s.Conns() != 0 {
		t.Errorf("a replaced source asked %v", s.Requests())
	}
	repo.Push(gitserver.Commit{Branch: "next", Files: gitserver.Tree{"index.html": {Data: "new\n"}}})
	w.want(0, []string{"render", "--git-ref", "site=next"})
	w.wantOutputs(repo.Archive("next", ""))
	w.want(64, []string{"render", "--git-ref", "sit=next"}, "the named git sources are site")
}
