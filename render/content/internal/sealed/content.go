package sealed

import (
	"encoding/hex"
	"fmt"

	"confit/render/diag"
)

// Mask is shown in place of a sensitive value.
const Mask = diag.Mask

// A BlobID is Git's name for content: the SHA-1 of "blob SIZE\0" and the bytes.
type BlobID [20]byte

func (id BlobID) String() string { return hex.EncodeToString(id[:]) }

// A Blob is content that is loaded on demand.
type Blob interface {
	ID() BlobID
	Size() int64
	Bytes() ([]byte, error)
}

// Content is the bytes of an output, sensitive or not. Every method and every verb of fmt
// gives the masked form.
type Content struct {
	data []byte
	blob Blob  // in place of data
	mask *mask // nil for content that is not sensitive
}

// A mask is the text that may be shown of sensitive content.
type mask struct{ text []byte }

// Plain makes content without secrets.
func Plain(b []byte) Content { return Content{data: b} }

// Sensitive makes content with secrets, and the text that may be shown of it.
func Sensitive(b, masked []byte) Content {
	return Content{data: b, mask: &mask{masked}}
}

// FromBlob makes content of a blob. A sensitive one is masked whole, unless it is empty.
func FromBlob(b Blob, sensitive bool) Content {
	switch {
	case !sensitive:
		return Content{blob: b}
	case b.Size() == 0:
		return Content{blob: b, mask: &mask{}}
	}
	return Content{blob: b, mask: &mask{[]byte(Mask)}}
}

// Open returns the real bytes of c. It fails only for a blob that cannot be loaded.
func Open(c Content) ([]byte, error) {
	if c.blob != nil {
		return c.blob.Bytes()
	}
	return c.data, nil
}

// OpenBlob returns the blob of c; nil for content in memory.
func OpenBlob(c Content) Blob { return c.blob }

// Size is the number of the real bytes.
func (c Content) Size() int64 {
	if c.blob != nil {
		return c.blob.Size()
	}
	return int64(len(c.data))
}

// IsSensitive tells whether the content holds a secret.
func (c Content) IsSensitive() bool { return c.mask != nil }

// Shown returns the text that may be shown. It fails only for a blob that cannot be loaded.
func (c Content) Shown() ([]byte, error) {
	if c.blob != nil && c.mask == nil {
		return c.blob.Bytes()
	}
	return c.Masked(), nil
}

// Masked returns the text that may be shown of content in memory.
func (c Content) Masked() []byte {
	if c.mask != nil {
		return c.mask.text
	}
	return c.data
}

// Format writes the masked form, whatever the verb.
func (c Content) Format(f fmt.State, _ rune) { _, _ = f.Write(c.Masked()) }

// MarshalText returns the masked form.
func (c Content) MarshalText() ([]byte, error) { return c.Masked(), nil }
