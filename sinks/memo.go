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

// stageMemo writes the memo, which comes into force with the manifest.
func (d Dir) stageMemo(s *state) error {
	if d.Memo == nil {
		return s.remove(memoNext) // of a run that was killed
	}
	w := upTo{left: maxMemo}
	err := s.write(memoNext, func(b *bufio.Writer) {
		w.Writer = b
		d.Memo(&w)
	})
	if err == nil && w.over {
		err = s.remove(memoNext)
	}
	return err
}

// remember writes the memo where nothing else changes: a pinned branch has moved on, and
// the files are the same. On a read-only mount the next run has to ask again.
func (d Dir) remember(s *state) {
	if s.dir == nil || !s.files[manifestFile] || d.remembered(s) {
		return
	}
	switch err := d.stageMemo(s); {
	case err != nil: // the old one only saves less work
	case s.files[memoNext]:
		_ = s.enforce(memoNext, memoFile)
	case s.files[memoFile]:
		_ = s.remove(memoFile) // it may be of what is a secret by now
	}
}

// remembered tells whether what is to be remembered is there already.
func (d Dir) remembered(s *state) bool {
	if d.Memo == nil {
		return !s.files[memoFile]
	}
	old, err := s.readUpTo(maxMemo, memoFile)
	if err != nil {
		return false
	}
	r := rest(old)
	d.Memo(&r)
	return r != nil && len(r) == 0
}

// An upTo takes so many bytes and no more.
type upTo struct {
	io.Writer
	left int
	over bool
}

func (u *upTo) Write(b []byte) (int, error) {
	if u.over = u.over || len(b) > u.left; u.over {
		return len(b), nil
	}
	u.left -= len(b)
	return u.Writer.Write(b)
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
