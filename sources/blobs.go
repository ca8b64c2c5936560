package sources

import (
	"errors"
	"slices"
	"sync"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/content"
	"confit/render/diag"
	"confit/sources/pack"
)

// A Spool stores content outside memory, by its hash.
type Spool interface {
	Put(id content.BlobID, data []byte) error
	Get(id content.BlobID, buf []byte) ([]byte, error)
	Blob(id content.BlobID, size int64) content.Blob
}

// heldInMemory bounds the bytes of a repository in memory where there is a spool for the
// rest.
const heldInMemory = 4 << 20

// blobs stores the contents of a commit: the first in memory, the rest in the spool. Blobs of
// an earlier run are not whole: they have the contents of the source cache.
type blobs struct {
	fetchRest func() error // fetches the missing contents

	mu    sync.Mutex
	whole bool  // every file is held
	spool Spool // nil: all in memory
	left  int64 // bytes that may still stay in memory
	held  map[plumbing.Hash][]byte
	used  map[plumbing.Hash]bool // read by values and templates, or may be
}

func newBlobs(spool Spool) *blobs {
	return &blobs{whole: true, spool: spool, left: heldInMemory, held: map[plumbing.Hash][]byte{}, used: map[plumbing.Hash]bool{}}
}

// newSavedBlobs makes the blobs of a commit of an earlier run.
func newSavedBlobs() *blobs {
	return &blobs{held: map[plumbing.Hash][]byte{}, used: map[plumbing.Hash]bool{}}
}

// complete adds the contents of a fetch.
func (b *blobs) complete(fetched *blobs) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.whole, b.spool, b.held = true, fetched.spool, fetched.held
}

// holds tells whether the content can be read without a fetch.
func (b *blobs) holds(id plumbing.Hash) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.held[id]
	return ok || b.whole
}

// Put stores a blob, and returns its content if that stays in memory.
func (b *blobs) Put(id plumbing.Hash, data []byte) ([]byte, error) {
	b.mu.Lock()
	b.left -= int64(len(data))
	hold := b.left >= 0 || b.spool == nil
	b.mu.Unlock()
	if !hold {
		err := b.spool.Put(content.BlobID(id), data)
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

// Get appends the content of a blob to buf.
func (b *blobs) Get(id plumbing.Hash, buf []byte) ([]byte, error) {
	data, spool := b.find(id)
	switch {
	case data != nil:
		return append(buf, data...), nil
	case spool == nil:
		return buf, errNotHeld()
	}
	return spool.Get(content.BlobID(id), buf)
}

// find gives the content of a blob in memory, or the spool.
func (b *blobs) find(id plumbing.Hash) ([]byte, Spool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.held[id]
	if ok && data == nil {
		data = []byte{}
	}
	return data, b.spool
}

// errNotHeld is the problem of a file that has left its place in the output directory since
// the run decided to fetch nothing.
func errNotHeld() error {
	return &diag.Problem{
		Cause: diag.CauseBusy, Code: "inputs-changing", Text: "a file that an earlier run published was changed during the run",
		Hint: "see who else writes there, then run again",
	}
}

// A gitBlob is one file of a repository.
type gitBlob struct {
	in   *blobs
	file *pack.File
}

func (b *gitBlob) ID() content.BlobID { return content.BlobID(b.file.ID) }
func (b *gitBlob) Size() int64        { return b.file.Size }

// Bytes reads the file, and notes that its content was needed.
func (b *gitBlob) Bytes() ([]byte, error) {
	b.in.mu.Lock()
	b.in.used[b.file.ID] = true
	b.in.mu.Unlock()
	if data, _ := b.in.find(b.file.ID); data != nil {
		return data, nil
	}
	return b.in.Get(b.file.ID, make([]byte, 0, b.file.Size+1))
}

// Unwrap is where the file lies in the spool, if that is where it is.
func (b *gitBlob) Unwrap() content.Blob {
	data, spool := b.in.find(b.file.ID)
	if data != nil || spool == nil {
		return nil
	}
	return spool.Blob(b.ID(), b.file.Size)
}

// Holds tells whether the content of a blob can be read without a fetch.
func Holds(b content.Blob) bool {
	g, ok := b.(*gitBlob)
	return !ok || g.in.holds(g.file.ID)
}

// WasRead tells whether the content of a blob was read, or required to be.
func WasRead(b content.Blob) bool {
	g, ok := b.(*gitBlob)
	if !ok {
		return false
	}
	g.in.mu.Lock()
	defer g.in.mu.Unlock()
	return g.in.used[g.file.ID]
}

// Whole tells whether every file of every commit can be read without a fetch.
func (g *Git) Whole() bool {
	for _, c := range g.done {
		if !c.blobs.whole {
			return false
		}
	}
	return true
}

// Require makes sure that contents can be read: it fetches each commit of an earlier run that
// lacks one of them.
func (g *Git) Require(contents []content.Blob) error {
	var incomplete []*blobs
	for _, b := range contents {
		if g, ok := b.(*gitBlob); ok && !slices.Contains(incomplete, g.in) && !g.in.holds(g.file.ID) {
			incomplete = append(incomplete, g.in)
		}
	}
	return g.fetchRest(incomplete)
}

// RequireToRead is Require for files that templates may read. The source cache of this run
// holds them, so that the next run need not fetch them.
func (g *Git) RequireToRead(files []*content.File) error {
	var contents []content.Blob
	var size int64
	for _, f := range files {
		if b, ok := f.Blob.(*gitBlob); ok {
			contents = append(contents, b)
			size += b.file.Size
		}
	}
	if size <= maxSavedData {
		for _, b := range contents {
			g := b.(*gitBlob)
			g.in.used[g.file.ID] = true
		}
	}
	return g.Require(contents)
}

// requireValues is Require for the files of each source that become values.
func (g *Git) requireValues(got map[*Spec]*commitFiles) error {
	var incomplete []*blobs
	for s, c := range got {
		if c == nil || c.blobs.whole {
			continue
		}
		if slices.ContainsFunc(c.files, func(f pack.File) bool { return f.Defect == nil && s.reads(f.Path) && !c.blobs.holds(f.ID) }) && !slices.Contains(incomplete, c.blobs) {
			incomplete = append(incomplete, c.blobs)
		}
	}
	return g.fetchRest(incomplete)
}

func (g *Git) fetchRest(incomplete []*blobs) error {
	if len(incomplete) == 0 {
		return nil
	}
	g.Waiting(true)
	defer g.Waiting(false)
	errs := make([]error, len(incomplete))
	diag.Parallel(len(incomplete), func(i int) { errs[i] = diag.CatchPanic(incomplete[i].fetchRest) })
	return errors.Join(errs...)
}
