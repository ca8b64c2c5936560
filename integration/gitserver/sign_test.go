package gitserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confit/integration/gitserver"
)

// keyring is the home of a gpg that knows keys.
func keyring(t *testing.T, keys ...*gitserver.PGPKey) string {
	home := t.TempDir()
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		cmd := exec.Command("gpg", "--homedir", home, "--batch", "--import")
		cmd.Stdin = strings.NewReader(k.Public)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("gpg: %v\n%s", err, out)
		}
	}
	return home
}

func TestPGP(t *testing.T) {
	w := gitserver.For(t)
	good, other := w.PGPKey(time.Time{}, 0), w.PGPKey(time.Time{}, 0)
	expired := w.PGPKey(time.Time{}, time.Hour)
	dir := filepath.Join(w.Root, "r.git")
	repo := w.Repo("r.git")
	c := newClient(t, "GNUPGHOME="+keyring(t, good, expired))
	for name, test := range map[string]struct {
		sign []gitserver.Signer
		good bool
		says string
	}{
		"good":    {[]gitserver.Signer{good}, true, "Good signature"},
		"unknown": {[]gitserver.Signer{other}, false, "No public key"},
		"expired": {[]gitserver.Signer{expired}, false, "Note: This key has expired!"},
		"joint":   {[]gitserver.Signer{gitserver.Joint{good, other}}, false, "Good signature"},
		"several": {[]gitserver.Signer{good, other}, false, "Signature made"},
		"none":    {nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			repo.Push(gitserver.Commit{Branch: name, Sign: test.sign})
			repo.Tag(gitserver.Tag{Name: name, At: name, Message: "m", Sign: test.sign})
			for _, verify := range []string{"verify-commit", "verify-tag"} {
				rev := map[string]string{"verify-commit": "refs/heads/" + name, "verify-tag": "refs/tags/" + name}[verify]
				out, err := c.try("-C", dir, verify, rev)
				if (err == nil) != test.good || !strings.Contains(out, test.says) {
					t.Errorf("git %s: %v, %s", verify, err, out)
				}
			}
		})
	}
}

func TestSSHSignature(t *testing.T) {
	w := gitserver.For(t)
	rsaKey, err1 := rsa.GenerateKey(rand.Reader, 2048)
	ecKey, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	rsaSSH, err1 := gitserver.SSHKeyOf(rsaKey)
	ecSSH, err2 := gitserver.SSHKeyOf(ecKey)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	good, expired := w.SSHKey(), w.SSHKey()
	allowed := file(t, strings.Join([]string{
		good.AllowedSigner("a@example.com"), rsaSSH.AllowedSigner("b@example.com", `namespaces="git"`), ecSSH.AllowedSigner("*"),
		expired.AllowedSigner("c@example.com", `valid-before="20200101"`), "",
	}, "\n"))
	repo := w.Repo("r.git")
	c := newClient(t)
	for name, test := range map[string]struct {
		sign gitserver.Signer
		says string
	}{
		"ed25519": {good, `Good "git" signature for a@example.com`},
		"rsa":     {rsaSSH, `Good "git" signature for b@example.com`},
		"ecdsa":   {ecSSH, `Good "git" signature for *`},
		"unknown": {w.SSHKey(), "No principal matched"},
		"expired": {expired, "No principal matched"},
	} {
		t.Run(name, func(t *testing.T) {
			repo.Push(gitserver.Commit{Branch: name, Sign: []gitserver.Signer{test.sign}})
			out, err := c.try("-C", filepath.Join(w.Root, "r.git"), "-c", "gpg.ssh.allowedSignersFile="+allowed, "verify-commit", "-v", name)
			if !strings.Contains(out, test.says) || (err == nil) != strings.HasPrefix(test.says, "Good") {
				t.Errorf("git verify-commit: %v, %s", err, out)
			}
		})
	}
}
