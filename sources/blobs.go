package sources

import (
	"errors"
	"sync"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

// A Spool keeps the content that is too much for memory. What it keeps has Git's name
// for it, so that nothing is kept twice.
type Spool interface {
	Put(id render.BlobID, data []byte) error
	Get(id render.BlobID, buf []byte) ([]byte, error)
	Blob(id render.BlobID, size int64) render.Blob
}

// ErrNotHeld is the error of a file that an earlier run published, and of which only the
// name is known by now: it has to be fetched again.
var ErrNotHeld = errors.New("the content has to be fetched again")

// heldInMemory is how much of the files of a repository stays in memory where there is a
// spool for the rest.
const heldInMemory = 4 << 20

// blobs keeps the files of a repository: the first in memory, the rest in the spool.
type blobs struct {
	spool Spool // nil: all in memory

	mu   sync.Mutex
	left int64 // bytes that may still stay in memory
	held map[plumbing.Hash][]byte
	used map[plumbing.Hash]bool // asked for by values and templates
}

func newBlobs(spool Spool) *blobs {
	return &blobs{spool: spool, left: heldInMemory, held: map[plumbing.Hash][]byte{}, used: map[plumbing.Hash]bool{}}
}

// Put keeps a blob, and gives it back if it stays in memory.
func (b *blobs) Put(id plumbing.Hash, data []byte) ([]byte, error) {
	b.mu.Lock()
	b.left -= int64(len(data))
	hold := b.left >= 0 || b.spool == nil
	b.mu.Unlock()
	if !hold {
		err := b.spool.Put(render.BlobID(id), data)
		if !errors.Is(err, syscall.EROFS) {
			return nil, err
		}
		// What cannot be written there may be there already.
	}
	held := append([]byte{}, data...)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[id] = held
	return held, nil
}

// Get gives back what Put kept, appended to buf.
func (b *blobs) Get(id plumbing.Hash, buf []byte) ([]byte, error) {
	b.mu.Lock()
	data, ok := b.held[id]
	b.mu.Unlock()
	switch {
	case ok:
		return append(buf, data...), nil
	case b.spool == nil:
		return buf, ErrNotHeld
	}
	return b.spool.Get(render.BlobID(id), buf)
}

// A gitBlob is one file of a repository.
type gitBlob struct {
	in   *blobs
	id   plumbing.Hash
	size int64
}

func (b *gitBlob) ID() render.BlobID { return render.BlobID(b.id) }
func (b *gitBlob) Size() int64       { return b.size }

// Bytes reads the file, and notes that its content was needed.
func (b *gitBlob) Bytes() ([]byte, error) {
	b.in.mu.Lock()
	b.in.used[b.id] = true
	data, ok := b.in.held[b.id]
	b.in.mu.Unlock()
	switch {
	case ok:
		return data, nil
	case b.in.spool == nil:
		return nil, ErrNotHeld
	}
	return b.in.Get(b.id, make([]byte, 0, b.size+1))
}

// Unwrap is where the file lies in the spool, if that is where it is.
func (b *gitBlob) Unwrap() render.Blob {
	b.in.mu.Lock()
	_, ok := b.in.held[b.id]
	b.in.mu.Unlock()
	if ok || b.in.spool == nil {
		return nil
	}
	return b.in.spool.Blob(b.ID(), b.size)
}
