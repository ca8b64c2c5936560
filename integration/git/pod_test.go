package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
	"confit/integration/harness"
	"confit/integration/pod"
)

// Names in examples/git-config.
const (
	initConfig  = "init-config"
	application = "application-container"
	configDir   = "config-dir"
)

// gitExample is the pod of an example that reads from git.example.com. That name is in the
// pod's own network: in each sandbox serve gets a listener there.
func gitExample(t *testing.T, name string, port int, serve func(net.Listener)) *harness.Pod {
	t.Helper()
	m, err := pod.Load(filepath.Join("..", "..", "examples", name, "deployment.yaml"))
	must(t, err)
	m.Template.Spec.HostAliases = []pod.HostAlias{{IP: "127.0.0.1", Hostnames: []string{"git.example.com"}}}
	p := harness.NewPod(t, m)
	p.NewSandbox = func(ctx context.Context) error {
		l, err := p.Listen(ctx, fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			serve(l)
		}
		return err
	}
	return p
}

// exampleRepo makes the repository of an example as the test server has it.
func exampleRepo(t *testing.T, w *gitserver.World, name, example string) *gitserver.TestRepo {
	t.Helper()
	files, err := gitserver.ReadDir(filepath.Join("..", "..", "examples", example, "repository"))
	must(t, err)
	return w.Repo(name, gitserver.Commit{Files: files})
}

// siteExample is the pod of examples/git-site and its server, over ssh.
func siteExample(t *testing.T) (*harness.Pod, *gitserver.TestRepo, *gitserver.SSH) {
	t.Helper()
	w := gitserver.For(t)
	repo := exampleRepo(t, w, "web/site.git", "git-site")
	repo.Push(gitserver.Commit{Files: gitserver.Tree{
		"public/größe/日本.txt":  {Data: "unicode\n"},
		"public/empty.txt":     {},
		"public/logo.bin":      {Data: "\x00\x01\xff\r\n"},
		"public/cgi/hello":     {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
		"public/big/image.bin": {Data: noise(1, 3<<20)},
	}})
	repo.Tag(gitserver.Tag{Name: "v1.0.0", Message: "the first"})
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"public/index.html": {Data: "not yet\n"}}})
	key := w.SSHKey()
	s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	p := gitExample(t, "git-site", 22, func(l net.Listener) { t.Cleanup(s.Serve(l)) })
	_, hostKey, _ := strings.Cut(s.KnownHosts(), " ")
	p.Manifest.Secrets["site-deploy-key"] = map[string]string{
		"ssh-privatekey": key.Private, "known_hosts": "git.example.com " + hostKey + "\n",
	}
	return p, repo, s
}

// The pod publishes a folder of a tag, over ssh. nginx serves the files of git archive, and
// executables stay executable. A new sandbox costs one look at the tag.
func TestGitSite(t *testing.T) {
	t.Parallel()
	p, repo, s := siteExample(t)
	p.Up()
	want := repo.Archive("v1.0.0", "public")
	got, err := gitserver.ReadDir(filepath.Join(p.VolumeDir("site"), "html"))
	must(t, err)
	if !maps.Equal(got, want) {
		t.Errorf("published are\n%v, want\n%v", paths(got), paths(want))
	}
	for name, file := range want {
		if status, body := p.Get("/"+name, "", ""); status != http.StatusOK || body != file.Data {
			t.Errorf("GET /%s = %d with %d bytes, want the %d of the file", name, status, len(body), len(file.Data))
		}
	}
	look := `cd /site/html; stat -c '%a %u:%g %n' index.html cgi/hello; ls /site/.confit-default 2>&1; touch /site/x 2>&1; true`
	seen, err := p.Exec(t.Context(), "nginx", "sh", "-c", look)
	must(t, err)
	if want := `644 65532:65532 index.html
755 65532:65532 cgi/hello
ls: can't open '/site/.confit-default': Permission denied
touch: /site/x: Read-only file system
`; seen != want {
		t.Errorf("nginx sees\n%s\nwant\n%s", seen, want)
	}

	s.Forget()
	p.Restarted("site")
	if s.Conns() != 1 {
		t.Errorf("a tag that is published costs %d connections: %v", s.Conns(), s.Requests())
	}
	n := len(want)
	p.Ran("fetch-site", fmt.Sprintf("%d created, 0 updated, 0 removed, 0 unchanged", n), fmt.Sprintf("0 created, 0 updated, 0 removed, %d unchanged", n))
}

// A server with another host key is refused, and the pod says what to do.
func TestGitSiteOtherHostKey(t *testing.T) {
	t.Parallel()
	p, _, s := siteExample(t)
	must(t, s.Rekey())
	f := refused(t, p, 77, "git.example.com", "the host key is not the known one", "SHA256:", "hint: ")
	if strings.Contains(f.Message, "PRIVATE KEY") {
		t.Errorf("the message shows the key:\n%s", f.Message)
	}
	if found := p.Outputs("site"); found != "" {
		t.Errorf("outputs = %s, want none", found)
	}
}

// refused starts a pod whose init container is to end with a status and these texts.
func refused(t *testing.T, p *harness.Pod, status int, texts ...string) *pod.Failure {
	t.Helper()
	var f *pod.Failure
	if err := p.Start(t.Context()); !errors.As(err, &f) || f.Status != status {
		t.Fatalf("Start = %v, want status %d", err, status)
	}
	for _, text := range texts {
		if !strings.Contains(f.Message, text) {
			t.Errorf("message = %q, want %q in it", f.Message, text)
		}
	}
	return f
}

// configExample is the pod of examples/git-config and its server, over https.
func configExample(t *testing.T) (*harness.Pod, *gitserver.HTTP) {
	t.Helper()
	w := gitserver.For(t)
	repo := exampleRepo(t, w, "web/config.git", "git-config")
	pinned := repo.Hash("main")
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"deploy/values/app.yaml": {Data: "title: Not this one\n"}}})
	s := w.HTTP(gitserver.HTTPOptions{Username: "web", Password: password, Hosts: []string{"git.example.com"}})
	p := gitExample(t, "git-config", 443, s.Serve)
	p.Manifest.Secrets["web-git"] = map[string]string{"username": "web", "password": password, "ca.crt": string(s.CA)}
	if want := "commit: " + pinned + "\n"; !strings.Contains(p.Manifest.ConfigMaps["web-config"]["confit.yaml"], want) {
		t.Fatalf("the repository of the example has changed: write %sinto its deployment.yaml", want)
	}
	return p, s
}

// The commands under "By hand" of the example's page work.
func TestGitConfigByHand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "git-config"))))
	page, err := os.ReadFile(filepath.Join(dir, "README.md"))
	must(t, err)
	_, rest, _ := strings.Cut(string(page), "\nBy hand")
	_, rest, _ = strings.Cut(rest, ":\n\n")
	commands, _, _ := strings.Cut(rest, "\n\n")
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", commands)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	got, err := cmd.CombinedOutput()
	for _, want := range []string{"0 errors, 0 warnings, 3 outputs, 0 stand-ins\n", "\nMASKED:{PLAIN}MASKED\n"} {
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s\n%s\n%v, want %q in it", commands, got, err, want)
		}
	}
}

// Values and templates come from one commit, with a Secret of the cluster over them. Once
// they are published, a pinned commit costs no connection.
func TestGitConfig(t *testing.T) {
	t.Parallel()
	p, s := configExample(t)
	process := make(chan string, 1)
	s.Break(gitserver.On(gitserver.Fetch, gitserver.Times(1, gitserver.Before(func() { process <- confined(p, initConfig) }))))
	p.Up()
	want := "Uid 65532 Gid 65532 CapEff 0000000000000000 CapBnd 0000000000000000 NoNewPrivs 1 Seccomp 2 root ro"
	if got := <-process; got != want {
		t.Errorf("confit ran with %s, want %s", got, want)
	}
	p.Shows("<p>Hello from Git</p>")
	for user, want := range map[string]int{"admin": http.StatusOK, "nobody": http.StatusUnauthorized} {
		if status, _ := p.Get("/admin", user, "hunter2"); status != want {
			t.Errorf("GET /admin as %s = %d, want %d", user, status, want)
		}
	}
	look := `cd /config; find . -name '.confit*' -prune -o -type f -print | sort | xargs stat -c '%a %u:%g %n'`
	seen, err := p.Exec(t.Context(), application, "sh", "-c", look)
	must(t, err)
	if want := "644 65532:65532 ./html/index.html\n640 65532:65532 ./htpasswd\n644 65532:65532 ./nginx.conf\n"; seen != want {
		t.Errorf("%s sees\n%s\nwant\n%s", application, seen, want)
	}

	s.Forget()
	p.Restarted(configDir)
	p.Shows("<p>Hello from Git</p>")
	if s.Conns() != 0 {
		t.Errorf("a pinned commit that is published costs %d connections: %v", s.Conns(), s.Requests())
	}
	p.Ran(initConfig, "3 created, 0 updated, 0 removed, 0 unchanged", "0 created, 0 updated, 0 removed, 3 unchanged")
	log, err := p.Log(initConfig)
	must(t, err)
	if strings.Contains(log, "hunter2") {
		t.Errorf("the log of %s shows a password: %s", initConfig, log)
	}
}

// confined lists the rights of a container's process, and how its root is mounted.
func confined(p *harness.Pod, container string) string {
	pid, err := p.PID(container)
	if err != nil {
		return err.Error()
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	mounts, err2 := os.ReadFile(fmt.Sprintf("/proc/%d/mounts", pid))
	if err := errors.Join(err, err2); err != nil {
		return err.Error()
	}
	var all []string
	for _, name := range []string{"Uid", "Gid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp"} {
		_, rest, _ := strings.Cut(string(status), "\n"+name+":\t")
		all = append(all, name, strings.Fields(rest)[0])
	}
	_, root, _ := strings.Cut(string(mounts), " / ")
	options, _, _ := strings.Cut(strings.Fields(root)[1], ",")
	return strings.Join(append(all, "root", options), " ")
}

// A wrong password is status 77: the pod says what to change, and shows no credential.
func TestGitConfigWrongPassword(t *testing.T) {
	t.Parallel()
	p, s := configExample(t)
	p.Manifest.Secrets["web-git"]["password"] = "wr0ng-wr0ng"
	f := refused(t, p, 77, "https://git.example.com/web/config.git", "401", "hint: ", "the Secret of auth:")
	if len(s.Requests()) != 1 {
		t.Errorf("a wrong password is tried again: %v", s.Requests())
	}
	for _, secret := range []string{"wr0ng", "hunter2", "d2ViOndyMG5n"} { // the last: in base64, as it was sent
		if strings.Contains(f.Message+f.Log, secret) {
			t.Errorf("%s is shown:\n%s\n%s", secret, f.Message, f.Log)
		}
	}
	if found := p.Outputs(configDir); found != "" {
		t.Errorf("outputs = %s, want none", found)
	}

	// With the right password the next try brings the pod up.
	p.Manifest.Secrets["web-git"]["password"] = password
	must(t, p.Sync())
	p.Up()
	p.Shows("<p>Hello from Git</p>")
}
