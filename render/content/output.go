package content

import (
	"io/fs"

	"confit/render/diag"
)

// An Output is one file to publish.
type Output struct {
	Path     string      // slash-separated, relative to the sink's directory
	Mode     fs.FileMode // permission bits
	Adopt    bool        // replace a file that confit did not write
	Computed bool        // values made the path, not the spec alone
	Content  Content
	Entry    *Entry // shared: a run may have millions of outputs
}

// An Entry is what the outputs of one entry of the spec have in common.
type Entry struct {
	Sink string // the name of the sink; "" for the only one
	Pos  diag.Pos
}

// Sink is the name of the output's sink; "" for the only one.
func (o *Output) Sink() string {
	if o.Entry == nil {
		return ""
	}
	return o.Entry.Sink
}

// Pos is the place of the entry in the spec.
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
	Prefix   string  // the folder of the entry, which the paths of outputs leave out
	Single   bool    // the entry names one file, not a folder or a glob
	Shared   bool    // the files are those of a source
}
