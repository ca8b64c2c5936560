package remote

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"

	"confit/render/diag"

	"golang.org/x/crypto/ssh"
)

const (
	httpsShapes = "for https the Secret of auth: has username and password; or token (or bearerToken); or githubAppID, githubAppInstallationID and githubAppPrivateKey; or tls.crt and tls.key; and ca.crt beside them or alone"
	sshShapes   = "for ssh the Secret of auth: has ssh-privatekey (or identity) and known_hosts, and password if the key has a passphrase"
)

// An endpoint is a repository's address, and the credentials for it.
type endpoint struct {
	address
	credentials
	detail func(string) // nil for nobody
}

// detailRequest reports a request for -v. Neither path nor result has credentials.
func (t *endpoint) detailRequest(method, path, result string) {
	if t.detail != nil {
		t.detail(method + " " + diag.Quoted(t.origin()+path) + ": " + result)
	}
}

// credentials are what a Secret holds, made ready.
type credentials struct {
	offers     string // names the keys, for errors
	name, pass string
	bearer     string
	app        *app
	roots      *x509.CertPool
	cert       *tls.Certificate
	signer     ssh.Signer
	hosts      knownHosts
}

// address is that of the URL, if it may be used.
func (r *Remote) address() (address, error) {
	a, err := parseURL(r.URL)
	if err == nil && a.scheme == "http" && !r.AllowHTTP {
		return a, a.problem(diag.CauseSpec, "git-url", "http is neither secret nor authentic",
			"use https; or set allowHTTP: true for a public repository on a network you trust")
	}
	return a, err
}

func (r *Remote) endpoint() (*endpoint, error) {
	a, err := r.address()
	if err != nil {
		return nil, err
	}
	t := &endpoint{address: a, detail: r.Detail}
	t.offers = "nothing"
	if err := a.checkProxy(r.Env); err != nil {
		return nil, err
	}
	switch {
	case a.scheme == "ssh":
		return t, t.readSSH(r.Auth)
	case a.scheme == "http" && r.Auth != nil:
		return nil, a.problem(diag.CauseSpec, "git-auth", "credentials are not sent over http", "use https, or leave out auth:")
	case r.Auth != nil:
		err = t.readHTTPS(r.Auth)
	}
	if err == nil && t.app != nil {
		err = t.app.api.checkProxy(r.Env)
	}
	return t, err
}

// badAuth is about what the Secret holds; no text of it is ever part of the error.
func (t *endpoint) badAuth(text, hint string) error {
	return t.problem(diag.CauseTrust, "git-auth", "auth: "+text, hint)
}

// value gives the first of keys that is there, without the newline that an editor leaves.
func value(auth map[string][]byte, keys ...string) (string, bool) {
	for _, k := range keys {
		if v, ok := auth[k]; ok {
			v = bytes.TrimSuffix(v, []byte("\n"))
			return string(bytes.TrimSuffix(v, []byte("\r"))), true
		}
	}
	return "", false
}

func (t *endpoint) readSSH(auth map[string][]byte) error {
	pem, ok := value(auth, "ssh-privatekey", "identity")
	if !ok {
		return t.badAuth("ssh needs a private key", sshShapes)
	}
	known, ok := value(auth, "known_hosts")
	if !ok || strings.TrimSpace(known) == "" {
		return t.problem(diag.CauseTrust, "git-host-key", "auth: known_hosts is missing, and host keys are always checked",
			"add the server's line to the Secret as known_hosts: ssh-keyscan prints one, its operator publishes the fingerprint")
	}
	var err error
	if t.hosts, err = parseKnownHosts(known); err != nil {
		return t.badAuth(err.Error(), "each line is: host key-type key")
	}
	var missing *ssh.PassphraseMissingError
	if pass, ok := value(auth, "password"); ok && pass != "" {
		t.signer, err = ssh.ParsePrivateKeyWithPassphrase([]byte(pem+"\n"), []byte(pass))
		if err != nil { // a passphrase for a key that has none does no harm
			t.signer, err = ssh.ParsePrivateKey([]byte(pem + "\n"))
		}
	} else {
		t.signer, err = ssh.ParsePrivateKey([]byte(pem + "\n"))
	}
	switch {
	case errors.As(err, &missing):
		return t.badAuth("the private key has a passphrase, and password is missing or another", sshShapes)
	case strings.Contains(pem, "BEGIN ENCRYPTED PRIVATE KEY"):
		return t.badAuth("the private key is in encrypted PKCS#8, which confit does not read", "ssh-keygen -p -f KEY writes it in OpenSSH's own format; the passphrase may stay")
	case err != nil:
		return t.badAuth("the private key cannot be read", "it is the text of a file like id_ed25519, with its first and last line")
	}
	t.offers = "the key " + ssh.FingerprintSHA256(t.signer.PublicKey())
	return nil
}

const clientCert = "client certificate"

// readHTTPS takes at most one of the shapes that name someone; a client certificate and
// ca.crt go with any.
func (t *endpoint) readHTTPS(auth map[string][]byte) error {
	var shapes []string
	for _, read := range []func(map[string][]byte) (string, error){t.readBasic, t.readBearer, t.readApp, t.readCert} {
		shape, err := read(auth)
		switch {
		case err != nil:
			return err
		case shape != "" && shape != clientCert && len(shapes) > 0:
			return t.badAuth("it holds both "+shapes[0]+" and "+shape, httpsShapes)
		case shape != "":
			shapes = append(shapes, shape)
		}
	}
	switch {
	case len(shapes) > 0:
		t.offers = strings.Join(shapes, " and ")
		return nil
	case t.roots != nil:
		return nil
	}
	if _, ok := value(auth, "ssh-privatekey", "identity"); ok {
		return t.badAuth("it holds an ssh key, and the URL is https", httpsShapes)
	}
	return t.badAuth("it holds none of the keys that https takes", httpsShapes)
}

func (t *endpoint) readBasic(auth map[string][]byte) (string, error) {
	var hasUser, hasPass bool
	t.name, hasUser = value(auth, "username")
	t.pass, hasPass = value(auth, "password")
	switch {
	case !hasUser && !hasPass:
		return "", nil
	case t.name == "":
		return "", t.badAuth("username is missing or empty", "for a token as password most servers take any username, such as git")
	case t.pass == "":
		return "", t.badAuth("password is missing or empty", httpsShapes)
	case strings.Contains(t.name, ":") || !printable(t.name) || !printable(t.pass):
		return "", t.badAuth("username or password holds a control character, or the username a colon", httpsShapes)
	}
	return "username and password", nil
}

func (t *endpoint) readBearer(auth map[string][]byte) (string, error) {
	token, ok := value(auth, "token", "bearerToken")
	if !ok {
		return "", nil
	}
	if !validHeaderToken(token) {
		return "", t.badAuth("the token is empty or holds spaces or control characters", httpsShapes)
	}
	t.bearer = token
	return "token", nil
}

func (t *endpoint) readCert(auth map[string][]byte) (string, error) {
	if ca, ok := value(auth, "ca.crt", "caFile"); ok {
		var err error
		if t.roots, err = x509.SystemCertPool(); err != nil {
			t.roots = x509.NewCertPool()
		}
		if !t.roots.AppendCertsFromPEM([]byte(ca)) {
			return "", t.badAuth("ca.crt holds no certificate in PEM form", httpsShapes)
		}
	}
	cert, hasCert := value(auth, "tls.crt", "certFile")
	key, hasKey := value(auth, "tls.key", "keyFile")
	if !hasCert && !hasKey {
		return "", nil
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return "", t.badAuth("tls.crt and tls.key are not a certificate and its key", httpsShapes)
	}
	t.cert = &pair
	return clientCert, nil
}

// printable is true for text without control characters.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// validHeaderToken is true for printable ASCII without spaces, which is safe in an HTTP header.
func validHeaderToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

// sendsSecret is true when the server is sent something that it could echo.
func (t *endpoint) sendsSecret() bool { return t.pass != "" || t.bearer != "" || t.app != nil }
