package sinks

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"

	"confit/render/content"
	"confit/sinks/dirfd"
)

const spoolPrefix = "spool-"

// A Spool stores content that is too large for memory in the state directory, until Apply
// publishes it or Close removes it. Each run has a spool of its own, whose lock no other
// run waits for. Several goroutines may call Put and Get at once.
type Spool struct {
	sink Dir

	inUse  sync.RWMutex // Put and Get hold it for reading, Close for writing
	closed bool

	mu    sync.Mutex // guards the fields below, which the first Put sets
	tree  *dirfd.Tree
	state *dirfd.Dir // the state directory
	dir   *dirfd.Dir // the spool's directory in it
	dirs  []string   // the directories above that the spool created
}

// NewSpool returns a spool in the state directory of d. The first Put creates it on disk.
func (d Dir) NewSpool() *Spool { return &Spool{sink: d} }

// Put stores data under its hash.
func (s *Spool) Put(id content.BlobID, data []byte) error {
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	at, err := s.open()
	if err == nil {
		err = at.WriteFile(id.String(), data, 0o600, false)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil // the same data
	}
	return ioProblem(err, "")
}

// Get appends stored data to buf.
func (s *Spool) Get(id content.BlobID, buf []byte) ([]byte, error) {
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	s.mu.Lock()
	at, name := s.dir, id.String()
	s.mu.Unlock()
	if at == nil {
		return buf, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	f, err := at.OpenFile(name)
	if err != nil {
		return buf, err
	}
	defer f.Close()
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := f.Read(buf[len(buf):cap(buf)])
		if err == io.EOF {
			return buf, nil
		} else if err != nil {
			return buf, err
		}
		buf = buf[:len(buf)+n]
	}
}

// Blob returns stored data as a blob, which reads its file in Bytes.
func (s *Spool) Blob(id content.BlobID, size int64) content.Blob { return spoolBlob{s, id, size} }

// findInSpool returns the blob of a spool of d that b is, or wraps.
func (d Dir) findInSpool(b content.Blob) (spoolBlob, bool) {
	if w, ok := b.(interface{ Unwrap() content.Blob }); ok {
		b = w.Unwrap()
	}
	s, ok := b.(spoolBlob)
	return s, ok && s.spool.sink.Path == d.Path && s.spool.sink.name() == d.name()
}

type spoolBlob struct {
	spool *Spool
	id    content.BlobID
	size  int64
}

func (b spoolBlob) ID() content.BlobID { return b.id }
func (b spoolBlob) Size() int64        { return b.size }

func (b spoolBlob) Bytes() ([]byte, error) {
	return b.spool.Get(b.id, make([]byte, 0, b.size+1))
}

// open creates the directory of the spool on the first call. Another run may remove the state
// directory in between, or the spool before it is locked, so open tries up to ten times.
func (s *Spool) open() (*dirfd.Dir, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fs.ErrClosed
	}
	var err error
	for try := 0; s.dir == nil && try < 10; try++ {
		if err = s.create(); err == nil {
			break
		}
		s.state.Close()
		s.tree.Close()
		s.tree, s.state = nil, nil
		if !isGone(err) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return s.dir, err
}

func (s *Spool) create() (err error) {
	if err := s.sink.checkLocation(); err != nil {
		return err
	}
	dirs, err := makeAll(s.sink.Path)
	s.dirs = append(s.dirs, dirs...)
	if err != nil {
		return err
	}
	if s.tree, err = s.sink.open(); err != nil {
		return err
	}
	top, name := s.tree.Top(), statePrefix+s.sink.name()
	if s.state, err = ownDir(top, name); s.state == nil && err == nil {
		s.state, err = makePrivate(top, name)
	}
	if err != nil {
		return err
	}
	at, err := makePrivate(s.state, spoolPrefix+rand.Text())
	if err != nil {
		return err
	}
	locked, err := at.TryLock(true)
	if locked {
		locked, err = s.state.Has(at.Name)
	}
	if !locked || err != nil {
		at.Close()
		return removedMeanwhile(s.state, at.Name)
	}
	s.dir = at
	return nil
}

// Close removes the spool, and the directories that it created if they are empty. Close may
// be called at any time, and more than once.
func (s *Spool) Close() error {
	s.inUse.Lock()
	defer s.inUse.Unlock()
	s.closed = true
	var err error
	if s.dir != nil {
		err = removeWithFiles(s.state, s.dir)
		if free, _ := s.tree.Top().TryLock(true); free { // else the run that holds the lock does it
			_ = s.tree.Top().RemoveDir(s.state.Name)
		}
	}
	s.dir.Close()
	s.state.Close()
	s.tree.Close()
	removeMade(s.dirs)
	s.tree, s.state, s.dir, s.dirs = nil, nil, nil, nil
	return ioProblem(err, "")
}

// removeWithFiles removes a directory with the files in it.
func removeWithFiles(in, f *dirfd.Dir) error {
	names, err := f.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := f.Remove(name); err != nil {
			return err
		}
	}
	return in.RemoveDir(f.Name)
}

// dropSpools removes the spools of killed runs. The lock of a spool shows that its run still
// works.
func (s *state) dropSpools() error {
	for name := range s.files {
		if !strings.HasPrefix(name, spoolPrefix) {
			continue
		}
		f, err := ownDir(s.dir, name)
		if err != nil {
			return err
		}
		gone := f == nil
		if !gone {
			if gone, _ = f.TryLock(true); gone {
				err = removeWithFiles(s.dir, f)
			}
		}
		f.Close()
		if err != nil {
			return err
		}
		if gone {
			delete(s.files, name)
		}
	}
	return nil
}

// moveFromSpool stages the spool's file itself, not a copy.
func (s *state) moveFromSpool(b spoolBlob, name string, mode uint32, durable bool) error {
	from, old := b.spool.dir, b.id.String()
	if err := from.Chmod(old, mode); err != nil {
		return err
	}
	if err := from.Rename(old, s.stage, name); err != nil || !durable {
		return err
	}
	return s.stage.SyncFile(name)
}
