package verify

import (
	"bytes"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// TestOpenPGPSignatures falsifies the packet within the armor.
func TestOpenPGPSignatures(t *testing.T) {
	e := newEntity(t, made().Add(-time.Hour))
	keys, err := ParseKeys([]File{{"a.gpg", public(t, e)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload := []byte(commitHead + message)
	sign := func(kind packet.SignatureType, hash crypto.Hash, at time.Time, change func(*packet.Signature)) []byte {
		sig := &packet.Signature{Version: 4, SigType: kind, PubKeyAlgo: e.PrimaryKey.PubKeyAlgo, Hash: hash, CreationTime: at, IssuerKeyId: &e.PrimaryKey.KeyId}
		if change != nil {
			change(sig)
		}
		d := hash.New()
		d.Write(payload)
		var b bytes.Buffer
		if err := errors.Join(sig.Sign(d, e.PrivateKey, nil), sig.Serialize(&b)); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	good := sign(0, crypto.SHA256, made(), nil)
	body, hour := good[2:], uint32(3600)
	if good[0] != 0xc2 || int(good[1]) != len(body) {
		t.Fatalf("the header of the packet is %x", good[:2])
	}
	emptySubpackets := []byte{5, 2, 0x6a, 0, 0, 0, 9, 16}
	emptySubpackets = binary.BigEndian.AppendUint64(emptySubpackets, e.PrimaryKey.KeyId)
	emptySubpackets = append(emptySubpackets, 1, 4) // exportable, without the octet that says whether
	huge := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff}, 0x80|subpacketEmbedded)
	tests := map[string]struct {
		data []byte
		want string
	}{
		"good":               {good, ""},
		"old header":         {append([]byte{0x88, good[1]}, body...), ""},
		"long header":        {append([]byte{0xc2, 0xff, 0, 0, 0, good[1]}, body...), ""},
		"twice":              {slices.Concat(good, good), "followed"},
		"trailing byte":      {append(slices.Clone(good), 0), "followed"},
		"short":              {good[:len(good)-1], "within"},
		"empty packet":       {[]byte{0xc2, 0}, "within"},
		"no length":          {append([]byte{0x8b}, body...), "without a length"},
		"partial length":     {append([]byte{0xc2, 0xe0}, body...), "without a length"},
		"compressed":         {append([]byte{0xc8, good[1]}, body...), "no signature"},
		"version 3":          {append([]byte{0xc2, good[1], 3}, body[1:]...), "version 3"},
		"version 6":          {append([]byte{0xc2, good[1], 6}, body[1:]...), "version 6"},
		"text":               {sign(packet.SigTypeText, crypto.SHA256, made(), nil), "type 0x01"},
		"of a key":           {sign(packet.SigTypeGenericCert, crypto.SHA256, made(), nil), "type 0x10"},
		"MD5":                {slices.Concat(good[:5], []byte{1}, good[6:]), "MD5"},
		"embedded":           {[]byte{0xc2, 10, 4, 0, 22, 8, 0, 0, 0, 2, 1, subpacketEmbedded}, "another signature"},
		"subpacket too long": {append([]byte{0xc2, 14, 4, 0, 22, 8, 0, byte(len(huge))}, append(huge, 0, 0)...), "subpackets"},
		"empty subpacket":    {slices.Concat([]byte{0xc2, byte(len(emptySubpackets) + 13), 4, 0, 1, 8, 0, byte(len(emptySubpackets))}, emptySubpackets, []byte{0, 0, 0, 0, 0, 1, 1}), "malformed"},
		"of the future":      {sign(0, crypto.SHA256, now().Add(time.Hour), nil), "future"},
		"a little ahead":     {sign(0, crypto.SHA256, now().Add(time.Minute), nil), ""},
		"before the key":     {sign(0, crypto.SHA256, made().Add(-2*time.Hour), nil), "older than the key"},
		"expired":            {sign(0, crypto.SHA256, made(), func(s *packet.Signature) { s.SigLifetimeSecs = &hour }), "expired"},
		"critical notation": {sign(0, crypto.SHA256, made(), func(s *packet.Signature) {
			s.Notations = []*packet.Notation{{Name: "x@example.com", IsCritical: true}}
		}), "not supported"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			object := commitHead + inHeader("gpgsig", "-----BEGIN PGP SIGNATURE-----\n\n"+pemBody(test.data)+"-----END PGP SIGNATURE-----\n") + message
			_, err := keys.Check("commit", "commit 4b825dc", []byte(object), now())
			if test.want == "" && err != nil || test.want != "" && !strings.Contains(refusal(t, err), test.want) {
				t.Errorf("Check(%s) = %v, want %q", name, err, test.want)
			}
		})
	}
}

func TestChecksum(t *testing.T) {
	h := pgpHand(t)
	sig := h.sign([]byte(tagText))
	data, err := dearmor([]byte(sig), "PGP SIGNATURE")
	if err != nil {
		t.Fatal(err)
	}
	with := func(sum string) string {
		return fmt.Sprintf("-----BEGIN PGP SIGNATURE-----\nVersion: x\n\n%s%s\n-----END PGP SIGNATURE-----\n\n", pemBody(data), sum)
	}
	if _, err := dearmor([]byte(with(crc24(data))), "PGP SIGNATURE"); err != nil {
		t.Error(err)
	}
	if _, err := dearmor([]byte(with("=AAAA")), "PGP SIGNATURE"); err == nil {
		t.Error("a wrong checksum is accepted")
	}
}

// TestPanic: a library that panics on a signature is no reason to accept it, nor a bug of
// confit.
func TestPanic(t *testing.T) {
	var none []byte
	s, err := recovered(func() (Signer, error) { return Signer{Name: string(none[0])}, nil })
	if got := refusal(t, err); s != (Signer{}) || !strings.Contains(got, "cannot be read") {
		t.Errorf("recovered = %+v, %q", s, got)
	}
}
