package sinks

import (
	"strconv"

	"confit/render/content"
)

// The kinds of steps.
const (
	doWrite  = "write"  // rename a staged file into its place
	doRemove = "remove" // rename a file of the inventory into the stage
	doMkdir  = "mkdir"
	doChmod  = "chmod" // of a directory, or of a file that has its content
	doRmdir  = "rmdir" // if it is empty
)

// An op is one step of a commit. It can be taken again after a crash, and taken back. Its
// number in the journal names its files in the stage.
type op struct {
	Do   string `json:"do"`
	Path string `json:"path"`
	New  bool   `json:"new,omitempty"`  // write: nothing may be there
	Mode uint32 `json:"mode,omitempty"` // mkdir, chmod: the new mode; rmdir: the old one
	Was  uint32 `json:"was,omitempty"`  // chmod: the old mode

	out *content.Output // write, chmod of a file: the output; nil after a crash
}

// A journal has the steps of a commit. Once it has its name, the run or the next one
// takes them all.
type journal struct {
	Version int  `json:"version"`
	Ops     []op `json:"ops"`
	Empty   bool `json:"empty,omitempty"` // there is no next inventory
}

// staged names the new file of step i in the stage, and oldOf its old file.
func staged(i int) string { return strconv.Itoa(i) }
func oldOf(i int) string  { return "o" + strconv.Itoa(i) }

func (s *state) journal() (*journal, error) {
	data, err := s.read(journalFile)
	if err != nil || data == nil {
		return nil, err
	}
	j := &journal{}
	if err := s.decode(journalFile, data, j, &j.Version); err != nil {
		return nil, err
	}
	for _, o := range j.Ops {
		if !o.valid() {
			return nil, s.corrupt(journalFile, "holds a step that confit does not take")
		}
	}
	if s.stage == nil {
		return nil, s.corrupt(journalFile, "has lost its staged files")
	}
	return j, nil
}

// written is the output that a step stages; nil for none.
func (o op) written() *content.Output {
	if o.Do != doWrite {
		return nil
	}
	return o.out
}

func (o op) valid() bool {
	switch o.Do {
	case doWrite, doRemove, doMkdir, doChmod, doRmdir:
		return CheckPath(o.Path) == nil && o.Mode <= 0o777 && o.Was <= 0o7777
	}
	return false
}
