package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"

	"confit/render/diag"
)

// A hand signs; its keys are trusted by keys.
type hand struct {
	keys Keys
	sign func(payload []byte) string
}

func pgpConfig(at time.Time) *packet.Config {
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return at }}
}

func newEntity(t testing.TB, at time.Time) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity("Alice", "", "alice@example.com", pgpConfig(at))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func public(t testing.TB, es ...*openpgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, e := range es {
		if err := e.Serialize(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func pgpHand(t testing.TB) hand {
	t.Helper()
	e := newEntity(t, made().Add(-time.Hour))
	keys, err := ParseKeys([]File{{"a.gpg", public(t, e)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return hand{keys, func(payload []byte) string {
		var b bytes.Buffer
		if err := openpgp.ArmoredDetachSign(&b, []*openpgp.Entity{e}, bytes.NewReader(payload), &openpgp.SignParams{Config: pgpConfig(made())}); err != nil {
			t.Fatal(err)
		}
		return b.String() + "\n"
	}}
}

func newSSH(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func authorized(k ssh.PublicKey) string { return string(ssh.MarshalAuthorizedKey(k)) }

// sshSign makes a signature; change may falsify it.
func sshSign(t testing.TB, s ssh.Signer, payload []byte, change func(*sshBlob)) string {
	t.Helper()
	b := sshBlob{Magic: [6]byte([]byte("SSHSIG")), Version: 1, PublicKey: s.PublicKey().Marshal(), Namespace: "git", Hash: "sha512"}
	if change != nil {
		change(&b)
	}
	digest := sha512.Sum512(payload)
	sig, err := s.Sign(rand.Reader, ssh.Marshal(sshSigned{b.Magic, b.Namespace, "", b.Hash, digest[:]}))
	if err != nil {
		t.Fatal(err)
	}
	if b.Signature == nil {
		b.Signature = ssh.Marshal(sig)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: ssh.Marshal(b)}))
}

func sshHand(t testing.TB) hand {
	t.Helper()
	s := newSSH(t)
	keys, err := ParseKeys(nil, []File{{"signers", []byte("a@example.com " + authorized(s.PublicKey()))}})
	if err != nil {
		t.Fatal(err)
	}
	return hand{keys, func(payload []byte) string { return sshSign(t, s, payload, nil) }}
}

// inHeader is a signature as a header of a commit.
func inHeader(name, sig string) string {
	return name + " " + strings.ReplaceAll(strings.TrimSuffix(sig, "\n"), "\n", "\n ") + "\n"
}

func (h hand) commit(head, text string) []byte {
	return []byte(head + inHeader("gpgsig", h.sign([]byte(head+text))) + text)
}

func (h hand) tag(text string) []byte { return []byte(text + h.sign([]byte(text))) }

// refusal is the text of a refusal, which must be a problem of trust with advice.
func refusal(t testing.TB, err error) string {
	t.Helper()
	var p *diag.Problem
	if !errors.As(err, &p) || p.Cause != diag.CauseTrust || p.Code != "git-signature" || p.Hint == "" {
		t.Fatalf("error %v (%#v) is no problem of trust with a hint", err, p)
	}
	return p.Error()
}

func hands(t testing.TB) map[string]hand {
	return map[string]hand{"OpenPGP": pgpHand(t), "SSH": sshHand(t)}
}

// pemBody is data in lines of base64.
func pemBody(data []byte) string {
	lines := strings.SplitAfter(string(pem.EncodeToMemory(&pem.Block{Type: "X", Bytes: data})), "\n")
	return strings.Join(lines[1:len(lines)-2], "")
}

func armorKey(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err == nil {
		_, err = w.Write(data)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}
