package render

import (
	"fmt"
	"io/fs"
)

// Mask is what is shown in place of a sensitive value: letters only, so that it
// is no YAML alias and no regexp, and of a length that is no base64.
const Mask = "MASKED"

// An Output is one file to publish.
type Output struct {
	Path    string      // slash-separated, relative to the sink's directory
	Mode    fs.FileMode // permission bits
	Content Content
	Sink    string // the name of the sink it goes to; "" for the only one
	Adopt   bool   // replace a file that was there before us
	Made    bool   // values made the path, not the spec alone
	Pos     Pos    // the spec's entry, for errors
}

// A Blob is content that stays out of memory until it is wanted, under the name that
// Git gives it: the SHA-1 of "blob SIZE\0" and the bytes.
type Blob interface {
	ID() string
	Size() int64
	Bytes() ([]byte, error)
}

// Content is the bytes of an output. It formats as its masked form under every
// verb; Reveal is the one door to the real bytes, and only sinks goes through it.
type Content struct {
	real      []byte
	masked    []byte
	blob      Blob // in place of real
	sensitive bool
}

// Plain is content that holds nothing secret.
func Plain(b []byte) Content { return Content{real: b, masked: b} }

// Sensitive is content that read a secret, with the text that may be shown.
func Sensitive(b, masked []byte) Content {
	return Content{real: b, masked: masked, sensitive: true}
}

// FromBlob is content that lies elsewhere; nothing of a sensitive one may be shown.
func FromBlob(b Blob, sensitive bool) Content {
	c := Content{blob: b, sensitive: sensitive}
	if sensitive && b.Size() > 0 {
		c.masked = []byte(Mask)
	}
	return c
}

// Reveal gives the real bytes, to be written to their place and nowhere else. It fails
// only where they lie elsewhere.
func (c Content) Reveal() ([]byte, error) {
	if c.blob != nil {
		return c.blob.Bytes()
	}
	return c.real, nil
}

// Size is the number of the real bytes.
func (c Content) Size() int64 {
	if c.blob != nil {
		return c.blob.Size()
	}
	return int64(len(c.real))
}

// Blob is where the content lies; nil if that is in memory.
func (c Content) Blob() Blob { return c.blob }

// Shown gives the text that may be shown. It fails only where that lies elsewhere.
func (c Content) Shown() ([]byte, error) {
	if c.blob != nil && !c.sensitive {
		return c.blob.Bytes()
	}
	return c.masked, nil
}

// IsSensitive tells whether the content read a secret.
func (c Content) IsSensitive() bool { return c.sensitive }

// Masked gives the text that may be shown, of content in memory.
func (c Content) Masked() []byte { return c.masked }

// Format writes the masked form, whatever the verb.
func (c Content) Format(f fmt.State, _ rune) { _, _ = f.Write(c.masked) }

// MarshalText gives the masked form.
func (c Content) MarshalText() ([]byte, error) { return c.masked, nil }
