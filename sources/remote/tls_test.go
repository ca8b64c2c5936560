package remote

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"confit/render/diag"
)

// newCert is a certificate that signs itself, for names, good until end.
func newCert(t *testing.T, end time.Time, names ...string) (cert tls.Certificate, certPEM, keyPEM []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: end.Add(-48 * time.Hour), NotAfter: end,
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	if cert, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return cert, certPEM, keyPEM
}

func startTLS(t *testing.T, h http.Handler, config *tls.Config) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.TLS, srv.Config.ErrorLog = config, quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func TestTLS(t *testing.T) {
	next := backend(t, newRepo(t).root)
	soon := time.Now().Add(time.Hour)
	good, ca, _ := newCert(t, soon)
	client, clientPEM, clientKey := newCert(t, soon)
	old, oldCA, _ := newCert(t, time.Now().Add(-time.Hour))
	other, otherCA, _ := newCert(t, soon, "other.example.com")
	clients := x509.NewCertPool()
	clients.AddCert(client.Leaf)
	tests := map[string]struct {
		config *tls.Config
		auth   map[string][]byte
		text   string
	}{
		"unknown authority": {&tls.Config{Certificates: []tls.Certificate{good}}, nil, "authority that is not known"},
		"known":             {&tls.Config{Certificates: []tls.Certificate{good}}, map[string][]byte{"ca.crt": ca}, ""},
		"flux":              {&tls.Config{Certificates: []tls.Certificate{good}}, map[string][]byte{"caFile": ca}, ""},
		"expired":           {&tls.Config{Certificates: []tls.Certificate{old}}, map[string][]byte{"ca.crt": oldCA}, "expired"},
		"other name":        {&tls.Config{Certificates: []tls.Certificate{other}}, map[string][]byte{"ca.crt": otherCA}, "not for 127.0.0.1"},
		"too old":           {&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, map[string][]byte{"ca.crt": ca}, "TLS"},
		"client cert":       {&tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}, map[string][]byte{"ca.crt": ca, "tls.crt": clientPEM, "tls.key": clientKey}, ""},
		"no client cert":    {&tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}, map[string][]byte{"ca.crt": ca}, "certificate required"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := startTLS(t, next, tt.config)
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: tt.auth}, "")
			if tt.text == "" {
				got.wantPack(t)
				return
			}
			wantProblem(t, got.err, diag.CauseTrust, "git-tls", tt.text)
			if len(got.notices) > 0 {
				t.Errorf("notices: %q", got.notices)
			}
		})
	}
}

func TestPlainHTTP(t *testing.T) {
	srv := httptest.NewServer(backend(t, newRepo(t).root))
	t.Cleanup(srv.Close)
	url := srv.URL + "/web.git"
	fetchFrom(t, &Remote{URL: url, AllowHTTP: true}, "").wantPack(t)
	wantProblem(t, fetchFrom(t, &Remote{URL: url}, "").err, diag.CauseSpec, "git-url", "allowHTTP")
	auth := map[string][]byte{"token": []byte(secret)}
	wantProblem(t, fetchFrom(t, &Remote{URL: url, AllowHTTP: true, Auth: auth}, "").err, diag.CauseSpec, "git-auth", "not sent over http")
	got := fetchFrom(t, &Remote{URL: strings.Replace(url, "http:", "https:", 1)}, "")
	wantProblem(t, got.err, diag.CauseTrust, "git-tls", "does not speak TLS")
}

// TestProxy goes through a proxy that wants a password, to a host that only it knows.
func TestProxy(t *testing.T) {
	srv, auth := serve(t, backend(t, newRepo(t).root))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic Ym90Omh1bnRlcjJ4eXo=" {
			http.Error(w, secret, http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect || r.Host != "example.com:443" {
			http.Error(w, secret, http.StatusBadGateway)
			return
		}
		to, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			return
		}
		w.WriteHeader(http.StatusOK)
		from, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(to, buffered) }()
		_, _ = io.Copy(from, to)
	}))
	t.Cleanup(proxy.Close)
	through := func(user string) []string {
		return []string{"https_proxy=" + strings.Replace(proxy.URL, "://", "://"+user+"@", 1)}
	}
	r := &Remote{URL: "https://example.com/web.git", Auth: auth, Env: through("bot:" + secret)}
	fetchFrom(t, r, "").wantPack(t)
	r.Env = through("bot:" + secret + "1")
	wantProblem(t, fetchFrom(t, r, "").err, diag.CauseTrust, "git-auth", "the proxy wants")
	r.Env, r.URL, r.Timeout = through("bot:"+secret), "https://example.org/web.git", 3*time.Second
	wantProblem(t, fetchFrom(t, r, "").err, diag.CauseRemote, "git-remote", "the proxy answers status 502 Bad Gateway")
}
