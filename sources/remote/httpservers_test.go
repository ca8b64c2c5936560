package remote

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"confit/render/diag"
)

// issue makes a certificate for a common name, signed by ca or by itself.
func issue(t *testing.T, name string, ca *tls.Certificate, ips ...net.IP) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: ips,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: len(ips) == 0, BasicConstraintsValid: true,
	}
	parent, signer := template, any(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// TestTLSAdvice has certificates that are nearly good, and chains with a hole.
func TestTLSAdvice(t *testing.T) {
	next := backend(t, newRepo(t).root)
	here := net.IPv4(127, 0, 0, 1)
	root := issue(t, "Root CA", nil)
	middle := issue(t, "Middle CA", root)
	leaf := issue(t, "leaf", middle, here)
	whole := *leaf
	whole.Certificate = append(whole.Certificate[:1:1], middle.Certificate...)
	nameOnly := issue(t, "127.0.0.1", nil)
	elsewhere := issue(t, "127.0.0.1", root, net.IPv4(127, 0, 0, 9))
	for name, tt := range map[string]struct {
		shows *tls.Certificate
		known []*tls.Certificate
		text  []string // of the error; none for a fetch
	}{
		"whole chain":          {&whole, []*tls.Certificate{root}, nil},
		"intermediate known":   {leaf, []*tls.Certificate{root, middle}, nil},
		"intermediate missing": {leaf, []*tls.Certificate{root}, []string{"not known: CN=Middle CA", "let the server send its whole chain", "ca.crt"}},
		"root unknown":         {&whole, []*tls.Certificate{nameOnly}, []string{"not known: CN=Root CA", "ca.crt"}},
		"common name only":     {nameOnly, []*tls.Certificate{nameOnly}, []string{"no subjectAltName, and its common name does not count", "issued anew"}},
		"another name":         {elsewhere, []*tls.Certificate{root}, []string{"not for 127.0.0.1", "use a name that the certificate is for: 127.0.0.9"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := startTLS(t, next, &tls.Config{Certificates: []tls.Certificate{*tt.shows}})
			var ca []byte
			for _, c := range tt.known {
				ca = append(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})...)
			}
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: map[string][]byte{"ca.crt": ca}}, "")
			if tt.text == nil {
				got.wantPack(t)
				return
			}
			wantOnce(t, got, diag.CauseTrust, "git-tls", tt.text...)
		})
	}
}

// TestNoGitServer has pages and files where a Git server is to be.
func TestNoGitServer(t *testing.T) {
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/static.git/info/refs":
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte(aHash + "\trefs/heads/main\n"))
		case "/page.git/info/refs":
			_, _ = w.Write([]byte("<html>" + strings.Repeat(" ", 100)))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	for path, tt := range map[string]struct{ code, text string }{
		"/static.git":               {"git-remote", "dumb protocol"},
		"/page.git":                 {"git-remote", "login page"},
		"/org/repo/tree/main/a":     {"git-not-found", srv.URL + "/org/repo the repository?"},
		"/org/sub/repo/-/tree/main": {"git-not-found", srv.URL + "/org/sub/repo the repository?"},
		"/org/repo.git":             {"git-not-found", "check the path"},
	} {
		wantOnce(t, fetchFrom(t, &Remote{URL: srv.URL + path, Auth: auth}, ""), diag.CauseRemote, tt.code, tt.text)
	}
}

func TestProxyVariable(t *testing.T) {
	const https, plain = "https://git.example.com/a.git", "http://git.example.com/a.git"
	for name, tt := range map[string]struct {
		url string
		env []string
		bad string // the variable of the error; none if the environment is taken
	}{
		"percent":       {https, []string{"HTTPS_PROXY=http://bot:hunter2xyz%o@proxy:3128"}, "HTTPS_PROXY"},
		"lower case":    {https, []string{"https_proxy=http://bot:hunter2xyz%o@proxy:3128"}, "https_proxy"},
		"upper first":   {https, []string{"https_proxy=http://proxy", "HTTPS_PROXY=http://hunter2xyz%o"}, "HTTPS_PROXY"},
		"http":          {plain, []string{"http_proxy=http://[hunter2xyz"}, "http_proxy"},
		"slash":         {https, []string{"HTTPS_PROXY=http://bot:hunter2/xyz@proxy:3128"}, "HTTPS_PROXY"},
		"scheme":        {https, []string{"HTTPS_PROXY=ftp://proxy:3128"}, "HTTPS_PROXY"},
		"no host":       {https, []string{"HTTPS_PROXY=http://"}, "HTTPS_PROXY"},
		"for the other": {https, []string{"HTTP_PROXY=http://%zz"}, ""},
		"no proxy":      {https, []string{"HTTPS_PROXY=http://%zz", "no_proxy=.example.com"}, ""},
		"good":          {https, []string{"HTTPS_PROXY=http://bot:a%25b@proxy:3128"}, ""},
		"bare":          {https, []string{"HTTPS_PROXY=proxy:3128"}, ""},
		"bare name":     {https, []string{"HTTPS_PROXY=proxy"}, ""},
		"socks":         {https, []string{"HTTPS_PROXY=socks5://proxy:1080"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&Remote{URL: tt.url, AllowHTTP: true, Env: tt.env}).Check()
			if tt.bad == "" {
				if err != nil {
					t.Errorf("Check = %v", err)
				}
				return
			}
			wantProblem(t, err, diag.CauseSpec, "git-proxy", "the variable "+tt.bad+" is not the URL of a proxy")
			if strings.Contains(shown(err), "hunter2") {
				t.Errorf("shown: %s", shown(err))
			}
		})
	}
}

// TestProxyRefuses has a proxy that does not let the host through: that lasts.
func TestProxyRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, secret, http.StatusForbidden) }))
	t.Cleanup(proxy.Close)
	got := fetchFrom(t, &Remote{URL: "https://example.com/web.git", Env: []string{"HTTPS_PROXY=" + proxy.URL}}, "")
	wantOnce(t, got, diag.CauseRemote, "git-proxy", "the proxy refuses: status 403 Forbidden", "example.com:443")
}

// TestLongTransfer tells a transfer that goes on from a server that is silent.
func TestLongTransfer(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	to := &endpoint{address: address{scheme: "https", host: "h", port: "443", path: "/a"}}
	f := &fetch{Remote: &Remote{Timeout: 6 * time.Second}, to: to, start: time.Now(), timer: &stallTimer{}}
	wantProblem(t, f.gaveUp(ctx, 1, transientError{}), diag.CauseRemote, "git-remote", "it did not end in time")
	f.timer.received.Store(3 << 19)
	f.timer.latest.Store(time.Now().UnixNano())
	err := f.gaveUp(ctx, 1, transientError{})
	wantProblem(t, err, diag.CauseRemote, "git-remote", "the transfer was not over; 1.5 MiB had come, the last of it")
	wantProblem(t, err, diag.CauseRemote, "git-remote", "raise limits: {git: {time: …}}")
	err = f.gaveUp(ctx, 2, transientError{reason: "no answer in time"})
	for _, text := range []string{": no answer in time", "the last transfer was not over; 1.5 MiB had come", "raise limits"} {
		wantProblem(t, err, diag.CauseRemote, "git-remote", text)
	}
	early, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	err = f.gaveUp(early, 2, transientError{reason: "no answer in time"})
	if p := wantProblem(t, err, diag.CauseRemote, "git-remote", "is the server up"); len(p.Notes) > 0 {
		t.Errorf("notes %q before the time is over", p.Notes)
	}
}

// TestPastedURLs has URLs as people copy them, and the advice for those that confit refuses.
func TestPastedURLs(t *testing.T) {
	for url, user := range map[string]string{
		"ssh://alex.admin%40corp.com@git.example.com/p.git": "alex.admin@corp.com",
		"ssh://alex@corp.com@git.example.com:2022/p/x":      "alex@corp.com",
		"alex@corp.com@git.example.com:p.git":               "alex@corp.com",
	} {
		if a, err := parseURL(url); err != nil || a.user != user || a.host != "git.example.com" {
			t.Errorf("parseURL(%q) = %+v, %v", url, a, err)
		}
	}
	a, err := parseURL("git@ssh.github.com:443/org/a.git")
	if hint := (&endpoint{address: a}).notThere(); err != nil || !strings.Contains(hint, "if 443 is a port, write ssh://git@ssh.github.com:443/org/a.git") {
		t.Errorf("%q, %v", hint, err)
	}
	for url, text := range map[string]string{
		"ssh://git@git.example.com:org/a.git": "write ssh://host/path.git, or git@host:path.git",
		"https://git.example.com:org/a.git":   "a colon after the host starts a port",
		"git@git.example.com/org/a.git":       "between host and path is a colon",
		"git.example.com/org/a":               "write https:// before it",
		"https://git.example.com/a.git\n":     "begins or ends with a space or a line break",
		" https://git.example.com/a.git":      "begins or ends with a space",
		"git clone https://git.example.com/a": "holds spaces",
		"./a.git":                             "write https://host/path.git",
	} {
		_, err := parseURL(url)
		wantProblem(t, err, diag.CauseSpec, "git-url", text)
	}
}

// TestGarbledLines has servers that go wrong after a good start: that lasts, too.
func TestGarbledLines(t *testing.T) {
	list := func(lines ...string) string {
		return service0 + pkt(append([]string{aHash + " HEAD\x00side-band-64k shallow"}, append(lines, "")...)...)
	}
	for name, tt := range map[string]struct{ list, answer string }{
		"junk hash":        {list(strings.Repeat("z", 40) + " refs/heads/x"), ""},
		"no name":          {list(aHash), ""},
		"junk for shallow": {list(aHash + " refs/heads/x"), pkt("shallow "+aHash, "HELLO", "", "NAK")},
	} {
		t.Run(name, func(t *testing.T) {
			srv, auth := serve(t, scripted(tt.list, tt.answer))
			wantOnce(t, fetchFrom(t, &Remote{URL: srv.URL + "/a.git", Auth: auth}, ""), diag.CauseRemote, "git-remote", "not Git's protocol")
		})
	}
}
