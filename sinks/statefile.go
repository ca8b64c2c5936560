package sinks

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// maxState bounds what is read of a state file.
const maxState = 1 << 30

// openFile opens a real file of this user in the state directory; nil if there is none.
func (s *state) openFile(name string) (*dirfd.File, error) {
	if !s.files[name] {
		return nil, nil
	}
	f, err := s.dir.OpenFile(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	switch {
	case err != nil:
	case !st.IsFile():
		err = notState(s.dir.At(name), st)
	default:
		err = own(s.dir.At(name), st)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &f, nil
}

// read reads a file of the state directory; nil if there is none.
func (s *state) read(name string) ([]byte, error) { return s.readUpTo(maxState, name) }

func (s *state) readUpTo(most int64, name string) ([]byte, error) {
	f, err := s.openFile(name)
	if f == nil || err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(int(min(st.Size, most)) + bytes.MinRead) // once
	if _, err = b.ReadFrom(io.LimitReader(f, most+1)); err == nil && int64(b.Len()) > most {
		err = s.corrupt(name, "is larger than a state file gets")
	}
	return b.Bytes(), err
}

// corrupt is the problem of a state file that confit did not write.
func (s *state) corrupt(name, what string) *diag.Problem {
	return inWay(s.dir.At(name), what, fmt.Sprintf(
		"remove %s; outputs that exist and differ then need `overwrite: true` once", diag.Quoted(s.dir.Full)))
}

// write makes a file of the state directory anew, of what fill writes, and syncs it.
func (s *state) write(name string, fill func(*bufio.Writer)) error {
	if err := s.remove(name); err != nil {
		return err
	}
	s.files[name] = true
	return s.dir.Create(name, 0o600, true, func(f dirfd.File) error {
		w := bufio.NewWriterSize(f, 64<<10)
		fill(w)
		return w.Flush()
	})
}

// activate gives a written file the name under which it is in force, durably.
func (s *state) activate(from, to string) error {
	if err := s.dir.Rename(from, s.dir, to); err != nil {
		return err
	}
	delete(s.files, from)
	s.files[to] = true
	return s.dir.Sync()
}

// remove removes a file of the state directory. The file may be absent.
func (s *state) remove(name string) error {
	if err := s.dir.Remove(name); err != nil {
		return err
	}
	delete(s.files, name)
	return nil
}
