package sinks

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"

	"confit/render"
	"confit/sinks/dirfd"
)

const spoolPrefix = "spool-"

// A Spool puts content aside that is too much for memory, beside the state of a
// directory, until Apply takes it from there or Close drops it. Each run has its own,
// and holds no lock that another run waits for. Put and Get may be called by several
// goroutines at once.
type Spool struct {
	dir Dir

	busy   sync.RWMutex // held for reading by what uses the directory
	closed bool

	mu   sync.Mutex // for what follows, which the first Put makes
	tree *dirfd.Tree
	in   *dirfd.Dir // the state directory
	at   *dirfd.Dir
	made []string // directories above it that were not there
}

// NewSpool gives the spool of a directory. It makes nothing yet.
func (d Dir) NewSpool() *Spool { return &Spool{dir: d} }

// Put keeps data.
func (s *Spool) Put(id render.BlobID, data []byte) error {
	s.busy.RLock()
	defer s.busy.RUnlock()
	at, err := s.open()
	if err == nil {
		err = at.WriteFile(id.String(), data, 0o600, false)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil // names are hashes
	}
	return ioProblem(err, "")
}

// Get appends what Put kept to buf.
func (s *Spool) Get(id render.BlobID, buf []byte) ([]byte, error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	s.mu.Lock()
	at, name := s.at, id.String()
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

// Blob is what Put kept.
func (s *Spool) Blob(id render.BlobID, size int64) render.Blob { return spooled{s, id, size} }

// inSpool tells whether a blob, or what it wraps, lies in the spool of a directory.
func (d Dir) inSpool(b render.Blob) (spooled, bool) {
	if w, ok := b.(interface{ Unwrap() render.Blob }); ok {
		b = w.Unwrap()
	}
	s, ok := b.(spooled)
	return s, ok && s.spool.dir.Path == d.Path && s.spool.dir.name() == d.name()
}

type spooled struct {
	spool *Spool
	id    render.BlobID
	size  int64
}

func (b spooled) ID() render.BlobID { return b.id }
func (b spooled) Size() int64       { return b.size }

func (b spooled) Bytes() ([]byte, error) {
	return b.spool.Get(b.id, make([]byte, 0, b.size+1))
}

// open makes the spool's directory. A run that ends just then may remove the state
// directory again, or take the new spool for a dead one, so it is tried anew.
func (s *Spool) open() (*dirfd.Dir, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fs.ErrClosed
	}
	var err error
	for try := 0; s.at == nil && try < 10; try++ {
		if err = s.make(); err == nil {
			break
		}
		s.in.Close()
		s.tree.Close()
		s.tree, s.in = nil, nil
		if !isGone(err) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return s.at, err
}

func (s *Spool) make() (err error) {
	if err := s.dir.checkPlace(); err != nil {
		return err
	}
	made, err := makeAll(s.dir.Path)
	s.made = append(s.made, made...)
	if err != nil {
		return err
	}
	if s.tree, err = s.dir.open(); err != nil {
		return err
	}
	top, name := s.tree.Top(), statePrefix+s.dir.name()
	if s.in, err = ownDir(top, name); s.in == nil && err == nil {
		s.in, err = makePrivate(top, name)
	}
	if err != nil {
		return err
	}
	at, err := makePrivate(s.in, spoolPrefix+rand.Text())
	if err != nil {
		return err
	}
	mine, err := at.TryLock(true)
	if mine {
		mine, err = s.in.Has(at.Name)
	}
	if !mine || err != nil {
		at.Close()
		return gone(s.in, at.Name)
	}
	s.at = at
	return nil
}

// Close drops what is left, with the directories that were made for it if nothing else
// is in them. It may be called at any time, and again.
func (s *Spool) Close() error {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.closed = true
	var err error
	if s.at != nil {
		err = removeFilled(s.in, s.at)
		if free, _ := s.tree.Top().TryLock(true); free { // else its holder sees to the state
			_ = s.tree.Top().RemoveDir(s.in.Name)
		}
	}
	s.at.Close()
	s.in.Close()
	s.tree.Close()
	unmake(s.made)
	s.tree, s.in, s.at, s.made = nil, nil, nil, nil
	return ioProblem(err, "")
}

// removeFilled removes a directory with the files in it.
func removeFilled(in, f *dirfd.Dir) error {
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

// dropSpools removes the spools that runs left behind which were killed. One that is
// locked belongs to a run that is alive.
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
				err = removeFilled(s.dir, f)
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

// take stages what is in a spool. The last output that wants it gets the file itself.
func (s *state) take(b spooled, name string, mode uint32, durable bool) error {
	from, old := b.spool.at, b.id.String()
	if err := from.Chmod(old, mode); err != nil {
		return err
	}
	if err := from.Rename(old, s.stage, name); err != nil || !durable {
		return err
	}
	return s.stage.SyncFile(name)
}
