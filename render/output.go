package render

import (
	"io/fs"

	"confit/render/content"
	"confit/render/diag"
)

// An Output is one file to publish.
type Output struct {
	Path    string      // slash-separated, relative to the sink's directory
	Mode    fs.FileMode // permission bits
	Adopt   bool        // replace a file that was there before us
	Made    bool        // values made the path, not the spec alone
	Content content.Content

	entry *Entry // of the spec; there may be very many outputs
}

// Sink is the name of the sink it goes to; "" for the only one.
func (o *Output) Sink() string {
	if o.entry == nil {
		return ""
	}
	return o.entry.Sink
}

// Pos is where the spec describes it, for errors.
func (o *Output) Pos() diag.Pos {
	if o.entry == nil {
		return diag.Pos{}
	}
	return o.entry.Pos
}
