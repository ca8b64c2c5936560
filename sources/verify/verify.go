// Package verify tells who signed a Git commit or tag. Bytes in, verdict out: it reads no
// disk, network, environment or clock, asks no agent and starts no process. An object that
// Git's tools could read in two ways is refused: what is accepted says the same to all of them.
package verify

import (
	"bytes"
	"fmt"
	"time"

	"confit/render"
)

// maxSignature is more than any signature needs, armor and certificate included.
const maxSignature = 64 << 10

// clockSkew is how far ahead of ours the clock of a signer may be.
const clockSkew = 10 * time.Minute

// A File is a key file; its name is for messages.
type File struct {
	Name string
	Data []byte
}

// Keys are who may sign. The zero value trusts nobody. Keys do not change once they are
// parsed, and may be used from several goroutines.
type Keys struct {
	openPGP []certificate
	ssh     []signer
}

// A Signer is who signed. What a tag says about itself is not proof that it is the tag one
// asked for: whoever can move a ref can put one signed tag in the place of another. Compare
// Tag and Object.
type Signer struct {
	Name   string // user ID or principal; untrusted: quote it when it is shown
	Key    string // OpenPGP: fingerprint of the primary key; SSH: SHA256:…
	Tag    string // of a tag: the name in the signed text; untrusted
	Object string // of a tag: the hash of the commit it stands for
}

// String names the signer in a message: `alice@example.com (SHA256:…)`.
func (s Signer) String() string {
	if s.Name == "" {
		return s.Key
	}
	return render.Quoted(s.Name) + " (" + s.Key + ")"
}

// Check verifies the signature of a raw commit or tag, without the "commit N\0" in front,
// and returns who signed it. That the object has the hash one asked for is for the caller
// to check. name is for messages, like "commit 4f2a91c". Every error is a problem of
// CauseTrust.
//
// An OpenPGP key must be valid now, as for git and gpg: when it has expired or is revoked,
// all that it signed is refused. The lifetime of an SSH key
// or certificate is compared with the date of the committer or tagger, as Git does: a line
// with valid-before keeps what was signed earlier; take the line out to revoke the key.
func (k Keys) Check(kind, name string, object []byte, now time.Time) (Signer, error) {
	s, err := k.check(kind, object, now)
	if p, ok := err.(*render.Problem); ok {
		p.Text = render.Quoted(name) + ": " + p.Text
	}
	return s, err
}

func (k Keys) check(kind string, object []byte, now time.Time) (Signer, error) {
	if len(k.openPGP)+len(k.ssh) == 0 {
		return Signer{}, refuse("name a file with the public keys of who may sign", "nobody is trusted to sign it")
	}
	text, err := split(kind, object)
	if err != nil {
		return Signer{}, err
	}
	if len(text.signature) > maxSignature {
		return Signer{}, refuse(signAgain, "its signature has more than %d bytes", maxSignature)
	}
	if text.when.After(now.Add(clockSkew)) {
		return Signer{}, refuse("compare the clocks of this machine and of who signed",
			"it is dated %s, in the future", text.when.UTC().Format(time.RFC3339))
	}
	var s Signer
	switch {
	case bytes.HasPrefix(text.signature, []byte(beginPGP)):
		s, err = recovered(func() (Signer, error) { return k.checkOpenPGP(text, now) })
	case bytes.HasPrefix(text.signature, []byte(beginSSH)):
		s, err = recovered(func() (Signer, error) { return k.checkSSH(text) })
	default:
		err = refuse(signAgain, "its signature is neither OpenPGP nor SSH")
	}
	if err != nil {
		return Signer{}, err
	}
	s.Tag, s.Object = text.tag, text.target
	return s, nil
}

// recovered calls a check that hands untrusted bytes to a library. A panic of the library
// is a refusal: a signature that cannot be read trusts nobody.
func recovered(check func() (Signer, error)) (s Signer, err error) {
	defer func() {
		if recover() != nil {
			s, err = Signer{}, refuse(signAgain, "its signature cannot be read: it makes the library that reads it panic")
		}
	}()
	return check()
}

const signAgain = "sign it again: git commit --amend -S, or git tag -f -s"

// refuse is the problem of an object that is not accepted.
func refuse(hint, format string, args ...any) error {
	return &render.Problem{Cause: render.CauseTrust, Code: "git-signature", Text: fmt.Sprintf(format, args...), Hint: hint}
}

// badKeys is the problem of a key file.
func badKeys(pos render.Pos, hint, format string, args ...any) error {
	return &render.Problem{Cause: render.CauseSpec, Code: "git-keys", Pos: pos, Text: fmt.Sprintf(format, args...), Hint: hint}
}
