package remote

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"confit/render/diag"

	"golang.org/x/crypto/ssh"
)

// knownHosts are the lines of a known_hosts file (sshd(8)).
type knownHosts []hostLine

type hostLine struct {
	marker   string // "", @cert-authority or @revoked
	patterns []string
	key      ssh.PublicKey
}

const (
	authority = "@cert-authority"
	revoked   = "@revoked"
)

// parseKnownHosts leaves out keys of types it does not know. Its errors name a line, and
// show nothing of it.
func parseKnownHosts(text string) (knownHosts, error) {
	var known knownHosts
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		l, err := parseHostLine(words)
		if err != nil {
			return nil, fmt.Errorf("line %d of known_hosts %w", n, err)
		}
		if l.key != nil {
			known = append(known, l)
		}
	}
	if len(known) == 0 {
		return nil, errors.New("known_hosts holds no key")
	}
	return known, nil
}

// parseHostLine gives a line without key if it does not know the type of the key.
func parseHostLine(words []string) (l hostLine, err error) {
	marked := words[0][0] == '@'
	if marked && words[0] != authority && words[0] != revoked {
		return l, errors.New("has a marker that is not known")
	}
	if marked {
		l.marker, words = words[0], words[1:]
	}
	if len(words) < 3 || words[0][0] == '@' {
		return l, errors.New("is not complete")
	}
	if !slices.Contains(keyTypes(), words[1]) {
		return l, nil
	}
	var corrupt base64.CorruptInputError
	_, l.patterns, l.key, _, _, err = ssh.ParseKnownHosts([]byte(strings.Join(words, " ")))
	switch {
	case errors.As(err, &corrupt):
		return l, errors.New("has a key that is not base64")
	case err != nil:
		return l, errors.New("has a key that is not of its type")
	}
	return l, nil
}

func keyTypes() []string {
	return []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSA, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}
}

// forHost gives the lines for a host at its port, revoked keys aside. A host without port
// means port 22, as ssh-keyscan writes it.
func (k knownHosts) forHost(a address) knownHosts {
	name := a.knownName()
	var found knownHosts
	for _, l := range k {
		if l.marker != revoked && l.matches(name) {
			found = append(found, l)
		}
	}
	return found
}

// knownName is how a known_hosts file names the host.
func (a address) knownName() string {
	if a.port != "22" {
		return "[" + a.host + "]:" + a.port
	}
	return a.host
}

// names are the hosts of the line, for an error.
func (l hostLine) names() string {
	if strings.HasPrefix(l.patterns[0], "|") {
		return "a hashed name"
	}
	return diag.Quoted(shorten(strings.Join(l.patterns, ","), 200))
}

func (l hostLine) matches(name string) bool {
	if strings.HasPrefix(l.patterns[0], "|") {
		return hashedHost(l.patterns[0], name)
	}
	matched := false
	for _, p := range l.patterns {
		p, not := strings.CutPrefix(strings.ToLower(p), "!")
		if p != "" && wildcard(p, name) {
			if not {
				return false
			}
			matched = true
		}
	}
	return matched
}

// hashedHost tells whether "|1|salt|hash" is of name.
func hashedHost(pattern, name string) bool {
	parts := strings.Split(pattern, "|")
	if len(parts) != 4 || parts[1] != "1" {
		return false
	}
	salt, err1 := base64.StdEncoding.DecodeString(parts[2])
	want, err2 := base64.StdEncoding.DecodeString(parts[3])
	if err1 != nil || err2 != nil {
		return false
	}
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(name))
	return hmac.Equal(mac.Sum(nil), want)
}

// wildcard matches * and ?, and nothing else.
func wildcard(pattern, name string) bool {
	ok, _ := path.Match(strings.NewReplacer("[", `\[`, `\`, `\\`).Replace(pattern), name)
	return ok
}

// algorithms are those that the known keys of a host can answer to, so that a server with
// several keys shows the one we know. Those of revoked keys come last: a server with no
// other key is told as revoked. There are none for an unknown host: any key of it is wanted
// for the error.
func (k knownHosts) algorithms(a address) []string {
	var all, last []string
	for _, l := range k {
		switch {
		case l.marker == revoked:
			last = append(last, algorithmsOf(l.key)...)
		case !l.matches(a.knownName()):
		case l.marker == authority:
			all = append(all, ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01, ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01)
		default:
			all = append(all, algorithmsOf(l.key)...)
		}
	}
	if all == nil {
		return nil
	}
	return append(all, last...)
}

func algorithmsOf(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA { // ssh-rsa itself signs SHA-1
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

// check tells whether key is one of the host's. As with OpenSSH, a known key stands for
// itself whatever becomes of the certificate that it comes in.
func (k knownHosts) check(a address, key ssh.PublicKey) error {
	mine, plain := k.forHost(a), key
	cert, isCert := key.(*ssh.Certificate)
	if isCert {
		plain = cert.Key
	}
	switch {
	case k.contains(revoked, plain):
		return k.problem(a, key, "the host key is revoked")
	case isCert && k.contains(revoked, cert.SignatureKey):
		return k.problem(a, key, "the authority that signed the host certificate is revoked")
	case mine.contains("", plain):
		return nil
	case len(mine) == 0:
		return k.problem(a, key, a.knownName()+" is not in known_hosts")
	case !isCert:
		return k.problem(a, key, "the host key is not the known one")
	}
	checker := ssh.CertChecker{IsHostAuthority: func(ca ssh.PublicKey, _ string) bool { return mine.contains(authority, ca) }}
	now := uint64(time.Now().Unix())
	switch {
	case checker.CheckHostKey(a.hostPort(), nil, key) == nil:
		return nil
	case !mine.contains(authority, cert.SignatureKey):
		return k.problem(a, key, "the host certificate is not signed by a known authority")
	case !slices.Contains(cert.ValidPrincipals, a.host):
		return k.problem(a, key, "the host certificate is for another host or none: "+diag.Quoted(shorten(strings.Join(cert.ValidPrincipals, ", "), 200)))
	case now < cert.ValidAfter || now >= cert.ValidBefore:
		return k.problem(a, key, "the host certificate has expired or is not yet valid")
	}
	return k.problem(a, key, "the host certificate is not valid")
}

func (k knownHosts) contains(marker string, key ssh.PublicKey) bool {
	return slices.ContainsFunc(k, func(l hostLine) bool { return l.marker == marker && sameKey(l.key, key) })
}

func sameKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// problem is that of a host with a key that is not accepted.
func (k knownHosts) problem(a address, key ssh.PublicKey, text string) error {
	p := a.problem(diag.CauseTrust, "git-host-key", text,
		"if the server's operator publishes that fingerprint, put its line into known_hosts; if not, somebody is in between")
	p.Notes = append([]string{"the server shows " + fingerprint(key)}, k.forHost(a).notes()...)
	for _, l := range k {
		if l.marker == "" && sameKey(l.key, key) && !l.matches(a.knownName()) {
			p.Notes = append(p.Notes, "known_hosts has this very key for "+l.names())
			p.Hint = "if that is the same server, write the line again with " + a.knownName() + " as its first word: a host without a port is port 22"
		}
	}
	return p
}

// noSuchType is the problem of a server that has no key of a known type, or signs with it
// as nobody should.
func (k knownHosts) noSuchType(a address, offered []string) error {
	p := a.problem(diag.CauseTrust, "git-host-key", "the server has no host key of the type in known_hosts",
		"if the server's operator has replaced the key, put its line into known_hosts")
	if slices.Contains(offered, ssh.KeyAlgoRSA) && slices.Contains(k.algorithms(a), ssh.KeyAlgoRSASHA512) {
		p.Text = a.String() + ": the server signs with its RSA host key by SHA-1 only, which is not safe enough"
		p.Hint = "let the server sign by rsa-sha2-512, or have an ed25519 host key, whose line goes into known_hosts"
	}
	p.Notes = append(k.forHost(a).notes(), "the server offers "+diag.Quoted(shorten(strings.Join(offered, ", "), 300)))
	return p
}

func (k knownHosts) notes() []string {
	var notes []string
	for _, l := range k[:min(len(k), 5)] {
		what := "known is "
		if l.marker == authority {
			what = "known is the authority "
		}
		notes = append(notes, what+fingerprint(l.key))
	}
	return notes
}

func fingerprint(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }
