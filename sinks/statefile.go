package sinks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// maxState bounds what is read of a state file.
const maxState = 1 << 30

// openFile opens a file of the state directory: a regular file owned by the effective user.
// It returns nil if there is none.
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
		err = checkOwner(s.dir.At(name), st)
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
	if s.memory > 0 && 2*st.Size > s.memory { // the text, and the texts in it
		return nil, s.tooLarge(name)
	}
	var b bytes.Buffer
	b.Grow(int(min(st.Size, most)) + bytes.MinRead) // once
	if _, err = b.ReadFrom(io.LimitReader(f, most+1)); err == nil && int64(b.Len()) > most {
		err = s.corrupt(name, "is larger than a state file gets")
	}
	return b.Bytes(), err
}

// decode reads JSON, and its version into *version, which v holds. Whoever can write to the directory can have written a file that takes much
// more memory than it has bytes, and the kernel would end the run.
func (s *state) decode(name string, data []byte, v any, version *int) error {
	const perObject, perItem = 208, 36 // bytes: an entry and its place in a list; a text, while its list grows
	count := func(c string) int64 { return int64(bytes.Count(data, []byte(c))) }
	if s.memory > 0 && 2*int64(len(data))+perObject*count("{")+perItem*count(",") > s.memory {
		return s.tooLarge(name)
	}
	if err := json.Unmarshal(data, v); err != nil || *version != stateVersion {
		return s.unreadable(name, *version)
	}
	return nil
}

// tooLarge is the problem of a state file that takes more memory than there is.
func (s *state) tooLarge(name string) *diag.Problem {
	return &diag.Problem{
		Cause: diag.CauseLimit, Code: "state-size", Pos: diag.Pos{File: s.dir.At(name)}, Text: "to read it would take more memory than the container has left",
		Hint: "raise the memory limit of the container; if confit never had so many outputs there, somebody else wrote the file: " + s.removeHint(),
	}
}

// corrupt is the problem of a state file that confit did not write.
func (s *state) corrupt(name, what string) *diag.Problem {
	return inWay(s.dir.At(name), what, s.removeHint())
}

func (s *state) removeHint() string {
	return fmt.Sprintf("remove %s; outputs that exist and differ then need `overwrite: true` once", diag.Quoted(s.dir.Full))
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
