package verify

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"confit/render/diag"
)

// An allowedSigner is a line of an allowed_signers file that allows the namespace "git".
type allowedSigner struct {
	principals              string // a pattern list
	authority               bool   // the key signs certificates, not commits
	validAfter, validBefore time.Time
	key                     ssh.PublicKey
}

const (
	unknownOption   = "an option is not known, or the key is malformed or of an algorithm that is not supported"
	malformedOption = "an option is there twice, or its value is not in double quotes"
)

const allowedSignersHint = `write: alice@example.com namespaces="git" ssh-ed25519 AAAA…, as in ssh-keygen(1), ALLOWED SIGNERS`

func (k *Keys) addSigners(f File) error {
	var errs []error
	before := len(k.allowedSigners)
	for i, line := range strings.Split(string(f.Data), "\n") {
		pos := diag.Pos{File: f.Name, Line: i + 1}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if strings.HasPrefix(line, "-----BEGIN ") {
			if strings.Contains(line, "PRIVATE KEY") {
				return keyProblem(pos, privateKeyHint, "a private key is in the file")
			}
			return keyProblem(pos, allowedSignersHint, "this is not a list of allowed signers")
		}
		s, allowsGit, err := parseSigner(line)
		if err != nil {
			errs = append(errs, keyProblem(pos, allowedSignersHint, "%v", err))
		} else if allowsGit {
			k.allowedSigners = append(k.allowedSigners, s)
		}
	}
	if len(errs) == 0 && len(k.allowedSigners) == before {
		return keyProblem(diag.Pos{File: f.Name}, allowedSignersHint, `no SSH key that may sign in the namespace "git" is in the file`)
	}
	return errors.Join(errs...)
}

// parseSigner reads `principals [options] key-type base64 [comment]`. The line
// behind the principals has the syntax of authorized_keys. allowsGit says whether the options
// allow the namespace "git".
func parseSigner(line string) (s allowedSigner, allowsGit bool, err error) {
	var rest string
	if s.principals, rest, err = cutPrincipals(line); err != nil {
		return s, false, err
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil {
		return s, false, errors.New(unknownOption)
	}
	// ParseAuthorizedKey skips empty options, and ssh-keygen refuses them.
	after, ok := strings.CutPrefix(rest, strings.Join(options, ","))
	if !ok || !strings.HasPrefix(strings.TrimLeft(after, " \t"), key.Type()) {
		return s, false, errors.New(unknownOption)
	}
	if allowsGit, err = s.setOptions(options); err != nil {
		return s, false, err
	}
	if _, ok := key.(*ssh.Certificate); ok {
		return s, false, errors.New("this is a certificate: put the key of its authority here, with cert-authority")
	}
	if !s.authority && strings.Contains(s.principals, "!") {
		return s, false, errors.New("a name that is excluded has a meaning for a cert-authority only")
	}
	s.key = key
	return s, allowsGit, checkStrength(key)
}

// cutPrincipals cuts off the first word, which may be in double quotes.
func cutPrincipals(line string) (principals, rest string, err error) {
	if quoted, ok := strings.CutPrefix(line, `"`); ok {
		principals, rest, _ = strings.Cut(quoted, `"`)
	} else {
		end := strings.IndexAny(line+" ", " \t")
		principals, rest = line[:end], line[end:]
	}
	key := strings.TrimLeft(rest, " \t")
	switch {
	case principals == "" || key == rest || strings.Contains(principals, `"`):
		return "", "", errors.New("the names of the signer are malformed")
	case strings.HasPrefix(principals, "ssh-") || strings.HasPrefix(principals, "ecdsa-") || strings.HasPrefix(principals, "sk-"):
		return "", "", errors.New("the name of the signer is missing before the key")
	}
	return principals, key, nil
}

// checkStrength refuses keys that are too weak, even if the file allows them.
func checkStrength(key ssh.PublicKey) error {
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

// setOptions reads the options of a line, and whether they allow the namespace "git".
func (s *allowedSigner) setOptions(options []string) (allowsGit bool, err error) {
	allowsGit = true
	seen := map[string]bool{}
	for _, option := range options {
		name, value, valued := strings.Cut(option, "=")
		name = strings.ToLower(name)
		if !slices.Contains([]string{"cert-authority", "namespaces", "valid-after", "valid-before"}, name) {
			return false, errors.New(unknownOption)
		}
		if flag := name == "cert-authority"; seen[name] || valued == flag {
			return false, errors.New(malformedOption)
		}
		seen[name] = true
		if valued {
			if value, err = unquote(value); err != nil {
				return false, err
			}
		}
		switch name {
		case "cert-authority":
			s.authority = true
		case "namespaces":
			allowsGit = matchList("git", value)
		case "valid-after":
			s.validAfter, err = parseDate(value)
		case "valid-before":
			s.validBefore, err = parseDate(value)
		}
		if err != nil {
			return false, err
		}
	}
	if !s.validBefore.IsZero() && !s.validAfter.Before(s.validBefore) {
		return false, errors.New("valid-after is not before valid-before")
	}
	return allowsGit, nil
}

// unquote removes the double quotes around a value. No date and no namespace needs an escaped
// quote inside.
func unquote(value string) (string, error) {
	text, opened := strings.CutPrefix(value, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	if !opened || !closed || text == "" || strings.ContainsAny(text, `"\\`) {
		return "", errors.New(malformedOption)
	}
	return text, nil
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
