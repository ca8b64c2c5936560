package sinks

import (
	"bufio"
	"bytes"
	"io"
)

// maxMemo bounds the memo of the sources in bytes. A larger one saves too little work.
const maxMemo = 64 << 20

// Recall gives the memo of the earlier run: the state of its sources, so that this run
// need not fetch them again. A memo proves nothing about the outputs. Recall gives nil
// where there is none that this user may read.
func (d Dir) Recall() []byte {
	t, err := d.open()
	if err != nil {
		return nil
	}
	defer t.Close()
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

// stageMemo writes the memo. It comes into force with the manifest.
func (d Dir) stageMemo(s *state) error {
	if d.Memo == nil {
		return s.remove(memoNext) // a killed run can have left it
	}
	w := limitedWriter{left: maxMemo}
	err := s.write(memoNext, func(b *bufio.Writer) {
		w.Writer = b
		d.Memo(&w)
	})
	if err == nil && w.over {
		err = s.remove(memoNext)
	}
	return err
}

// updateMemo writes the memo of a run that changes no output: a branch has a new commit
// with the same files. On a read-only mount it fails, and the next run fetches again.
func (d Dir) updateMemo(s *state) {
	if s.dir == nil || !s.files[manifestFile] || d.memoIsCurrent(s) {
		return
	}
	switch err := d.stageMemo(s); {
	case err != nil: // the old memo saves less work, and does no harm
	case s.files[memoNext]:
		_ = s.activate(memoNext, memoFile)
	case s.files[memoFile]:
		_ = s.remove(memoFile) // a value in it can have become sensitive
	}
}

// memoIsCurrent tells whether the memo on disk equals the new one.
func (d Dir) memoIsCurrent(s *state) bool {
	if d.Memo == nil {
		return !s.files[memoFile]
	}
	old, err := s.readUpTo(maxMemo, memoFile)
	if err != nil {
		return false
	}
	r := prefixMatch(old)
	d.Memo(&r)
	return r != nil && len(r) == 0
}

// A limitedWriter writes up to left bytes, and drops the rest.
type limitedWriter struct {
	io.Writer
	left int
	over bool
}

func (u *limitedWriter) Write(b []byte) (int, error) {
	if u.over = u.over || len(b) > u.left; u.over {
		return len(b), nil
	}
	u.left -= len(b)
	return u.Writer.Write(b)
}

// A prefixMatch is the part of a text that was not written yet; nil once something else
// was written.
type prefixMatch []byte

func (r *prefixMatch) Write(b []byte) (int, error) {
	if after, ok := bytes.CutPrefix(*r, b); ok {
		*r = after
	} else {
		*r = nil
	}
	return len(b), nil
}
