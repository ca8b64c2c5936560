package gitserver_test

import (
	"os/exec"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// byKey is a client of s that knows its host key and logs in with key.
func byKey(t *testing.T, s *gitserver.SSH, key *gitserver.SSHKey) *client {
	return newClient(t, "GIT_SSH_COMMAND="+strings.Join([]string{
		"ssh", "-F", "none", "-i", file(t, key.Private), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=" + file(t, s.KnownHosts()+"\n"),
	}, " "))
}

func TestSSH(t *testing.T) {
	w := gitserver.For(t)
	repo, key := site(w), w.SSHKey()
	s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	c := byKey(t, s, key)
	same(t, repo, c.clone(s.URL+"/site.git", "--depth", "1"))
	r := s.Requests()
	if len(r) != 1 || r[0].Method != "git-upload-pack" || r[0].Path != "'/site.git'" || r[0].Status != 0 || r[0].Authorization != "git" {
		t.Errorf("the log: %v", r)
	}
	if out, err := byKey(t, s, w.SSHKey()).try("ls-remote", s.URL+"/site.git"); err == nil || !strings.Contains(out, "Permission denied") {
		t.Errorf("another key: %v: %s", err, out)
	}
	if out, err := c.try("ls-remote", "ssh://root@"+s.Addr+"/site.git"); err == nil || !strings.Contains(out, "Permission denied") {
		t.Errorf("another user: %v: %s", err, out)
	}
	if err := s.Rekey(); err != nil {
		t.Fatal(err)
	}
	if out, err := c.try("ls-remote", s.URL+"/site.git"); err == nil || !strings.Contains(out, "Host key verification failed") {
		t.Errorf("another host key: %v: %s", err, out)
	}
	byKey(t, s, key).git("ls-remote", s.URL+"/site.git")
}

// Nothing but git-upload-pack of a repository below the root runs.
func TestSSHCommands(t *testing.T) {
	w := gitserver.For(t)
	site(w)
	key := w.SSHKey()
	s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	c := byKey(t, s, key)
	ssh := strings.Fields(strings.TrimPrefix(c.env[len(c.env)-1], "GIT_SSH_COMMAND="))
	_, port, _ := strings.Cut(s.Addr, ":")
	for command, ok := range map[string]bool{
		"git-upload-pack '/site.git'":                    true,
		"git-upload-pack '/none.git'":                    false,
		"git-upload-pack '/site.git/../site.git'":        false,
		"git-upload-pack '/../" + w.Root + "/site.git'":  false,
		"git-upload-pack '" + w.Root + "/site.git'":      false,
		"git-upload-pack '/site.git/objects'":            false,
		"git-upload-pack '/'":                            false,
		"git-upload-pack --strict '/site.git'":           false,
		"git-upload-pack '/site.git'; id":                false,
		"git-upload-pack '/site.git' '/site.git'":        false,
		"git-receive-pack '/site.git'":                   false,
		"id":                                             false,
		"git-upload-pack '/site.git' --advertise-refs''": false,
	} {
		cmd := exec.Command(ssh[0], append(ssh[1:], "-p", port, "git@127.0.0.1", command)...)
		cmd.Stdin = strings.NewReader("0000") // flush: the client wants nothing
		if out, err := cmd.CombinedOutput(); (err == nil) != ok || strings.Contains(string(out), "uid=") {
			t.Errorf("%s: %v: %s", command, err, out)
		}
	}
}

func TestSSHFaults(t *testing.T) {
	w := gitserver.For(t)
	site(w)
	key := w.SSHKey()
	s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	c := byKey(t, s, key)
	for name, spoil := range map[string]gitserver.Spoil{
		"cut": gitserver.Cut(3000), "truncated": gitserver.Truncate(3000), "flipped": gitserver.Once(gitserver.Flip(3000)),
	} {
		s.Break(spoil)
		if out, err := c.try("clone", s.URL+"/site.git", t.TempDir()); err == nil {
			t.Errorf("%s: the clone succeeded: %s", name, out)
		}
		if name == "flipped" { // but the next is whole
			c.clone(s.URL + "/site.git")
		}
	}
	s.Forget()
	s.Break(gitserver.Stall(3000))
	c.leave(s.URL+"/site.git", func() bool { return s.Count("site.git") > 0 })
	s.Break(nil)
	c.clone(s.URL + "/site.git")
	for _, greeting := range []string{"", "SSH-2.0-mute\r\n"} {
		addr, log := w.Blackhole(greeting)
		c.leave("ssh://git@"+addr+"/site.git", func() bool { return log.Conns() > 0 })
	}
}

// Protocol v0 is what a server speaks that does not take the variable.
func TestSSHExact(t *testing.T) {
	w := gitserver.For(t)
	repo := w.Repo("r.git", gitserver.Commit{}, gitserver.Commit{})
	key := w.SSHKey()
	for _, v0 := range []bool{false, true} {
		s := w.SSH(gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}, V0: v0})
		c := byKey(t, s, key)
		dir := t.TempDir()
		c.git("init", "-q", dir)
		out, err := c.try("-C", dir, "fetch", "-q", s.URL+"/r.git", repo.Hash("main~1"))
		if (err != nil) != v0 {
			t.Errorf("V0 %v: %v: %s", v0, err, out)
		}
	}
}
