package verify

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGPG(t *testing.T) {
	w := newWorkshop(t)
	for _, algo := range []string{"ed25519", "rsa4096", "nistp256"} {
		key := w.gpgKey(algo+"@example.com", algo, "sign", "never")
		for kind, object := range w.objects("openpgp", key) {
			s, err := w.keyring(key).Check(kind, kind, object, time.Now())
			if err != nil || s.Key != key || s.Name != "A <"+algo+"@example.com>" {
				t.Errorf("%s of %s: %v, %v", kind, algo, s, err)
			}
			if err := w.git(kind, object); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestGPGLife is about keys over time: subkeys, expiry, revocation.
func TestGPGLife(t *testing.T) {
	w := newWorkshop(t)
	refused := func(k Keys, object []byte, at time.Time, want string) {
		t.Helper()
		_, err := k.Check("commit", "commit", object, at)
		if got := refusal(t, err); !strings.Contains(got, want) {
			t.Errorf("refused with %q, want %q", got, want)
		}
	}
	key := w.gpgKey("a@example.com", "ed25519", "cert", "30d")
	w.gpg("--quick-add-key", key, "ed25519", "sign", "2d")
	object := w.objects("openpgp", key)["commit"]
	keys := w.keyring(key)
	if s, err := keys.Check("commit", "commit", object, time.Now()); err != nil || s.Key != key {
		t.Errorf("by a subkey: %v, %v", s, err)
	}
	refused(keys, object, time.Now().Add(3*24*time.Hour), "expired")
	refused(keys, object, time.Now().Add(31*24*time.Hour), "expired")
	refused(keys, object, time.Now().Add(-time.Hour), "future")
	if _, err := keys.Check("commit", "commit", object, time.Now()); err != nil {
		t.Errorf("later checks changed the keys: %v", err)
	}
	w.gpg("--quick-add-key", key, "cv25519", "encr", "never")
	w.gpg("--quick-set-expire", key, "60d")
	if _, err := w.keyring(key).Check("commit", "commit", object, time.Now()); err != nil {
		t.Errorf("extended: %v", err)
	}

	weak := w.gpgKey("weak@example.com", "rsa2048", "sign", "never")
	text := commitHead + message
	plain := strings.ReplaceAll(text, "1790000000", fmt.Sprint(time.Now().Unix()))
	sig := w.run(plain, "gpg", "--batch", "--digest-algo", "SHA1", "-u", weak, "--armor", "--detach-sign")
	body, _ := strings.CutSuffix(plain, message)
	refused(w.keyring(weak), []byte(body+inHeader("gpgsig", sig)+message), time.Now(), "SHA-1")
	old := []string{"--cert-digest-algo", "SHA1", "--quick-generate-key", "Old <old@example.com>", "rsa2048", "sign", "never"}
	w.gpg(old...)
	refused(w.keyring("old@example.com"), w.objects("openpgp", "old@example.com")["commit"], time.Now(), "self-signature")

	revocation := strings.ReplaceAll(w.read(filepath.Join(w.home, "openpgp-revocs.d", key+".rev")), "\n:---", "\n---")
	before := w.gpg("--export", "--armor", key)
	w.gpg("--import", w.write("revocation", revocation))
	refused(w.keyring(key), object, time.Now(), "revoked")
	if err := w.git("commit", object); err == nil {
		t.Error("git accepts a revoked key")
	}
	_, err := ParseKeys([]File{{"keys.asc", []byte(before + revocation)}}, nil)
	if err == nil || !strings.Contains(err.Error(), "without its key") {
		t.Errorf("a revocation beside the key: %v", err)
	}
	for _, private := range []string{w.gpg("--export-secret-keys", "--armor", weak), w.gpg("--export-secret-keys", weak)} {
		if _, err := ParseKeys([]File{{"k", []byte(private)}}, nil); err == nil || !strings.Contains(err.Error(), "private key") {
			t.Errorf("a private key: %v", err)
		}
	}
}

func TestSSHTools(t *testing.T) {
	w := newWorkshop(t)
	ca := w.sshKey("ca", "-t", "ed25519")
	for name, args := range map[string][]string{
		"ed25519": {"-t", "ed25519"}, "rsa": {"-t", "rsa", "-b", "3072"}, "p256": {"-t", "ecdsa", "-b", "256"}, "p521": {"-t", "ecdsa", "-b", "521"},
	} {
		file := w.sshKey(name, args...)
		line := "a@example.com " + w.read(file+".pub")
		w.write("signers", line)
		for kind, object := range w.objects("ssh", file) {
			s, err := signers(t, line).Check(kind, kind, object, time.Now())
			if print := w.run("", "ssh-keygen", "-lf", file+".pub"); err != nil || !strings.Contains(print, s.Key) || s.Name != "a@example.com" {
				t.Errorf("%s by %s: %v, %v", kind, name, s, err)
			}
			if err := w.git(kind, object); err != nil {
				t.Error(err)
			}
		}
		w.run("", "ssh-keygen", "-q", "-s", ca, "-I", "id", "-n", "b@example.com,a@example.com", "-V", "-1h:+1h", file+".pub")
		line = "*@example.com,!b@* cert-authority,namespaces=\"git\" " + w.read(ca+".pub")
		w.write("signers", line)
		object := w.objects("ssh", file+"-cert.pub")["commit"]
		if s, err := signers(t, line).Check("commit", "commit", object, time.Now()); err != nil || s.Name != "a@example.com" {
			t.Errorf("certificate of %s: %v, %v", name, s, err)
		}
		if err := w.git("commit", object); err != nil {
			t.Error(err)
		}
		for _, line := range []string{
			"*@example.org cert-authority " + w.read(ca+".pub"), "* " + w.read(ca+".pub"),
			"* cert-authority " + w.read(file+".pub"), "* " + w.read(file+".pub"),
		} {
			w.write("signers", line)
			if _, err := signers(t, line).Check("commit", "commit", object, time.Now()); err == nil {
				t.Errorf("a certificate of %s is accepted by %q", name, line)
			}
			if err := w.git("commit", object); err == nil {
				t.Errorf("git accepts a certificate of %s by %q", name, line)
			}
		}
	}
}

// stricter are the changes which git accepts and we do not.
var stricter = []string{"text after the signature", "second block", "more at the end"}

// TestDifferential holds our verdict against that of git: we accept nothing that it
// refuses, and refuse what it accepts only where we mean to.
func TestDifferential(t *testing.T) {
	w := newWorkshop(t)
	gpg, file := w.gpgKey("a@example.com", "ed25519", "sign", "never"), w.sshKey("key", "-t", "ed25519")
	line := "a@example.com " + w.read(file+".pub")
	w.write("signers", line)
	for format, k := range map[string]struct {
		key  string
		keys Keys
	}{"openpgp": {gpg, w.keyring(gpg)}, "ssh": {file, signers(t, line)}} {
		for kind, object := range w.objects(format, k.key) {
			for name, bad := range changes(kind, object) {
				_, ours := k.keys.Check(kind, kind, bad, time.Now())
				theirs := w.git(kind, bad)
				if ours == nil && theirs != nil {
					t.Errorf("%s %s, %s: we accept, and git says %v", format, kind, name, theirs)
				}
				if ours != nil && theirs == nil && !slices.Contains(stricter, name) && !strings.HasPrefix(name, "byte") {
					t.Errorf("%s %s, %s: git accepts, and we say %v", format, kind, name, ours)
				}
			}
		}
	}
}

// changes are objects that differ from a good one, and the good one itself.
func changes(kind string, object []byte) map[string][]byte {
	s := string(object)
	begin := strings.Index(s, "-----BEGIN")
	end := strings.Index(s, "SIGNATURE-----\n")
	end = end + strings.Index(s[end+1:], "SIGNATURE-----\n") + 1 + len("SIGNATURE-----\n")
	prefix, sig := "", s[begin:end]
	if kind == "commit" {
		prefix = " "
	}
	all := map[string][]byte{
		"none":                     object,
		"message":                  []byte(strings.Replace(s, "\n\n", "\n\nx", 1)),
		"more at the end":          []byte(s + "x"),
		"empty line after":         []byte(s[:end] + prefix + "\n" + s[end:]),
		"text after the signature": []byte(s[:end] + prefix + "x\n" + s[end:]),
		"second block":             []byte(s[:end] + prefix + sig + s[end:]),
		"CRLF":                     []byte(strings.ReplaceAll(s, "\n", "\r\n")),
		"date":                     []byte(strings.Replace(s, "> 1", "> 2", 1)),
		"NUL":                      []byte(strings.Replace(s, "\n\n", "\n\n\x00", 1)),
		"header":                   []byte("x y\n" + s),
		"unsigned":                 []byte(s[:begin] + "x" + s[begin:]),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		at, bad := r.IntN(len(object)), slices.Clone(object)
		bad[at] ^= 1 << r.IntN(8)
		all[fmt.Sprintf("byte %d to %q", at, bad[at])] = bad
	}
	return all
}
