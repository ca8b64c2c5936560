package content

import (
	"io/fs"

	"confit/render/diag"
)

// An Output is one file to publish.
type Output struct {
	Path    string      // slash-separated, relative to the sink's directory
	Mode    fs.FileMode // permission bits
	Adopt   bool        // replace a file that was there before us
	Made    bool        // values made the path, not the spec alone
	Content Content
	Entry   *Entry // there may be very many outputs of one entry
}

// An Entry is what the outputs of one entry of the spec have in common.
type Entry struct {
	Sink string // the name of the sink; "" for the only one
	Pos  diag.Pos
}

// Sink is the name of the sink it goes to; "" for the only one.
func (o *Output) Sink() string {
	if o.Entry == nil {
		return ""
	}
	return o.Entry.Sink
}

// Pos is where the spec describes it, for errors.
func (o *Output) Pos() diag.Pos {
	if o.Entry == nil {
		return diag.Pos{}
	}
	return o.Entry.Pos
}

// Found is what an entry reads: the files that a template, a folder or a glob names.
type Found struct {
	Files    []*File
	Partials []*File // files beside them that only define templates
	Above    string  // what is cut off each Path that begins with it: the folder that the entry names
	Single   bool    // the entry names one file, not a folder or a glob
	Shared   bool    // the files are those of a source
}
