package sinks

import (
	"bufio"
	"bytes"
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
	if !d.memorable() {
		return s.remove(memoNext) // of a run that was killed
	}
	return s.write(memoNext, d.writeMemo)
}

func (d Dir) writeMemo(w *bufio.Writer) { _, _ = w.Write(d.Memo) }

// remember writes the memo where nothing else changes: a pinned branch has moved on, and
// the files are the same. On a read-only mount the next run has to ask again.
func (d Dir) remember(s *state) {
	switch old, err := s.readUpTo(maxMemo, memoFile); {
	case s.dir == nil || !s.files[manifestFile] || err == nil && bytes.Equal(old, d.Memo):
	case !d.memorable():
		_ = s.remove(memoFile) // it may be of what is a secret by now
	case s.write(memoNext, d.writeMemo) == nil:
		_ = s.enforce(memoNext, memoFile)
	}
}

func (d Dir) memorable() bool { return len(d.Memo) > 0 && len(d.Memo) <= maxMemo }
