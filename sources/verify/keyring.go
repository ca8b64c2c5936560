package verify

import (
	"bytes"
	"errors"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"confit/render/diag"
)

// A certificate is an OpenPGP public key with its user IDs, subkeys and signatures. Each check
// parses it anew: the library caches in a parsed key which of its signatures were valid at
// the time of the first check.
type certificate struct {
	raw         []byte
	fingerprint string
	pos         diag.Pos
}

func (c certificate) entity() (*openpgp.Entity, error) {
	return openpgp.ReadEntity(packet.NewReader(bytes.NewReader(c.raw)))
}

// ParseKeys reads OpenPGP keyrings, binary or armored, and allowed_signers files of
// ssh-keygen(1), whose dates are UTC with and without a Z. An unusable key is an error. Every
// error is a problem with the file and, in a text file, the line.
func ParseKeys(openPGP, allowedSigners []File) (Keys, error) {
	var k Keys
	var errs []error
	for _, f := range openPGP {
		errs = append(errs, k.addKeyring(f))
	}
	for _, f := range allowedSigners {
		errs = append(errs, k.addSigners(f))
	}
	if err := errors.Join(errs...); err != nil {
		return Keys{}, err
	}
	return k, nil
}

const exportHint = "export it again: gpg --export --armor KEY"

func (k *Keys) addKeyring(f File) error {
	if len(f.Data) > 0 && f.Data[0]&0x80 != 0 {
		return k.addCertificates(f.Data, diag.Pos{File: f.Name})
	}
	before := len(k.certificates)
	lines := strings.Split(strings.ReplaceAll(string(f.Data), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		pos := diag.Pos{File: f.Name, Line: i + 1}
		if !strings.HasPrefix(lines[i], "-----BEGIN ") {
			continue // like gpg, skip the text around the blocks
		}
		if err := checkBeginLine(lines[i], pos); err != nil {
			return err
		}
		end := i + 1
		for end < len(lines) && !strings.HasPrefix(lines[end], "-----") {
			end++
		}
		block := strings.Join(lines[i:min(end+1, len(lines))], "\n")
		data, err := dearmor([]byte(block), "PGP PUBLIC KEY BLOCK")
		if err != nil {
			return keyProblem(pos, exportHint, "the key block %v", err)
		}
		if err := k.addCertificates(data, pos); err != nil {
			return err
		}
		i = end
	}
	if len(k.certificates) == before {
		return keyProblem(diag.Pos{File: f.Name}, exportHint, "no OpenPGP public key is in the file")
	}
	return nil
}

func checkBeginLine(line string, pos diag.Pos) error {
	switch {
	case line == "-----BEGIN PGP PUBLIC KEY BLOCK-----":
		return nil
	case strings.Contains(line, "PRIVATE KEY"):
		return keyProblem(pos, privateKeyHint, "a private key is in the file")
	}
	return keyProblem(pos, exportHint, "this is not the beginning of an OpenPGP public key")
}

const privateKeyHint = "mount the public key only, and treat this one as compromised if others could read it"

// addCertificates adds the keys of a binary keyring.
func (k *Keys) addCertificates(data []byte, pos diag.Pos) error {
	var raw []byte
	hasIDs := false // the certificate has a user ID or subkey so far
	for len(data) > 0 {
		p, err := readPacket(data)
		if err != nil {
			return keyProblem(pos, exportHint, "the key %v", err)
		}
		if p.tag == tagPublicKey {
			if err := k.addCertificate(raw, pos); err != nil {
				return err
			}
			raw, hasIDs = nil, false
		}
		if err := checkKeyPacket(p, len(raw) == 0, hasIDs, pos); err != nil {
			return err
		}
		hasIDs = hasIDs || p.tag == tagUserID || p.tag == tagUserAttr || p.tag == tagPublicSubkey
		raw = append(raw, data[:p.size]...)
		data = data[p.size:]
	}
	return k.addCertificate(raw, pos)
}

// checkKeyPacket refuses packets that the library skips without an error, above all
// revocations: those without their key, in an unexpected place, or of an old version.
func checkKeyPacket(p rawPacket, first, hasIDs bool, pos diag.Pos) error {
	switch p.tag {
	case tagSecretKey, tagSecretSubkey:
		return keyProblem(pos, privateKeyHint, "a private key is in the file")
	case tagPublicKey, tagUserID, tagUserAttr, tagPublicSubkey, tagTrust, tagSignature:
	default:
		return keyProblem(pos, exportHint, "the key holds a packet of kind %d, which no key has", p.tag)
	}
	if first && p.tag != tagPublicKey {
		return keyProblem(pos, "gpg --import both and export the key again", "a signature or revocation is in the file without its key")
	}
	const revokeKey, revokeSubkey = 0x20, 0x28
	if p.tag != tagSignature || len(p.body) < 3 {
		return nil
	}
	old := p.body[0] < 4 && (p.body[2] == revokeKey || p.body[2] == revokeSubkey)
	if old || hasIDs && p.body[1] == revokeKey {
		return keyProblem(pos, "gpg --import it and export the key again", "the key has a revocation that is out of place or of an old version")
	}
	return nil
}

func (k *Keys) addCertificate(raw []byte, pos diag.Pos) error {
	if raw == nil {
		return nil
	}
	c := certificate{raw: raw, pos: pos}
	e, err := c.entity()
	if err != nil {
		return keyProblem(pos, exportHint, "a key is broken, or of an algorithm that is not supported")
	}
	c.fingerprint = fingerprint(e)
	for _, o := range k.certificates {
		if o.fingerprint == c.fingerprint {
			return keyProblem(pos, "keep the newer one", "the key %s is in %s as well", c.fingerprint, o.pos)
		}
	}
	k.certificates = append(k.certificates, c)
	return nil
}
