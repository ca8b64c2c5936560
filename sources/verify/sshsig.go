package verify

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // for crypto.SHA256
	_ "crypto/sha512" // for crypto.SHA512
	"errors"
	"time"

	"golang.org/x/crypto/ssh"
)

// An sshSignature is a parsed signature.
type sshSignature struct {
	sshBlob
	parsed ssh.Signature // of the field Signature
}

// An sshBlob is the signature as in the armor (PROTOCOL.sshsig of OpenSSH).
type sshBlob struct {
	Magic     [6]byte
	Version   uint32
	PublicKey []byte
	Namespace string
	Reserved  string
	Hash      string
	Signature []byte
}

// An sshSigned has the bytes that the key signs.
type sshSigned struct {
	Magic     [6]byte
	Namespace string
	Reserved  string
	Hash      string
	Digest    []byte
}

func (k Keys) checkSSH(text signedObject) (Signer, error) {
	blob, err := dearmor(text.signature, "SSH SIGNATURE")
	if err != nil {
		return Signer{}, refuse(signAgainHint, "its SSH signature %v", err)
	}
	sig, key, err := parseSSH(blob)
	if err != nil {
		return Signer{}, refuse(signAgainHint, "its SSH signature %v", err)
	}
	userKey := key
	if cert, ok := key.(*ssh.Certificate); ok {
		userKey = cert.Key
	}
	keyName := ssh.FingerprintSHA256(userKey)
	refused := refuse("if you trust this key, add it to the allowed signers", "it is signed by the SSH key %s, which is not trusted", keyName)
	for _, s := range k.allowedSigners {
		if !s.isFor(key) {
			continue
		}
		name, err := s.authorize(key, text.date)
		if err == nil && !sig.verifies(userKey, text.payload) {
			return Signer{}, refuse("fetch it again from a place you trust", "its signature by the SSH key %s does not match: it was changed, or the signature is of another object", keyName)
		}
		if err == nil {
			return Signer{Name: name, Key: keyName}, nil
		}
		refused = refuse("sign with a key that is valid, or correct the allowed signers", "it is signed by the SSH key %s, but %v", keyName, err)
	}
	return Signer{}, refused
}

// parseSSH reads a signature and the key in it. Its errors complete "the signature …".
func parseSSH(blob []byte) (sig sshSignature, key ssh.PublicKey, err error) {
	if err := ssh.Unmarshal(blob, &sig.sshBlob); err != nil || string(sig.Magic[:]) != "SSHSIG" {
		return sig, nil, errors.New("is malformed")
	}
	switch {
	case sig.Version != 1:
		return sig, nil, errors.New("has a version other than 1")
	case sig.Namespace != "git":
		return sig, nil, errors.New(`was not made for the namespace "git"`)
	case sig.Reserved != "":
		return sig, nil, errors.New("says more than is signed") // the signed bytes have this field empty
	case sig.Hash != "sha256" && sig.Hash != "sha512":
		return sig, nil, errors.New("was made with a hash other than SHA-256 or SHA-512")
	}
	if err := ssh.Unmarshal(sig.Signature, &sig.parsed); err != nil {
		return sig, nil, errors.New("is malformed")
	}
	switch sig.parsed.Format {
	case ssh.KeyAlgoRSA, "ssh-dss":
		return sig, nil, errors.New("was made with SHA-1, which is broken")
	}
	key, err = ssh.ParsePublicKey(sig.PublicKey)
	if err != nil {
		return sig, nil, errors.New("is by a key that is malformed or of an algorithm that is not supported")
	}
	return sig, key, nil
}

func (s sshSignature) verifies(key ssh.PublicKey, payload []byte) bool {
	hardware := key.Type() == ssh.KeyAlgoSKED25519 || key.Type() == ssh.KeyAlgoSKECDSA256
	if len(s.parsed.Rest) > 0 && !hardware {
		return false
	}
	hash := crypto.SHA256
	if s.Hash == "sha512" {
		hash = crypto.SHA512
	}
	h := hash.New()
	h.Write(payload)
	signed := ssh.Marshal(sshSigned{s.Magic, s.Namespace, s.Reserved, s.Hash, h.Sum(nil)})
	return key.Verify(signed, &s.parsed) == nil
}

// isFor says whether the line has this key, or the authority of this certificate.
func (s allowedSigner) isFor(key ssh.PublicKey) bool {
	cert, ok := key.(*ssh.Certificate)
	if ok != s.authority {
		return false
	}
	if ok {
		key = cert.SignatureKey
	}
	return bytes.Equal(key.Marshal(), s.key.Marshal())
}

// authorize returns the principal for which a key may sign at a time.
func (s allowedSigner) authorize(key ssh.PublicKey, when time.Time) (string, error) {
	if when.Before(s.validAfter) || !s.validBefore.IsZero() && when.After(s.validBefore) {
		return "", errors.New("not within the time that valid-after and valid-before allow")
	}
	cert, ok := key.(*ssh.Certificate)
	if !ok {
		return s.principals, nil
	}
	if err := checkStrength(cert.Key); err != nil {
		return "", err
	}
	if cert.CertType != ssh.UserCert || cert.Signature.Format == ssh.KeyAlgoRSA {
		return "", errors.New("its certificate is not for a user, or signed with SHA-1")
	}
	checker := ssh.CertChecker{Clock: func() time.Time { return when }}
	for _, name := range cert.ValidPrincipals {
		if matchList(name, s.principals) {
			if checker.CheckCert(name, cert) != nil {
				return "", errors.New("its certificate does not hold: expired then, forged, or with options not known here")
			}
			return name, nil
		}
	}
	return "", errors.New("its certificate is for other names than the line of its authority")
}
