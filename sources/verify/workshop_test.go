package verify

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A workshop has a repository, and keys of the real tools: git, gpg, ssh-keygen.
type workshop struct {
	t    *testing.T
	dir  string
	home string // of gpg
}

func newWorkshop(t *testing.T) workshop {
	t.Helper()
	for _, tool := range []string{"git", "gpg", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is not here: sh integration/setup.sh installs it", tool)
		}
	}
	home, err := os.MkdirTemp("", "gpg") // the agent's socket needs a short path
	if err != nil {
		t.Fatal(err)
	}
	w := workshop{t, t.TempDir(), home}
	t.Cleanup(func() {
		w.run("", "gpgconf", "--kill", "all")
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	w.run("", "git", "init", "-q", ".")
	return w
}

// try runs a command and returns what it prints.
func (w workshop) try(stdin, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(stdin)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "GNUPGHOME=" + w.home, "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com",
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s %q: %w: %s", name, args, err, stderr.Bytes())
	}
	return string(out), err
}

func (w workshop) run(stdin, name string, args ...string) string {
	w.t.Helper()
	out, err := w.try(stdin, name, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w workshop) gpg(args ...string) string {
	w.t.Helper()
	return w.run("", "gpg", append([]string{"--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", "--trust-model", "always"}, args...)...)
}

// gpgKey makes a key and returns its fingerprint.
func (w workshop) gpgKey(mail, algo, usage, expire string) string {
	w.t.Helper()
	w.gpg("--quick-generate-key", "A <"+mail+">", algo, usage, expire)
	list := w.gpg("--list-keys", "--with-colons", mail)
	return regexp.MustCompile(`fpr:+([0-9A-F]+):`).FindStringSubmatch(list)[1]
}

// sshKey makes a key and returns its file; the public key is in the same with .pub.
func (w workshop) sshKey(name string, args ...string) string {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	w.run("", "ssh-keygen", append([]string{"-q", "-N", "", "-C", "", "-f", file}, args...)...)
	return file
}

func (w workshop) read(file string) string {
	w.t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func (w workshop) write(name, text string) string {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// objects makes a signed commit and a signed tag of it.
func (w workshop) objects(format, key string) map[string][]byte {
	w.t.Helper()
	sign := []string{"-c", "gpg.format=" + format, "-c", "user.signingkey=" + key}
	w.run("", "git", append(sign, "commit", "-q", "--allow-empty", "-S", "-m", "Ein Änderung\r\n\nmore")...)
	w.run("", "git", append(sign, "tag", "-f", "-s", "-m", "a tag", "v1")...)
	return map[string][]byte{
		"commit": []byte(w.run("", "git", "cat-file", "commit", "HEAD")),
		"tag":    []byte(w.run("", "git", "cat-file", "tag", "v1")),
	}
}

// git asks git itself.
func (w workshop) git(kind string, object []byte) error {
	hash, err := w.try(string(object), "git", "hash-object", "-t", kind, "-w", "--stdin", "--literally")
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.try("", "git", "-c", "gpg.ssh.allowedSignersFile="+filepath.Join(w.dir, "signers"), "verify-"+kind, strings.TrimSpace(hash))
	return err
}

func (w workshop) keyring(export ...string) Keys {
	w.t.Helper()
	k, err := ParseKeys([]File{{"keys.asc", []byte(w.gpg(append([]string{"--export", "--armor"}, export...)...))}}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func signers(t *testing.T, text string) Keys {
	t.Helper()
	k, err := ParseKeys(nil, []File{{"signers", []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}
