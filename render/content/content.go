package content

import (
	"encoding/hex"
	"fmt"
)

// Mask is what is shown in place of a sensitive value: letters only, so that it
// is no YAML alias and no regexp, and of a length that is no base64.
const Mask = "MASKED"

// A BlobID is the name that Git gives content: the SHA-1 of "blob SIZE\0" and the bytes.
type BlobID [20]byte

func (id BlobID) String() string { return hex.EncodeToString(id[:]) }

// A Blob is content that stays out of memory until it is wanted.
type Blob interface {
	ID() BlobID
	Size() int64
	Bytes() ([]byte, error)
}

// Content is the bytes of an output. It formats as its masked form under every
// verb; Reveal is the one door to the real bytes, and only sinks goes through it.
type Content struct {
	Real   []byte
	blob   Blob    // in place of real
	secret *secret // nil of content that is not sensitive
}

// A secret is what may be shown of sensitive content.
type secret struct{ masked []byte }

// Plain is content that holds nothing secret.
func Plain(b []byte) Content { return Content{Real: b} }

// Sensitive is content that read a secret, with the text that may be shown.
func Sensitive(b, masked []byte) Content {
	return Content{Real: b, secret: &secret{masked}}
}

// FromBlob is content that lies elsewhere; nothing of a sensitive one may be shown.
func FromBlob(b Blob, sensitive bool) Content {
	switch {
	case !sensitive:
		return Content{blob: b}
	case b.Size() == 0:
		return Content{blob: b, secret: &secret{}}
	}
	return Content{blob: b, secret: &secret{[]byte(Mask)}}
}

// Reveal gives the real bytes, to be written to their place and nowhere else. It fails
// only where they lie elsewhere.
func (c Content) Reveal() ([]byte, error) {
	if c.blob != nil {
		return c.blob.Bytes()
	}
	return c.Real, nil
}

// Size is the number of the real bytes.
func (c Content) Size() int64 {
	if c.blob != nil {
		return c.blob.Size()
	}
	return int64(len(c.Real))
}

// Blob is where the content lies; nil if that is in memory.
func (c Content) Blob() Blob { return c.blob }

// Shown gives the text that may be shown. It fails only where that lies elsewhere.
func (c Content) Shown() ([]byte, error) {
	if c.blob != nil && c.secret == nil {
		return c.blob.Bytes()
	}
	return c.Masked(), nil
}

// IsSensitive tells whether the content read a secret.
func (c Content) IsSensitive() bool { return c.secret != nil }

// Masked gives the text that may be shown, of content in memory.
func (c Content) Masked() []byte {
	if c.secret != nil {
		return c.secret.masked
	}
	return c.Real
}

// Format writes the masked form, whatever the verb.
func (c Content) Format(f fmt.State, _ rune) { _, _ = f.Write(c.Masked()) }

// MarshalText gives the masked form.
func (c Content) MarshalText() ([]byte, error) { return c.Masked(), nil }
