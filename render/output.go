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

// Content is the bytes of an output. It formats as its masked form under every
// verb; Reveal is the one door to the real bytes, and only sinks goes through it.
type Content struct {
	real      []byte
	masked    []byte
	sensitive bool
}

// Plain is content that holds nothing secret.
func Plain(b []byte) Content { return Content{real: b, masked: b} }

// Sensitive is content that read a secret, with the text that may be shown.
func Sensitive(b, masked []byte) Content {
	return Content{real: b, masked: masked, sensitive: true}
}

// Reveal gives the real bytes, to be written to their place and nowhere else.
func (c Content) Reveal() []byte { return c.real }

// Masked gives the text that may be shown.
func (c Content) Masked() []byte { return c.masked }

// IsSensitive tells whether the content read a secret.
func (c Content) IsSensitive() bool { return c.sensitive }

// Format writes the masked form, whatever the verb.
func (c Content) Format(f fmt.State, _ rune) { _, _ = f.Write(c.masked) }

// MarshalText gives the masked form.
func (c Content) MarshalText() ([]byte, error) { return c.masked, nil }
