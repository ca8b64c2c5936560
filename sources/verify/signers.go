package verify

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"confit/render"
)

// A signer is a line of an allowed_signers file that allows the namespace "git".
type signer struct {
	principals    string // a pattern list
	authority     bool   // signs certificates, not commits
	after, before time.Time
	key           ssh.PublicKey
}

const unknownOption = "an option is not known, or the key is malformed"

const signersHint = `write: alice@example.com namespaces="git" ssh-ed25519 AAAA…, as in ssh-keygen(1), ALLOWED SIGNERS`

func (k *Keys) addSigners(f File) error {
	var errs []error
	before := len(k.ssh)
	for i, line := range strings.Split(string(f.Data), "\n") {
		pos := render.Pos{File: f.Name, Line: i + 1}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if strings.HasPrefix(line, "-----BEGIN ") {
			if strings.Contains(line, "PRIVATE KEY") {
				return badKeys(pos, privateHint, "a private key is in the file")
			}
			return badKeys(pos, signersHint, "this is not a list of allowed signers")
		}
		s, git, err := parseSigner(line)
		if err != nil {
			errs = append(errs, badKeys(pos, signersHint, "%v", err))
		} else if git {
			k.ssh = append(k.ssh, s)
		}
	}
	if len(errs) == 0 && len(k.ssh) == before {
		return badKeys(render.Pos{File: f.Name}, signersHint, `no SSH key that may sign in the namespace "git" is in the file`)
	}
	return errors.Join(errs...)
}

// parseSigner reads `principals [options] key-type base64 [comment]`; git says whether the
// options allow the namespace "git".
func parseSigner(line string) (s signer, git bool, err error) {
	s.principals, line = word(line)
	if quoted, ok := strings.CutPrefix(s.principals, `"`); ok {
		s.principals = strings.TrimSuffix(quoted, `"`)
	}
	switch {
	case s.principals == "" || strings.Contains(s.principals, `"`):
		return s, false, errors.New("the names of the signer are malformed")
	case strings.HasPrefix(s.principals, "ssh-") || strings.HasPrefix(s.principals, "ecdsa-") || strings.HasPrefix(s.principals, "sk-"):
		return s, false, errors.New("the name of the signer is missing before the key")
	}
	git = true
	next, rest := word(line)
	if blob, _ := word(rest); !keyOfType(next, blob) {
		if git, err = s.readOptions(next); err != nil {
			return s, false, err
		}
		next, rest = word(rest)
	}
	blob, _ := word(rest)
	if s.key, err = parseKey(next, blob); err != nil {
		return s, false, err
	}
	if !s.authority && strings.Contains(s.principals, "!") {
		return s, false, errors.New("a name that is excluded has a meaning for a cert-authority only")
	}
	return s, git, nil
}

// word cuts off the first word; blanks in double quotes do not end it.
func word(line string) (string, string) {
	quoted := false
	for i, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && (c == ' ' || c == '\t') {
			return line[:i], strings.TrimLeft(line[i:], " \t")
		}
	}
	return line, ""
}

// keyOfType says whether blob is base64 that names the type itself, as every SSH key does.
func keyOfType(name, blob string) bool {
	data, err := base64.StdEncoding.DecodeString(blob)
	return err == nil && bytes.HasPrefix(data, ssh.Marshal(struct{ Name string }{name}))
}

func parseKey(name, blob string) (ssh.PublicKey, error) {
	data, err := base64.StdEncoding.DecodeString(blob)
	if err != nil || blob == "" || !keyOfType(name, blob) {
		return nil, errors.New(unknownOption)
	}
	key, err := ssh.ParsePublicKey(data)
	if err != nil {
		return nil, errors.New("the key is malformed, or of an algorithm that is not supported")
	}
	if _, ok := key.(*ssh.Certificate); ok {
		return nil, errors.New("this is a certificate: put the key of its authority here, with cert-authority")
	}
	return key, weakness(key)
}

// weakness says why a key is not trusted whatever the file says.
func weakness(key ssh.PublicKey) error {
	if c, ok := key.(ssh.CryptoPublicKey); ok {
		if k, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
			return fmt.Errorf("the RSA key has %d bits, and needs 2048", k.N.BitLen())
		}
	}
	if key.Type() == "ssh-dss" {
		return errors.New("DSA keys are too weak")
	}
	return nil
}

func (s *signer) readOptions(list string) (git bool, err error) {
	git = true
	seen := map[string]bool{}
	for option := range splitOptions(list) {
		name, value, valued := strings.Cut(option, "=")
		name = strings.ToLower(name)
		text, opened := strings.CutPrefix(value, `"`)
		text, closed := strings.CutSuffix(text, `"`)
		flag := name == "cert-authority"
		switch {
		case !flag && !slices.Contains([]string{"namespaces", "valid-after", "valid-before"}, name):
			return false, errors.New(unknownOption)
		case seen[name] || valued == flag || valued && (!opened || !closed || text == ""):
			return false, errors.New("an option is there twice, or its value is not in double quotes")
		}
		seen[name] = true
		switch name {
		case "cert-authority":
			s.authority = true
		case "namespaces":
			git = matchList("git", text)
		case "valid-after":
			s.after, err = parseDate(text)
		case "valid-before":
			s.before, err = parseDate(text)
		}
		if err != nil {
			return false, err
		}
	}
	if !s.before.IsZero() && !s.after.Before(s.before) {
		return false, errors.New("valid-after is not before valid-before")
	}
	return git, nil
}

// splitOptions splits at the commas that are not in double quotes.
func splitOptions(list string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		quoted, from := false, 0
		for i, c := range list {
			if c == '"' {
				quoted = !quoted
			}
			if c == ',' && !quoted {
				if !yield(list[from:i]) {
					return
				}
				from = i + 1
			}
		}
		yield(list[from:])
	}
}

func parseDate(s string) (time.Time, error) {
	s = strings.TrimSuffix(s, "Z")
	layout := "20060102150405"
	if n := len(s); n == 8 || n == 12 || n == 14 {
		if t, err := time.Parse(layout[:n], s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("a date is not of the form YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS")
}
