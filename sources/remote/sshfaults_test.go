package remote

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"confit/render/diag"

	"golang.org/x/crypto/ssh"
)

func line(pattern string, key ssh.PublicKey) string {
	return pattern + " " + string(ssh.MarshalAuthorizedKey(key))
}

func hostKeys(t *testing.T) map[string]ssh.Signer {
	t.Helper()
	keys := map[string]ssh.Signer{}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]any{"rsa": r, "ecdsa": e} {
		if keys[name], err = ssh.NewSignerFromKey(key); err != nil {
			t.Fatal(err)
		}
	}
	keys["ed25519"], _ = newKey(t)
	keys["other"], _ = newKey(t)
	return keys
}

// certificate is signed by hand, as (*ssh.Certificate).SignCert wants hosts.
func certificate(t *testing.T, key, ca ssh.Signer, hosts ...string) ssh.Signer {
	t.Helper()
	cert := &ssh.Certificate{
		Nonce: make([]byte, 32), Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: hosts,
		ValidBefore: ssh.CertTimeInfinity, SignatureKey: ca.PublicKey(),
	}
	all := cert.Marshal()
	var err error
	if cert.Signature, err = ca.Sign(rand.Reader, all[:len(all)-len("size")]); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestHostKey(t *testing.T) {
	repo := newRepo(t)
	keys := hostKeys(t)
	ed, other := keys["ed25519"].PublicKey(), keys["other"].PublicKey()
	fp, fpOther := ssh.FingerprintSHA256(ed), ssh.FingerprintSHA256(other)
	ca := line("@cert-authority 127.*,[127.*", other)
	tests := map[string]struct {
		shows ssh.Signer
		known string // HOST is the server
		text  []string
	}{
		"ed25519":        {keys["ed25519"], line("HOST", ed), nil},
		"rsa":            {keys["rsa"], line("HOST", keys["rsa"].PublicKey()), nil},
		"ecdsa":          {keys["ecdsa"], line("HOST", keys["ecdsa"].PublicKey()), nil},
		"second line":    {keys["ed25519"], "# a comment\n\n" + line("HOST", other) + line("HOST", ed), nil},
		"unknown":        {keys["ed25519"], line("other.example.com", ed), []string{"not in known_hosts", "the server shows ssh-ed25519 " + fp}},
		"other port":     {keys["ed25519"], line("127.0.0.1", ed), []string{"not in known_hosts", fp}},
		"changed":        {keys["ed25519"], line("HOST", other), []string{"not the known one", "shows ssh-ed25519 " + fp, "known is ssh-ed25519 " + fpOther}},
		"other type":     {keys["ed25519"], line("HOST", keys["rsa"].PublicKey()), []string{"no host key of the type", "known is ssh-rsa SHA256:"}},
		"revoked":        {keys["ed25519"], line("HOST", ed) + line("@revoked *", ed), []string{"revoked", fp}},
		"signed":         {certificate(t, keys["ed25519"], keys["other"], "127.0.0.1"), ca, nil},
		"signed by else": {certificate(t, keys["ed25519"], keys["ecdsa"], "127.0.0.1"), ca, []string{"host certificate", "known is the authority ssh-ed25519 " + fpOther}},
		"for else":       {certificate(t, keys["ed25519"], keys["other"], "evil.example.com"), ca, []string{"host certificate"}},
		"for no host":    {certificate(t, keys["ed25519"], keys["other"]), ca, []string{"for another host or none"}},
		"revoked ca":     {certificate(t, keys["ed25519"], keys["other"], "127.0.0.1"), ca + line("@revoked *", other), []string{"git-host-key"}},
		"ca as key":      {keys["other"], ca, []string{"no host key of the type"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := startSSH(t, repo.root)
			srv.mu.Lock()
			srv.hostKey = tt.shows
			srv.mu.Unlock()
			_, port, _ := net.SplitHostPort(srv.addr)
			auth := srv.auth()
			auth["known_hosts"] = []byte(strings.NewReplacer("HOST", "[127.0.0.1]:"+port, "[127.*", "[127.*]:"+port).Replace(tt.known))
			got := fetchFrom(t, &Remote{URL: srv.url(), Auth: auth}, "")
			if tt.text == nil {
				got.wantPack(t)
				return
			}
			for _, text := range tt.text {
				wantProblem(t, got.err, diag.CauseTrust, "git-host-key", text)
			}
			if len(got.notices) > 0 {
				t.Errorf("notices: %q", got.notices)
			}
		})
	}
}

func TestSSHAuth(t *testing.T) {
	repo := newRepo(t)
	srv := startSSH(t, repo.root)
	_, stranger := newKey(t)
	key, err := ssh.ParseRawPrivateKey(srv.pem)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	lockedPEM := string(pem.EncodeToMemory(locked))
	known := srv.knownHosts()
	tests := map[string]struct {
		auth map[string][]byte
		code string
		text string
	}{
		"no newline":       {with(nil, "ssh-privatekey", strings.TrimSpace(string(srv.pem)), "known_hosts", strings.TrimSpace(known)), "", ""},
		"flux":             {with(nil, "identity", string(srv.pem), "identity.pub", "x", "known_hosts", known), "", ""},
		"passphrase":       {with(nil, "identity", lockedPEM, "password", secret+"\n", "known_hosts", known), "", ""},
		"none needed":      {with(nil, "identity", string(srv.pem), "password", secret, "known_hosts", known), "", ""},
		"no passphrase":    {with(nil, "identity", lockedPEM, "known_hosts", known), "git-auth", "has a passphrase"},
		"wrong passphrase": {with(nil, "identity", lockedPEM, "password", secret+"1", "known_hosts", known), "git-auth", "has a passphrase"},
		"stranger":         {with(nil, "identity", string(stranger), "known_hosts", known), "git-auth", "does not accept the key SHA256:"},
		"nothing":          {nil, "git-auth", "needs a private key"},
		"basic":            {with(nil, "username", "u", "password", secret), "git-auth", "needs a private key"},
		"no known_hosts":   {with(nil, "identity", string(srv.pem)), "git-host-key", "host keys are always checked"},
		"blank hosts":      {with(nil, "identity", string(srv.pem), "known_hosts", " \n"), "git-host-key", "host keys are always checked"},
		"bad hosts":        {with(nil, "identity", string(srv.pem), "known_hosts", "h ssh-ed25519 "+secret), "git-auth", "line 1 of known_hosts"},
		"bad key":          {with(nil, "identity", secret, "known_hosts", known), "git-auth", "cannot be read"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := fetchFrom(t, &Remote{URL: srv.url(), Auth: tt.auth}, "")
			if tt.code == "" {
				got.wantPack(t)
				return
			}
			wantProblem(t, got.err, diag.CauseTrust, tt.code, tt.text)
		})
	}
}

func TestSSHFaults(t *testing.T) {
	repo := newRepo(t)
	srv := startSSH(t, repo.root)
	fetch := func(url string) result {
		return fetchFrom(t, &Remote{URL: url, Auth: srv.auth(), Timeout: 10 * time.Second, stall: 300 * time.Millisecond}, "")
	}
	wantProblem(t, fetch(strings.Replace(srv.url(), "web.git", "it's$(not)there.git", 1)).err, diag.CauseRemote, "git-remote", "does not appear to be a git repository")

	spoil := func(f func(ssh.Channel) uint32) {
		srv.mu.Lock()
		defer srv.mu.Unlock()
		srv.override = f
	}
	spoil(func(c ssh.Channel) uint32 { _, _ = io.WriteString(c, "00a"); return 0 })
	fetch(srv.url()).wantPack(t)
	spoil(func(c ssh.Channel) uint32 { time.Sleep(700 * time.Millisecond); return 0 })
	fetch(srv.url()).wantPack(t)
	spoil(func(c ssh.Channel) uint32 {
		_, _ = io.WriteString(c, "003d")
		_, _ = io.WriteString(c.Stderr(), "\x1b[31mkilled ::error::\n"+strings.Repeat("x", 5000))
		return 137
	})
	got := fetch(srv.url())
	got.wantPack(t)
	if notices := strings.Join(got.notices, "\n"); !strings.Contains(notices, `says "\x1b[31mkilled`) || strings.Contains(notices, "::") {
		t.Errorf("notices %q", got.notices)
	}
}
