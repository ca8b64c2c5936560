package gitserver

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"golang.org/x/crypto/ssh"
)

// An SSHKey logs in, identifies a host, or signs commits and tags.
type SSHKey struct {
	Private    string // a file of OpenSSH's
	Authorized string // a line of authorized_keys, without the line end

	signer ssh.Signer
}

// NewSSHKey makes an Ed25519 key.
func NewSSHKey() (*SSHKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return SSHKeyOf(key)
}

// SSHKeyOf takes a key of another kind.
func SSHKeyOf(key crypto.Signer) (*SSHKey, error) {
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return nil, err
	}
	line := strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(signer.PublicKey())), "\n")
	return &SSHKey{string(pem.EncodeToMemory(block)), line, signer}, nil
}

// AllowedSigner is a line for an allowed-signers file, in which all principals may
// sign. An option is like valid-before="20240101".
func (k *SSHKey) AllowedSigner(principal string, options ...string) string {
	return strings.Join(append(append([]string{principal}, options...), k.Authorized), " ")
}

// Sign makes a signature of the namespace git, as PROTOCOL.sshsig of OpenSSH says.
func (k *SSHKey) Sign(payload string) (string, error) {
	const namespace, hash = "git", "sha512"
	digest := sha512.Sum512([]byte(payload))
	signed := ssh.Marshal(struct{ Namespace, Reserved, Hash, Digest string }{namespace, "", hash, string(digest[:])})
	signature, err := k.sign(append([]byte("SSHSIG"), signed...))
	if err != nil {
		return "", err
	}
	blob := ssh.Marshal(struct {
		Version                                uint32
		Key, Namespace, Reserved, Hash, Signed string
	}{1, string(k.signer.PublicKey().Marshal()), namespace, "", hash, string(ssh.Marshal(signature))})
	return sshArmour(append([]byte("SSHSIG"), blob...)), nil
}

// sign takes SHA-512 with RSA: OpenSSH takes nothing less here.
func (k *SSHKey) sign(data []byte) (*ssh.Signature, error) {
	if s, ok := k.signer.(ssh.AlgorithmSigner); ok && k.signer.PublicKey().Type() == ssh.KeyAlgoRSA {
		return s.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
	}
	return k.signer.Sign(rand.Reader, data)
}

func sshArmour(blob []byte) string {
	var b strings.Builder
	b.WriteString("-----BEGIN SSH SIGNATURE-----\n")
	for text := base64.StdEncoding.EncodeToString(blob); text != ""; {
		n := min(len(text), 70)
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	b.WriteString("-----END SSH SIGNATURE-----\n")
	return b.String()
}
