package verify

import (
	"bytes"
	"errors"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"confit/render"
)

// A certificate is a public key with its user IDs, subkeys and signatures, as in its file.
// It is parsed for each check: the library notes in what it has parsed which signatures
// held at the time it was first asked for.
type certificate struct {
	raw         []byte
	fingerprint string
	pos         render.Pos
}

func (c certificate) entity() (*openpgp.Entity, error) {
	return openpgp.ReadEntity(packet.NewReader(bytes.NewReader(c.raw)))
}

// ParseKeys reads public keys: OpenPGP keyrings, binary or armored, and allowed_signers
// files as ssh-keygen(1) describes them. Dates in these are UTC, with and without a Z.
// What cannot be used is an error, not passed over. Every error is a problem with
// the file and, where there are lines, the line.
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
		return k.addCertificates(f.Data, render.Pos{File: f.Name})
	}
	before := len(k.openPGP)
	lines := strings.Split(strings.ReplaceAll(string(f.Data), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		pos := render.Pos{File: f.Name, Line: i + 1}
		if !strings.HasPrefix(lines[i], "-----BEGIN ") {
			continue // gpg skips what is around the blocks, too
		}
		if err := publicBlock(lines[i], pos); err != nil {
			return err
		}
		end := i + 1
		for end < len(lines) && !strings.HasPrefix(lines[end], "-----") {
			end++
		}
		block := strings.Join(lines[i:min(end+1, len(lines))], "\n")
		data, err := dearmor([]byte(block), "PGP PUBLIC KEY BLOCK")
		if err != nil {
			return badKeys(pos, exportHint, "the key block %v", err)
		}
		if err := k.addCertificates(data, pos); err != nil {
			return err
		}
		i = end
	}
	if len(k.openPGP) == before {
		return badKeys(render.Pos{File: f.Name}, exportHint, "no OpenPGP public key is in the file")
	}
	return nil
}

func publicBlock(line string, pos render.Pos) error {
	switch {
	case line == "-----BEGIN PGP PUBLIC KEY BLOCK-----":
		return nil
	case strings.Contains(line, "PRIVATE KEY"):
		return badKeys(pos, privateHint, "a private key is in the file")
	}
	return badKeys(pos, exportHint, "this is not the beginning of an OpenPGP public key")
}

const privateHint = "mount the public key only, and take this one for compromised if others could read it"

// addCertificates adds the keys of a keyring without armor.
func (k *Keys) addCertificates(data []byte, pos render.Pos) error {
	var raw []byte
	placed := false // whether a user ID or subkey of this certificate was seen
	for len(data) > 0 {
		p, err := readPacket(data)
		if err != nil {
			return badKeys(pos, exportHint, "the key %v", err)
		}
		if p.tag == tagPublicKey {
			if err := k.addCertificate(raw, pos); err != nil {
				return err
			}
			raw, placed = nil, false
		}
		if err := checkKeyPacket(p, len(raw) == 0, placed, pos); err != nil {
			return err
		}
		placed = placed || p.tag == tagUserID || p.tag == tagUserAttr || p.tag == tagPublicSubkey
		raw = append(raw, data[:p.size]...)
		data = data[p.size:]
	}
	return k.addCertificate(raw, pos)
}

// checkKeyPacket refuses what the library would pass over in silence, above all a
// revocation: a certificate that stands alone, or one in a place or form it does not know.
func checkKeyPacket(p rawPacket, first, placed bool, pos render.Pos) error {
	switch p.tag {
	case tagSecretKey, tagSecretSubkey:
		return badKeys(pos, privateHint, "a private key is in the file")
	case tagPublicKey, tagUserID, tagUserAttr, tagPublicSubkey, tagTrust, tagSignature:
	default:
		return badKeys(pos, exportHint, "the key holds a packet of kind %d, which no key has", p.tag)
	}
	if first && p.tag != tagPublicKey {
		return badKeys(pos, "gpg --import both and export the key again", "a signature or revocation is in the file without its key")
	}
	const revokeKey, revokeSubkey = 0x20, 0x28
	if p.tag != tagSignature || len(p.body) < 3 {
		return nil
	}
	old := p.body[0] < 4 && (p.body[2] == revokeKey || p.body[2] == revokeSubkey)
	if old || placed && p.body[1] == revokeKey {
		return badKeys(pos, "gpg --import it and export the key again", "the key has a revocation that is out of place or of an old version")
	}
	return nil
}

func (k *Keys) addCertificate(raw []byte, pos render.Pos) error {
	if raw == nil {
		return nil
	}
	c := certificate{raw: raw, pos: pos}
	e, err := c.entity()
	if err != nil {
		return badKeys(pos, exportHint, "a key is broken, or of an algorithm that is not supported")
	}
	c.fingerprint = fingerprint(e)
	for _, o := range k.openPGP {
		if o.fingerprint == c.fingerprint {
			return badKeys(pos, "keep the newer one", "the key %s is in %s as well", c.fingerprint, o.pos)
		}
	}
	k.openPGP = append(k.openPGP, c)
	return nil
}
