package sinks

import (
	"bufio"
	"bytes"
	"io"
)

// maxMemo bounds what is remembered. More than that is not worth it.
const maxMemo = 64 << 20

// Recall gives what an earlier run left as Dir.Memo: what its sources were, so that the
// next run need not fetch them again. It proves nothing about the outputs. A directory
// that cannot be read remembers nothing.
func (d Dir) Recall() []byte {
	t, err := openTree(d.Path)
	if err != nil {
		return nil
	}
	defer t.close()
	s, err := openState(t, d.name())
	if err != nil {
		return nil
	}
	defer s.close()
	memo, err := s.readUpTo(maxMemo, memoFile)
	if err != nil {
		return nil
	}
	return memo
}

// stageMemo writes the memo, which comes into force with the manifest.
func (d Dir) stageMemo(s *state) error {
	if d.Memo == nil {
		return s.remove(memoNext) // of a run that was killed
	}
	return s.write(memoNext, d.writeMemo)
}

// writeMemo stops where it would be too much: what is cut off, Recall does not give.
func (d Dir) writeMemo(w *bufio.Writer) { d.Memo(&upTo{w, maxMemo + 1}) }

// remember writes the memo where nothing else changes: a pinned branch has moved on, and
// the files are the same. On a read-only mount the next run has to ask again.
func (d Dir) remember(s *state) {
	switch {
	case s.dir == nil || !s.files[manifestFile]:
	case d.Memo == nil && s.files[memoFile]:
		_ = s.remove(memoFile) // it may be of what is a secret by now
	case d.Memo == nil, d.remembered(s):
	case s.write(memoNext, d.writeMemo) == nil:
		_ = s.enforce(memoNext, memoFile)
	}
}

// remembered tells whether the memo is there already.
func (d Dir) remembered(s *state) bool {
	old, err := s.readUpTo(maxMemo, memoFile)
	if err != nil {
		return false
	}
	r := rest(old)
	d.Memo(&r)
	return r != nil && len(r) == 0
}

// An upTo drops what goes beyond so many bytes.
type upTo struct {
	io.Writer
	left int
}

func (u *upTo) Write(b []byte) (int, error) {
	_, err := u.Writer.Write(b[:min(len(b), u.left)])
	u.left -= min(len(b), u.left)
	return len(b), err
}

// A rest is what is still to be written of a text; nil after anything else was.
type rest []byte

func (r *rest) Write(b []byte) (int, error) {
	if after, ok := bytes.CutPrefix(*r, b); ok {
		*r = after
	} else {
		*r = nil
	}
	return len(b), nil
}
