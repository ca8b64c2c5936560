package remote

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"confit/render/diag"
)

func (t *endpoint) tlsConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.roots}
	if t.cert != nil {
		c.Certificates = []tls.Certificate{*t.cert}
	}
	return c
}

// tlsProblem is the problem of a server that could not be verified, or nil if err is
// something else.
func (t *endpoint) tlsProblem(err error) error {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		op        *net.OpError
	)
	text, hint := "", ""
	switch {
	case errors.As(err, &authority):
		text, hint = unknownAuthority(err)
	case errors.As(err, &name):
		text, hint = t.wrongName(name.Certificate)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		text, hint = "the certificate of the server has expired or is not yet valid", "renew it; or is the clock of this machine wrong?"
	case errors.As(err, &invalid), errors.As(err, &verify):
		text, hint = "the certificate of the server is not valid", "openssl s_client -connect "+t.hostPort()+" shows it"
	case errors.Is(err, http.ErrSchemeMismatch):
		text, hint = "the server does not speak TLS on this port", "check the port"
	case errors.As(err, &op) && op.Op == "remote error":
		text = "the server ended the TLS handshake: " + diag.Quoted(op.Err.Error())
		hint = "does it want a client certificate (tls.crt and tls.key of the Secret of auth:)?"
	case strings.Contains(err.Error(), "tls: ") && !strings.Contains(err.Error(), "timeout"):
		text, hint = "the server and confit do not agree on TLS", "TLS 1.2 is the oldest that is spoken"
	default:
		return nil
	}
	return t.problem(diag.CauseTrust, "git-tls", text, hint)
}

// unknownAuthority follows the certificates that the server sent up to the one whose issuer
// is neither sent nor known.
func unknownAuthority(err error) (text, hint string) {
	text = "the certificate of the server is signed by an authority that is not known"
	hint = "if it is your own, put its certificate into ca.crt of the Secret of auth:"
	var verify *tls.CertificateVerificationError
	if !errors.As(err, &verify) || len(verify.UnverifiedCertificates) == 0 {
		return text, hint
	}
	sent := verify.UnverifiedCertificates
	top := sent[0]
	for range sent {
		for _, c := range sent {
			if bytes.Equal(c.RawSubject, top.RawIssuer) {
				top = c
			}
		}
	}
	if !bytes.Equal(top.RawSubject, top.RawIssuer) {
		hint = "the server does not send the certificate of that issuer: if it is an intermediate, let the server send its whole chain; " + hint
	}
	return text + ": " + diag.Quoted(shorten(top.Issuer.String(), 200)), hint
}

// wrongName tells which names the certificate is for.
func (t *endpoint) wrongName(c *x509.Certificate) (text, hint string) {
	text = "the certificate of the server is not for " + diag.Quoted(t.host)
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return text + ": it has no subjectAltName, and its common name does not count", "let it be issued anew with a subjectAltName for the host"
	}
	return text, "use a name that the certificate is for: " + diag.Quoted(shorten(strings.Join(names, ", "), 200))
}
