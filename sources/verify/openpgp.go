package verify

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"time"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

func (k Keys) checkOpenPGP(text signedObject, now time.Time) (Signer, error) {
	data, err := dearmor(text.signature, "PGP SIGNATURE")
	if err == nil {
		err = checkSignaturePacket(data)
	}
	if err != nil {
		return Signer{}, refuse(signAgainHint, "its OpenPGP signature %v", err)
	}
	p, err := packet.Read(bytes.NewReader(data))
	sig, ok := p.(*packet.Signature)
	if err != nil || !ok || sig.IssuerKeyId == nil || *sig.IssuerKeyId == 0 {
		return Signer{}, refuse(signAgainHint, "its OpenPGP signature is malformed or of an algorithm that is not supported")
	}
	if sig.CreationTime.After(now.Add(maxClockSkew)) {
		return Signer{}, refuse("compare the clocks of this machine and of who signed", "its OpenPGP signature is dated in the future")
	}
	at := now
	if sig.CreationTime.After(at) {
		at = sig.CreationTime
	}
	refused := refuse("if you trust this key, add it to the keyring", "it is signed by the OpenPGP key %016X, which is not trusted", *sig.IssuerKeyId)
	for _, c := range k.certificates {
		e, err := c.entity()
		if err != nil || len((openpgp.EntityList{e}).EntitiesById(*sig.IssuerKeyId)) == 0 {
			continue
		}
		key, err := signingKey(e, *sig.IssuerKeyId, at)
		if err == nil {
			err = verifyPayload(key, sig, text.payload, at)
		}
		if err == nil {
			return Signer{Name: userID(e, at), Key: c.fingerprint}, nil
		}
		refused = err
	}
	return Signer{}, refused
}

// signaturePolicy is the policy for the signatures within a key at a time.
func signaturePolicy(at time.Time) *packet.Config {
	broken := map[crypto.Hash]bool{crypto.MD5: true, crypto.RIPEMD160: true, crypto.SHA1: true}
	return &packet.Config{
		Time:                 func() time.Time { return at },
		RejectHashAlgorithms: broken,
	}
}

// signingKey returns the key with this id if it may sign at a time. The caller passes now, not
// the time of the signature: gpg replaces the self-signatures of a key when it extends the
// key, so the state at an earlier time is lost.
func signingKey(e *openpgp.Entity, id uint64, at time.Time) (openpgp.Key, error) {
	rules := signaturePolicy(at)
	_, err := e.VerifyPrimaryKey(at, rules)
	for _, sub := range e.Subkeys {
		if err == nil && sub.PublicKey.KeyId == id {
			_, err = sub.Verify(at, rules)
		}
	}
	name := fmt.Sprintf("%s (signed by %016X)", fingerprint(e), id)
	switch {
	case errors.Is(err, pgperrors.ErrKeyRevoked):
		return openpgp.Key{}, refuse("sign again with a key that is valid, and take this one off the keyring", "the OpenPGP key %s is revoked", name)
	case errors.Is(err, pgperrors.ErrKeyExpired):
		return openpgp.Key{}, refuse("extend the key (gpg --quick-set-expire) and export it again, or sign with another", "the OpenPGP key %s has expired", name)
	case err != nil:
		return openpgp.Key{}, refuse("renew the key (gpg --quick-set-expire) and export it again",
			"the OpenPGP key %s has no valid self-signature: none, expired, or made with a broken hash like SHA-1", name)
	}
	key, ok := e.SigningKeyById(at, id, rules)
	if ok && key.PublicKey != e.PrimaryKey {
		// The library checks the hash of the signature by the primary key only.
		back := key.SelfSignature.EmbeddedSignature
		ok = back != nil && !rules.RejectHashAlgorithm(back.Hash)
	}
	if !ok {
		return openpgp.Key{}, refuse("sign with a key that is for signing and not weak: ed25519, or RSA from 2048 bits", "the OpenPGP key %s may not sign", name)
	}
	return key, nil
}

func verifyPayload(key openpgp.Key, sig *packet.Signature, payload []byte, at time.Time) error {
	critical := slices.ContainsFunc(sig.Notations, func(n *packet.Notation) bool { return n.IsCritical })
	if critical || !sig.Hash.Available() {
		return refuse(signAgainHint, "its OpenPGP signature asks for something that is not supported")
	}
	h := sig.Hash.New()
	h.Write(payload)
	switch {
	case key.PublicKey.VerifySignature(h, sig) != nil:
		return refuse("fetch it again from a place you trust",
			"its signature by the OpenPGP key %s does not match: it was changed, or the signature is of another object", fingerprint(key.Entity))
	case sig.CreationTime.Before(key.PublicKey.CreationTime):
		return refuse(signAgainHint, "its OpenPGP signature is older than the key %s", fingerprint(key.Entity))
	case sig.SigExpired(at):
		return refuse(signAgainHint, "its OpenPGP signature has expired")
	}
	return nil
}

func userID(e *openpgp.Entity, at time.Time) string {
	if _, id := e.PrimaryIdentity(at, signaturePolicy(at)); id != nil {
		return id.Name
	}
	return ""
}

func fingerprint(e *openpgp.Entity) string {
	return fmt.Sprintf("%X", e.PrimaryKey.Fingerprint)
}
