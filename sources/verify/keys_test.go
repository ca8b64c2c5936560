package verify

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"golang.org/x/crypto/ssh"

	"confit/render/diag"
)

// problems are the texts of err, which must be problems of the spec with a hint.
func problems(t testing.TB, err error) string {
	t.Helper()
	var all []string
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		if p.Cause != diag.CauseSpec || p.Code != "git-keys" || p.Hint == "" || p.Pos.File == "" {
			t.Fatalf("error %#v is no problem of a key file with a hint", p)
		}
		all = append(all, p.Error())
	}
	return strings.Join(all, "\n")
}

func TestKeyrings(t *testing.T) {
	a, b := newEntity(t, made()), newEntity(t, made())
	raw := public(t, a)
	var private bytes.Buffer
	if err := a.SerializePrivate(&private, pgpConfig(made())); err != nil {
		t.Fatal(err)
	}
	late := newEntity(t, made())
	if err := late.Revoke(packet.KeyCompromised, "", pgpConfig(made())); err != nil {
		t.Fatal(err)
	}
	var revocation bytes.Buffer
	if err := late.Revocations[0].Packet.Serialize(&revocation); err != nil {
		t.Fatal(err)
	}
	late.Revocations = nil
	armored := armorKey(t, raw)
	tests := map[string]struct {
		data string
		want string // "" means accepted
	}{
		"binary":                 {string(public(t, a, b)), ""},
		"armored":                {armored, ""},
		"two blocks and text":    {"Alice:\n" + armored + "\nBob:\n" + armorKey(t, public(t, b)), ""},
		"CRLF":                   {strings.ReplaceAll(armored, "\n", "\r\n"), ""},
		"empty":                  {"", "k: no OpenPGP"},
		"text":                   {"hello\n", "k: no OpenPGP"},
		"twice":                  {armored + armored, "is in k:1 as well"},
		"twice, binary":          {string(raw) + string(raw), "as well"},
		"private":                {private.String(), "private key"},
		"private, armored":       {"x\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "k:2: a private key"},
		"OpenSSH private":        {"-----BEGIN OPENSSH PRIVATE KEY-----\n", "k:1: a private key"},
		"private in public":      {strings.ReplaceAll(armorKey(t, private.Bytes()), "PRIVATE", "PUBLIC"), "k:1: a private key"},
		"a signature":            {beginPGP, "k:1: this is not"},
		"no end":                 {strings.Split(armored, "-----END")[0], "has no end"},
		"cut":                    {armorKey(t, raw[:len(raw)-5]), "k:1: the key ends within a packet"},
		"second one broken":      {armored + "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n", "no OpenPGP packet"},
		"user ID only":           {"\xcd\x01a", "without its key"},
		"revocation only":        {revocation.String(), "without its key"},
		"revocation at the end":  {string(public(t, late)) + revocation.String(), "out of place"},
		"compressed":             {string(raw) + "\xc8\x01\x00", "kind 8"},
		"key of unknown version": {"\xc6\x06\x09\x00\x00\x00\x00\x01", "broken"},
		"garbage":                {"\xff\xff\xff\xff\xff\xff\xff", "ends within"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseKeys([]File{{"k", []byte(test.data)}}, nil)
			if got := problems(t, err); test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("ParseKeys: %q, want %q", got, test.want)
			}
		})
	}
}

// TestRevoked checks a revocation where it belongs.
func TestRevoked(t *testing.T) {
	h, e := pgpHand(t), newEntity(t, made().Add(-time.Hour))
	payload := commitHead + message
	sig := &packet.Signature{Version: 4, PubKeyAlgo: e.PrimaryKey.PubKeyAlgo, Hash: 5, CreationTime: made(), IssuerKeyId: &e.PrimaryKey.KeyId}
	d := sig.Hash.New()
	d.Write([]byte(payload))
	var b bytes.Buffer
	if err := errors.Join(sig.Sign(d, e.PrivateKey, nil), sig.Serialize(&b)); err != nil {
		t.Fatal(err)
	}
	object := commitHead + inHeader("gpgsig", beginPGP+"\n"+pemBody(b.Bytes())+"-----END PGP SIGNATURE-----\n") + message
	check := func() error {
		k, err := ParseKeys([]File{{"k", public(t, e)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		k.certificates = append(k.certificates, h.keys.certificates...)
		_, err = k.Check("commit", "commit", []byte(object), now())
		return err
	}
	if err := check(); err != nil {
		t.Fatal(err)
	}
	for _, reason := range []packet.ReasonForRevocation{packet.KeySuperseded, packet.KeyRetired, packet.KeyCompromised} {
		e.Revocations = nil
		if err := e.Revoke(reason, "", pgpConfig(made().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if got := refusal(t, check()); !strings.Contains(got, "is revoked") {
			t.Errorf("reason %d: %q", reason, got)
		}
	}
}

func TestSigners(t *testing.T) {
	key := strings.TrimSpace(authorized(newSSH(t).PublicKey()))
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := ssh.NewPublicKey(&small.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	ca := newSSH(t)
	c := &ssh.Certificate{Key: ca.PublicKey(), CertType: ssh.UserCert}
	certify(t, c, ca)
	cert := authorized(c)
	tests := map[string]struct{ line, want string }{
		"plain":               {"a@example.com " + key, ""},
		"comment":             {"a " + key + " a comment", ""},
		"tabs":                {"\ta,b\t" + key, ""},
		"quoted names":        {`"a b,c" ` + key, ""},
		"CRLF":                {"a " + key + "\r", ""},
		"options":             {`a cert-authority,NAMESPACES="g*,file",valid-after="20200101",valid-before="202101010000Z" ` + key, ""},
		"negated authority":   {`*,!b cert-authority ` + key, ""},
		"other namespace":     {`a namespaces="file" ` + key, `namespace "git"`},
		"excluded namespace":  {`a namespaces="*,!git" ` + key, `namespace "git"`},
		"comment only":        {"# " + key, `namespace "git"`},
		"authorized_keys":     {key, "name of the signer is missing"},
		"no key":              {"a", "malformed"},
		"key cut":             {"a " + key[:40], "malformed"},
		"type lies":           {"a ecdsa-sha2-nistp256" + strings.TrimPrefix(key, "ssh-ed25519"), "not known"},
		"trailing in key":     {"a " + strings.Fields(key)[0] + " " + strings.Fields(key)[1] + "AAAA", "malformed"},
		"unknown option":      {"a no-touch-required " + key, "not known"},
		"empty option":        {`a cert-authority, ` + key, "not known"},
		"empty options":       {`a , ` + key, "not known"},
		"empty option first":  {`a ,cert-authority ` + key, "not known"},
		"empty option inside": {`a cert-authority,,namespaces="git" ` + key, "not known"},
		"escaped quote":       {`a namespaces="file\",git" ` + key, "quotes"},
		"two values":          {`a namespaces="file""git" ` + key, "quotes"},
		"text after the name": {`"a"b ` + key, "malformed"},
		"quote in a name":     {`a"b" ` + key, "malformed"},
		"only a name":         {`"a"`, "malformed"},
		"two keys":            {"a " + key + " " + key, ""},
		"certificate":         {"a " + cert, "certificate"},
		"twice":               {`a namespaces="git",namespaces="git" ` + key, "twice"},
		"unquoted":            {`a namespaces=git ` + key, "quotes"},
		"value of a flag":     {`a cert-authority="x" ` + key, "quotes"},
		"no date":             {`a valid-after="tomorrow" ` + key, "date"},
		"month 13":            {`a valid-after="20201301" ` + key, "date"},
		"never":               {`a valid-after="20210101",valid-before="20200101" ` + key, "not before"},
		"open quote":          {`"a ` + key, "malformed"},
		"negated name":        {"a,!b " + key, "excluded"},
		"small RSA":           {"a " + authorized(weak), "1024 bits"},
		"OpenSSH private key": {"-----BEGIN OPENSSH PRIVATE KEY-----", "private key"},
		"OpenPGP key":         {"-----BEGIN PGP PUBLIC KEY BLOCK-----", "not a list"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseKeys(nil, []File{{"s", []byte("\n" + test.line + "\n")}})
			got := problems(t, err)
			if test.want == "" && got != "" || !strings.Contains(got, test.want) || strings.Contains(got, "AAAA") {
				t.Errorf("ParseKeys: %q, want %q", got, test.want)
			}
		})
	}
	_, err = ParseKeys([]File{{"k", nil}}, []File{{"s", []byte("a\nb " + key + "\n" + key)}})
	if got := problems(t, err); !strings.Contains(got, "k: no") || !strings.Contains(got, "s:1: ") || !strings.Contains(got, "s:3: ") {
		t.Errorf("not all problems are told: %q", got)
	}
}
