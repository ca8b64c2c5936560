package sinks

import (
	"bufio"
	"bytes"
)

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
	memo, err := s.read(memoFile)
	if err != nil {
		return nil
	}
	return memo
}

// stageMemo writes the memo, which comes into force with the manifest.
func (d Dir) stageMemo(s *state) error {
	if len(d.Memo) == 0 {
		return nil
	}
	return s.write(memoNext, d.writeMemo)
}

func (d Dir) writeMemo(w *bufio.Writer) { _, _ = w.Write(d.Memo) }

// remember writes the memo where nothing else changes: a pinned branch has moved on, and
// the files are the same. On a read-only mount the next run has to ask again.
func (d Dir) remember(s *state) {
	if len(d.Memo) == 0 || s.dir == nil || !s.files[manifestFile] {
		return
	}
	if old, err := s.read(memoFile); err != nil || bytes.Equal(old, d.Memo) {
		return
	}
	if s.write(memoNext, d.writeMemo) == nil {
		_ = s.enforce(memoNext, memoFile)
	}
}
