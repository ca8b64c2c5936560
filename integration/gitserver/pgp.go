package gitserver

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A PGPKey is an OpenPGP key that signs. It signs as of a second after it was
// made, so that an expired one still can.
type PGPKey struct {
	Public      string // armoured
	Fingerprint []byte

	entity *openpgp.Entity
	config *packet.Config
}

// NewPGPKey makes an Ed25519 key as of a time; zero means the first of 2024. It
// expires after lifetime; 0 means never.
func NewPGPKey(made time.Time, lifetime time.Duration) (*PGPKey, error) {
	if made.IsZero() {
		made = epoch
	}
	config := &packet.Config{
		Algorithm:       packet.PubKeyAlgoEdDSA,
		KeyLifetimeSecs: uint32(lifetime / time.Second),
		Time:            func() time.Time { return made },
	}
	entity, err := openpgp.NewEntity("Test", "", "test@example.com", config)
	if err != nil {
		return nil, err
	}
	public, err := armoured(openpgp.PublicKeyType, entity.Serialize)
	config.Time = func() time.Time { return made.Add(time.Second) }
	return &PGPKey{public, entity.PrimaryKey.Fingerprint, entity, config}, err
}

// Sign makes a detached signature.
func (k *PGPKey) Sign(payload string) (string, error) { return Joint{k}.Sign(payload) }

// A Joint puts the signatures of several keys into one armour.
type Joint []*PGPKey

// Sign makes detached signatures.
func (j Joint) Sign(payload string) (string, error) {
	return armoured(openpgp.SignatureType, func(w io.Writer) error {
		for _, k := range j {
			if err := openpgp.DetachSign(w, k.entity, strings.NewReader(payload), k.config); err != nil {
				return err
			}
		}
		return nil
	})
}

func armoured(kind string, fill func(io.Writer) error) (string, error) {
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, nil)
	if err != nil {
		return "", err
	}
	if err := fill(w); err != nil {
		return "", err
	}
	err = w.Close()
	return b.String() + "\n", err
}
