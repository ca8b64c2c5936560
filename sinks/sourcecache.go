package sinks

import (
	"bufio"
	"bytes"
	"io"
)

// maxSourceCache bounds the source cache in bytes. To read a larger one is no faster than a
// fetch.
const maxSourceCache = 64 << 20

// ReadSourceCache returns the source cache that an earlier run wrote, or nil where this user
// cannot read one. The caller verifies its content: whoever can write to the directory can
// have changed it.
func (d Dir) ReadSourceCache() []byte {
	t, err := d.open()
	if err != nil {
		return nil
	}
	defer t.Close()
	s, err := openState(t, d.name(), d.Memory)
	if err != nil {
		return nil
	}
	defer s.close()
	cache, err := s.readUpTo(s.maxCache(), cacheFile)
	if err != nil {
		return nil
	}
	return cache
}

// maxCache bounds the source cache by the memory, too: its text is decoded twice.
func (s *state) maxCache() int64 {
	const copies = 6
	if s.memory > 0 {
		return min(maxSourceCache, s.memory/copies)
	}
	return maxSourceCache
}

// stageSourceCache writes the source cache. It comes into force with the inventory.
func (d Dir) stageSourceCache(s *state) error {
	if d.SourceCache == nil {
		return s.remove(cacheNext) // a killed run can have left it
	}
	w := limitedWriter{left: maxSourceCache}
	err := s.write(cacheNext, func(b *bufio.Writer) {
		w.Writer = b
		d.SourceCache(&w)
	})
	if err == nil && w.over {
		err = s.remove(cacheNext)
	}
	return err
}

// updateSourceCache writes the source cache of a run that changes no output: a branch has a new commit
// with the same files. On a read-only mount it fails, and the next run fetches again.
func (d Dir) updateSourceCache(s *state) {
	if s.dir == nil || !s.files[inventoryFile] || d.sourceCacheIsCurrent(s) {
		return
	}
	switch err := d.stageSourceCache(s); {
	case err != nil: // the old cache saves less work, and does no harm
	case s.files[cacheNext]:
		_ = s.activate(cacheNext, cacheFile)
	case s.files[cacheFile]:
		_ = s.remove(cacheFile) // a value in it can have become sensitive
	}
}

// sourceCacheIsCurrent tells whether the source cache on disk equals the new one.
func (d Dir) sourceCacheIsCurrent(s *state) bool {
	if d.SourceCache == nil {
		return !s.files[cacheFile]
	}
	old, err := s.readUpTo(s.maxCache(), cacheFile)
	if err != nil {
		return false
	}
	r := prefixMatch(old)
	d.SourceCache(&r)
	return r != nil && len(r) == 0
}

// A limitedWriter writes up to left bytes, and discards the rest.
type limitedWriter struct {
	io.Writer
	left int
	over bool
}

func (w *limitedWriter) Write(b []byte) (int, error) {
	if w.over = w.over || len(b) > w.left; w.over {
		return len(b), nil
	}
	w.left -= len(b)
	return w.Writer.Write(b)
}

// A prefixMatch compares a text with writes: it is the rest that was not written yet, and nil
// after a write that differs.
type prefixMatch []byte

func (r *prefixMatch) Write(b []byte) (int, error) {
	if after, ok := bytes.CutPrefix(*r, b); ok {
		*r = after
	} else {
		*r = nil
	}
	return len(b), nil
}
