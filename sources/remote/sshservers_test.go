package remote

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"confit/render/diag"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// wantOnce is a problem of the first try.
func wantOnce(t *testing.T, got result, cause diag.Cause, code string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		wantProblem(t, got.err, cause, code, text)
	}
	if len(got.notices) > 0 {
		t.Errorf("retried: %q", got.notices)
	}
}

// TestSSHAlgorithms has servers that offer little: confit takes what a hardened sshd has,
// and leaves what OpenSSH's client leaves.
func TestSSHAlgorithms(t *testing.T) {
	repo := newRepo(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	only512, err := ssh.NewSignerWithAlgorithms(signer.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSASHA512})
	if err != nil {
		t.Fatal(err)
	}
	macs := func(names ...string) func(*ssh.ServerConfig) {
		return func(c *ssh.ServerConfig) { c.Ciphers, c.MACs = []string{ssh.CipherAES128CTR}, names }
	}
	exchanges := func(names ...string) func(*ssh.ServerConfig) {
		return func(c *ssh.ServerConfig) { c.KeyExchanges = names }
	}
	for name, tt := range map[string]struct {
		tune func(*ssh.ServerConfig)
		text []string // of the error; none for a fetch
	}{
		"group16":               {exchanges(ssh.KeyExchangeDH16SHA512), nil},
		"group-exchange-sha256": {exchanges(ssh.KeyExchangeDHGEXSHA256), nil},
		"group14-sha1":          {exchanges(ssh.InsecureKeyExchangeDH14SHA1), []string{"no key exchange that is safe enough", "it offers diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha256"}},
		"hmac-sha2-512":         {macs(ssh.HMACSHA512), nil},
		"hmac-sha1-96":          {macs(ssh.InsecureHMACSHA196), []string{"MAC that is safe enough", "it offers hmac-sha1-96"}},
		"rsa-sha2-512 of users": {func(c *ssh.ServerConfig) { c.PublicKeyAuthAlgorithms = []string{ssh.KeyAlgoRSASHA512} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			srv := startSSH(t, repo.root)
			srv.mu.Lock()
			srv.tune, srv.hostKey, srv.client = tt.tune, only512, signer.PublicKey()
			srv.mu.Unlock()
			auth := with(nil, "identity", string(pem.EncodeToMemory(block)), "known_hosts", srv.knownHosts())
			got := fetchFrom(t, &Remote{URL: srv.url(), Auth: auth}, "")
			if tt.text == nil {
				got.wantPack(t)
				return
			}
			wantOnce(t, got, diag.CauseTrust, "git-host-key", tt.text...)
			p := (*diag.Problem)(nil)
			if errors.As(got.err, &p); strings.Contains(p.Hint, "group14-sha1") || strings.Contains(p.Hint, "sha1-96") || strings.Contains(shown(p), "kex-strict") {
				t.Errorf("%s", shown(p))
			}
		})
	}
}

// expired is signed by ca, for hosts, and was good until an hour ago.
func expired(t *testing.T, key, ca ssh.Signer, hosts ...string) ssh.Signer {
	t.Helper()
	cert := &ssh.Certificate{
		Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: hosts,
		ValidBefore: uint64(time.Now().Add(-time.Hour).Unix()),
	}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// TestHostKeyAdvice has known_hosts files that come near the key of the server.
func TestHostKeyAdvice(t *testing.T) {
	repo := newRepo(t)
	keys := hostKeys(t)
	ed, ca := keys["ed25519"].PublicKey(), keys["other"]
	authority := line("@cert-authority HOST", ca.PublicKey())
	signed := certificate(t, keys["ed25519"], ca, "127.0.0.1")
	sha1Only, err := ssh.NewSignerWithAlgorithms(keys["rsa"].(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	if err != nil {
		t.Fatal(err)
	}
	late := expired(t, keys["ed25519"], ca, "127.0.0.1")
	for name, tt := range map[string]struct {
		shows ssh.Signer
		known string
		text  []string
	}{
		"no port":                 {keys["ed25519"], line("127.0.0.1", ed), []string{"not in known_hosts", "known_hosts has this very key for 127.0.0.1", "write the line again with [127.0.0.1]:"}},
		"no port, another key":    {keys["ed25519"], line("127.0.0.1", ca.PublicKey()), []string{"not in known_hosts", "somebody is in between"}},
		"another name":            {keys["ed25519"], line("git.example.com", ed), []string{"not in known_hosts", "known_hosts has this very key for git.example.com"}},
		"hashed name":             {keys["ed25519"], line(knownhosts.HashHostname("git.example.com"), ed), []string{"known_hosts has this very key for a hashed name"}},
		"signed by else":          {certificate(t, keys["ed25519"], keys["ecdsa"], "127.0.0.1"), authority, []string{"not signed by a known authority"}},
		"for another host":        {certificate(t, keys["ed25519"], ca, "a.example.com", "b"), authority, []string{"is for another host or none:", "a.example.com, b"}},
		"expired":                 {late, authority, []string{"the host certificate has expired"}},
		"expired, key known":      {late, authority + line("HOST", ed), nil},
		"key known first":         {late, line("HOST", ed) + authority, nil},
		"rsa by SHA-1":            {sha1Only, line("HOST", keys["rsa"].PublicKey()), []string{"by SHA-1 only", "the server offers ssh-rsa", "ed25519"}},
		"key revoked":             {signed, authority + line("@revoked *", ed), []string{"the host key is revoked"}},
		"authority revoked":       {signed, authority + line("HOST", ed) + line("@revoked *", ca.PublicKey()), []string{"the authority that signed the host certificate is revoked"}},
		"revoked, no other known": {keys["ed25519"], line("@revoked *", ed), []string{"the host key is revoked"}},
		"revoked, of other type":  {keys["ed25519"], line("HOST", keys["rsa"].PublicKey()) + line("@revoked *", ed), []string{"the host key is revoked"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := startSSH(t, repo.root)
			srv.mu.Lock()
			srv.hostKey = tt.shows
			srv.mu.Unlock()
			_, port, _ := net.SplitHostPort(srv.addr)
			auth := with(srv.auth(), "known_hosts", strings.ReplaceAll(tt.known, "HOST", "[127.0.0.1]:"+port))
			got := fetchFrom(t, &Remote{URL: srv.url(), Auth: auth}, "")
			if tt.text == nil {
				got.wantPack(t)
				return
			}
			wantOnce(t, got, diag.CauseTrust, "git-host-key", tt.text...)
		})
	}
}

func TestEncryptedPKCS8(t *testing.T) {
	text := string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("any")}))
	srv := &sshd{}
	auth := with(srv.fill(t), "identity", text, "password", secret)
	err := (&Remote{URL: "git@git.example.com:a.git", Auth: auth}).Check()
	wantProblem(t, err, diag.CauseTrust, "git-auth", "encrypted PKCS#8")
	wantProblem(t, err, diag.CauseTrust, "git-auth", "ssh-keygen -p -f KEY")
}

// TestSSHWords has servers that are no Git servers, or end with words of their own.
func TestSSHWords(t *testing.T) {
	repo := newRepo(t)
	list := pkt(aHash+" HEAD\x00side-band-64k", aHash+" refs/heads/x", "")
	say := func(list, stdout, stderr string, status uint32) func(ssh.Channel) uint32 {
		return func(c ssh.Channel) uint32 {
			_, _ = io.WriteString(c, list)
			if list != "" {
				_, _ = c.Read(make([]byte, 1<<10))
			}
			_, _ = io.WriteString(c, stdout)
			_, _ = io.WriteString(c.Stderr(), stderr)
			return status
		}
	}
	for name, tt := range map[string]struct {
		run  func(ssh.Channel) uint32
		text []string // of the error; none for a second try that fetches
	}{
		"nologin":        {say("", "This account is \x1b[1mnot available.\n", "", 1), []string{`it says "This account is \x1b[1mnot available."`, "a login shell"}},
		"short word":     {say("", "hi\n", "", 0), []string{"it says hi"}},
		"like a length":  {say("", "deactivated account\n", "", 0), []string{"it says deactivated account"}},
		"greeting first": {say("", "Welcome!\n"+list, "", 0), []string{`it says "Welcome!`}},
		"refuses":        {say(list, "", "fatal: capability thin-pack is wanted\n", 1), []string{"does not take the request: it ended with status 1 and says", "thin-pack is wanted"}},
		"killed":         {say(list, "", "", 137), nil},
		"broken pack":    {say(list, pkt("NAK\n"), "fatal: out of memory", 128), nil},
	} {
		t.Run(name, func(t *testing.T) {
			srv := startSSH(t, repo.root)
			srv.mu.Lock()
			srv.override = tt.run
			srv.mu.Unlock()
			got := fetchFrom(t, &Remote{URL: srv.url(), Auth: srv.auth()}, "")
			if tt.text != nil {
				wantOnce(t, got, diag.CauseRemote, "git-remote", tt.text...)
				return
			}
			got.wantPack(t)
			if len(got.notices) == 0 {
				t.Error("no retry was noticed")
			}
		})
	}
}

// TestSSHFlood has a server that sends without end before anybody is logged in.
func TestSSHFlood(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, err := io.WriteString(conn, "SSH-2.0-flood\r\n")
				ignore := append([]byte{0, 0, 0x7f, 0xfc, 4, 2}, bytes.Repeat([]byte{0}, 0x7ffa)...) // SSH_MSG_IGNORE in the clear
				for err == nil {
					_, err = conn.Write(ignore)
				}
			}()
		}
	}()
	got := fetchFrom(t, &Remote{URL: "ssh://" + l.Addr().String() + "/a.git", Auth: (&sshd{}).fill(t)}, "")
	wantOnce(t, got, diag.CauseRemote, "git-remote", "more than 1 MiB before anybody is logged in")
}
