package verify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestLines checks objects against the options of a line.
func TestLines(t *testing.T) {
	s := newSSH(t)
	key := authorized(s.PublicKey())
	text := commitHead + message
	object := []byte(commitHead + inHeader("gpgsig", sshSign(t, s, []byte(text), nil)) + message)
	const day, before, after = "20260921", "20260920", "20260922" // 1790000000 is on that day
	for options, want := range map[string]bool{
		"": true, `valid-after="` + before + `"`: true, `valid-before="` + after + `"`: true,
		`valid-after="` + day + `",valid-before="` + after + `"`: true,
		`valid-after="` + after + `"`:                            false,
		`valid-before="` + day + `"`:                             false,
		"cert-authority":                                         false,
	} {
		_, err := signers(t, "a "+options+" "+key).Check("commit", "commit", object, now())
		if (err == nil) != want {
			t.Errorf("with %q: %v", options, err)
		}
	}
	line := `a valid-before="` + before + `" ` + key
	if _, err := signers(t, line+"b "+key).Check("commit", "commit", object, now()); err != nil {
		t.Errorf("the second line of a key is not asked: %v", err)
	}
}

// A longSigner adds to its signatures what no signature of its kind has.
type longSigner struct{ ssh.Signer }

func (s longSigner) Sign(r io.Reader, data []byte) (*ssh.Signature, error) {
	sig, err := s.Signer.Sign(r, data)
	if err == nil {
		sig.Rest = []byte("x")
	}
	return sig, err
}

func TestSSHBlobs(t *testing.T) {
	s := newSSH(t)
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	old, err := ssh.NewSignerFromKey(small) // signs with SHA-1 when it is not told otherwise
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ssh.NewSignerFromKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	keys := signers(t, "a "+authorized(s.PublicKey())+"b "+authorized(old.PublicKey())+"c "+authorized(ec.PublicKey()))
	tests := map[string]struct {
		by     ssh.Signer
		change func(*sshBlob)
		want   string
	}{
		"good":           {s, func(*sshBlob) {}, ""},
		"ecdsa":          {ec, func(*sshBlob) {}, ""},
		"RSA with SHA-1": {old, func(*sshBlob) {}, "SHA-1"},
		"magic":          {s, func(b *sshBlob) { b.Magic[0] = 'X' }, "malformed"},
		"version":        {s, func(b *sshBlob) { b.Version = 2 }, "version"},
		"namespace":      {s, func(b *sshBlob) { b.Namespace = "file" }, "namespace"},
		"reserved":       {s, func(b *sshBlob) { b.Reserved = "x" }, "more than"},
		"hash":           {s, func(b *sshBlob) { b.Hash = "sha1" }, "hash other"},
		"other hash":     {s, func(b *sshBlob) { b.Hash = "sha256" }, "does not match"},
		"key":            {s, func(b *sshBlob) { b.PublicKey = []byte("x") }, "by a key that is malformed"},
		"other key":      {s, func(b *sshBlob) { b.PublicKey = ec.PublicKey().Marshal() }, "does not match"},
		"unknown key":    {newSSH(t), func(*sshBlob) {}, "not trusted"},
		"no signature":   {s, func(b *sshBlob) { b.Signature = []byte{0} }, "malformed"},
		"more":           {longSigner{s}, func(*sshBlob) {}, "does not match"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			object := commitHead + inHeader("gpgsig", sshSign(t, test.by, []byte(commitHead+message), test.change)) + message
			_, err := keys.Check("commit", "commit", []byte(object), now())
			if test.want == "" && err != nil || test.want != "" && !strings.Contains(refusal(t, err), test.want) {
				t.Errorf("Check: %v, want %q", err, test.want)
			}
		})
	}
}

// certify signs a certificate, also one that (*ssh.Certificate).SignCert would not.
func certify(t *testing.T, c *ssh.Certificate, ca ssh.Signer) {
	t.Helper()
	c.Nonce, c.SignatureKey = make([]byte, 32), ca.PublicKey()
	all := c.Marshal()
	var err error
	if c.Signature, err = ca.Sign(rand.Reader, all[:len(all)-len("size")]); err != nil {
		t.Fatal(err)
	}
}

func TestCertificates(t *testing.T) {
	ca, user := newSSH(t), newSSH(t)
	keys := signers(t, "*@example.com,!b@* cert-authority "+authorized(ca.PublicKey()))
	hour := uint64(made().Unix())
	tests := map[string]struct {
		change func(*ssh.Certificate)
		want   string
	}{
		"good":            {func(*ssh.Certificate) {}, ""},
		"of a host":       {func(c *ssh.Certificate) { c.CertType = ssh.HostCert }, "not for a user"},
		"nobody":          {func(c *ssh.Certificate) { c.ValidPrincipals = nil }, "other names"},
		"excluded":        {func(c *ssh.Certificate) { c.ValidPrincipals = []string{"b@example.com", "c"} }, "other names"},
		"expired":         {func(c *ssh.Certificate) { c.ValidBefore = hour - 1 }, "does not hold"},
		"not yet":         {func(c *ssh.Certificate) { c.ValidAfter = hour + 1 }, "does not hold"},
		"critical option": {func(c *ssh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "x"} }, "does not hold"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &ssh.Certificate{Key: user.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"x", "a@example.com"}, ValidAfter: hour - 9, ValidBefore: hour + 9}
			test.change(c)
			certify(t, c, ca)
			check := func() error {
				sig := sshSign(t, user, []byte(commitHead+message), func(b *sshBlob) { b.PublicKey = c.Marshal() })
				_, err := keys.Check("commit", "commit", []byte(commitHead+inHeader("gpgsig", sig)+message), now())
				return err
			}
			if err := check(); test.want == "" && err != nil || test.want != "" && !strings.Contains(refusal(t, err), test.want) {
				t.Errorf("Check: %v, want %q", err, test.want)
			}
			c.Serial++ // no longer what the authority signed
			refusal(t, check())
		})
	}
}

// TestAuthoritySHA1 checks a certificate that its authority signed with SHA-1.
func TestAuthoritySHA1(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	user, text := newSSH(t), commitHead+message
	c := &ssh.Certificate{Key: user.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"a"}, ValidBefore: ssh.CertTimeInfinity}
	old := struct{ ssh.Signer }{authority} // not known to have other algorithms, it is asked for SHA-1
	if err := c.SignCert(rand.Reader, old); err != nil || c.Signature.Format != ssh.KeyAlgoRSA {
		t.Fatalf("the certificate is signed by %v, %v", c.Signature, err)
	}
	sig := sshSign(t, user, []byte(text), func(b *sshBlob) { b.PublicKey = c.Marshal() })
	_, err = signers(t, "* cert-authority "+authorized(authority.PublicKey())).Check("commit", "commit", []byte(commitHead+inHeader("gpgsig", sig)+message), now())
	if got := refusal(t, err); !strings.Contains(got, "SHA-1") {
		t.Errorf("Check: %q", got)
	}
}

func TestMatchList(t *testing.T) {
	tests := map[string]struct {
		s, list string
		want    bool
	}{
		"same": {"git", "git", true}, "one of": {"git", "file,git", true}, "prefix": {"git", "gi", false},
		"star": {"git", "*", true}, "stars": {"a@b.c", "*@*.c", true}, "star that goes back": {"aab", "*ab", true},
		"mark": {"git", "g?t", true}, "mark is one": {"gt", "g?t", false}, "star at the end": {"git", "git**", true},
		"negated": {"git", "*,!git", false}, "only negated": {"git", "!x", false}, "empty": {"", "", true},
	}
	for name, test := range tests {
		if got := matchList(test.s, test.list); got != test.want {
			t.Errorf("%s: matchList(%q, %q) = %v", name, test.s, test.list, got)
		}
	}
}
