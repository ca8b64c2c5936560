package verify

import (
	"bytes"
	"fmt"
	"time"

	"confit/render/diag"
)

// maxSignature is the limit for a signature with its armor, in bytes. None needs as much.
const maxSignature = 64 << 10

// maxClockSkew is the time that the clock of a signer may be ahead of ours.
const maxClockSkew = 10 * time.Minute

// A File is a key file. Its name is for messages.
type File struct {
	Name string
	Data []byte
}

// Keys are the public keys of trusted signers. The zero value trusts nobody. Keys never change
// after ParseKeys, so several goroutines may use them.
type Keys struct {
	certificates   []certificate
	allowedSigners []allowedSigner
}

// A Signer is the owner of the key that signed an object. Whoever can move a ref can replace a
// signed tag by another one: compare Tag and Object with the tag and commit you asked for.
type Signer struct {
	Name   string // user ID or principal; untrusted: quote it
	Key    string // fingerprint: of the OpenPGP primary key, or SHA256:… of the SSH key
	Tag    string // of a tag: its name in the signed text; untrusted
	Object string // of a tag: the hash of its commit, or of the tag that it is a tag of
}

// String names the signer in a message: `alice@example.com (SHA256:…)`.
func (s Signer) String() string {
	if s.Name == "" {
		return s.Key
	}
	return diag.Quoted(s.Name) + " (" + s.Key + ")"
}

// Check verifies the signature of a raw commit or tag and returns its signer. The object comes
// without the "commit N\0" in front, and the caller has verified its hash. kind is "commit" or
// "tag"; name, like "commit 4f2a91c", is for messages. Every error is a problem of CauseTrust.
//
// An OpenPGP key must be valid now, as for git and gpg: Check refuses everything that an
// expired or revoked key signed. The lifetime of an SSH key or certificate counts at the date
// of the committer or tagger, as for Git: valid-before keeps earlier signatures valid. To
// revoke an SSH key, remove its line.
func (k Keys) Check(kind, name string, object []byte, now time.Time) (Signer, error) {
	s, err := k.check(kind, object, now)
	if p, ok := err.(*diag.Problem); ok {
		p.Text = diag.Quoted(name) + ": " + p.Text
	}
	return s, err
}

func (k Keys) check(kind string, object []byte, now time.Time) (Signer, error) {
	if len(k.certificates)+len(k.allowedSigners) == 0 {
		return Signer{}, refuse("name a file with the public keys of who may sign", "nobody is trusted to sign it")
	}
	text, err := parseObject(kind, object)
	if err != nil {
		return Signer{}, err
	}
	if len(text.signature) > maxSignature {
		return Signer{}, refuse(signAgainHint, "its signature has more than %d bytes", maxSignature)
	}
	if text.date.After(now.Add(maxClockSkew)) {
		return Signer{}, refuse("compare the clocks of this machine and of who signed",
			"it is dated %s, in the future", text.date.UTC().Format(time.RFC3339))
	}
	var s Signer
	switch {
	case bytes.HasPrefix(text.signature, []byte(beginPGP)):
		s, err = recovered(func() (Signer, error) { return k.checkOpenPGP(text, now) })
	case bytes.HasPrefix(text.signature, []byte(beginSSH)):
		s, err = recovered(func() (Signer, error) { return k.checkSSH(text) })
	default:
		err = refuse(signAgainHint, "its signature is neither OpenPGP nor SSH")
	}
	if err != nil {
		return Signer{}, err
	}
	s.Tag, s.Object = text.tag, text.target
	return s, nil
}

// recovered calls check, which passes untrusted bytes to a library. It turns a panic of the
// library into a refusal, as confit accepts no signature that it cannot read.
func recovered(check func() (Signer, error)) (s Signer, err error) {
	defer func() {
		if recover() != nil {
			s, err = Signer{}, refuse(signAgainHint, "its signature cannot be read: it makes the library that reads it panic")
		}
	}()
	return check()
}

const signAgainHint = "sign it again: git commit --amend -S, or git tag -f -s"

// refuse is the problem of an object that Check refuses.
func refuse(hint, format string, args ...any) error {
	return &diag.Problem{Cause: diag.CauseTrust, Code: "git-signature", Text: fmt.Sprintf(format, args...), Hint: hint}
}

// keyProblem is the problem of a key file.
func keyProblem(pos diag.Pos, hint, format string, args ...any) error {
	return &diag.Problem{Cause: diag.CauseSpec, Code: "git-keys", Pos: pos, Text: fmt.Sprintf(format, args...), Hint: hint}
}
