package pack

import (
	"bytes"
	"hash"
	"hash/adler32"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/pjbgf/sha1cd"

	"confit/render/diag"
)

// work is a worker: it resolves jobs until there are no more, or one fails.
func (r *resolver) work() {
	if err := diag.CatchPanic(r.runJobs); err != nil {
		r.cancel(err)
	}
}

func (r *resolver) runJobs() error {
	h := newHasher()
	for {
		j, ok := r.next()
		if !ok {
			return nil
		}
		done, err := r.resolve(&j, h)
		if err != nil {
			return err
		}
		r.finish(&j, done)
		j.data.release()
	}
}

func (r *resolver) resolve(j *job, h *hasher) (entry, error) {
	if adler32.Checksum(j.data.data) != j.checksum {
		return entry{}, damagedPack("%s", errChecksum)
	}
	if j.base == noBase {
		return r.save(j.index, j.kind, j.data, h)
	}
	base, kind, err := r.loadBase(j.base)
	if err != nil {
		return entry{}, err
	}
	defer base.release()
	out, err := r.applyDelta(base.data, j.data.data)
	if err != nil {
		return entry{}, err
	}
	defer out.release()
	return r.save(j.index, kind, out, h)
}

// loadBase returns the content of an object that was saved.
func (r *resolver) loadBase(index int32) (*buffer, plumbing.ObjectType, error) {
	r.mu.Lock()
	e, data := r.entries[index], r.contents[index]
	r.mu.Unlock()
	if e.kind != plumbing.BlobObject {
		return &buffer{data: data}, e.kind, nil
	}
	if e.size > r.lim.File { // skipped
		return nil, 0, largeObject(e.size, r.lim)
	}
	if b := r.cache.get(index); b != nil {
		return b, e.kind, nil
	}
	b := r.pool.get(int(e.size))
	var err error
	if b.data, err = r.store.Get(e.id, b.data); err != nil {
		return nil, 0, err
	}
	r.cache.add(index, b)
	return b, e.kind, nil
}

func (r *resolver) applyDelta(base, data []byte) (*buffer, error) {
	d, ok := parseDelta(data)
	if ok && d.resultSize > r.lim.File {
		return nil, largeObject(d.resultSize, r.lim)
	}
	if !ok || !d.fits(base) {
		return nil, damagedPack("a delta does not fit its base")
	}
	if err := r.chargeInflated(d.resultSize); err != nil {
		return nil, err
	}
	out := r.pool.get(int(d.resultSize))
	out.data = d.apply(base, out.data)
	return out, nil
}

// save computes the id of an object and keeps its content: a blob in the store, any other
// object in memory.
func (r *resolver) save(index int32, kind plumbing.ObjectType, b *buffer, h *hasher) (entry, error) {
	id, ok := h.id(kind, b.data)
	if !ok {
		return entry{}, collision()
	}
	done := entry{id: id, size: int64(len(b.data)), kind: kind}
	if kind != plumbing.BlobObject {
		return done, r.saveInMemory(index, kind, bytes.Clone(b.data))
	}
	if in := placeholderOf(b.data); in != noPlaceholder {
		r.mu.Lock()
		r.placeholders[id] = in
		r.mu.Unlock()
	}
	held, err := r.store.Put(id, b.data)
	if err != nil {
		return entry{}, err
	}
	if held != nil {
		b = &buffer{data: held}
	}
	r.cache.add(index, b)
	return done, nil
}

func (r *resolver) saveInMemory(index int32, kind plumbing.ObjectType, data []byte) error {
	if !isWellFormed(kind, data) {
		return damagedPack("a %s of it is malformed", kind)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contents[index] = data
	return r.chargeMemory(int64(len(data)))
}

// A hasher computes ids with a SHA-1 that detects the known collision attacks (shattered.io),
// as Git does. A pinned commit is only as safe as its hash, and an attacker would swap a
// blob. Detection costs 0.6 ns a byte instead of 0.5 on a CPU with SHA instructions.
type hasher struct {
	sha1   sha1cd.CollisionResistantHash
	header []byte
	sum    []byte
}

func newHasher() *hasher {
	var h hash.Hash = sha1cd.New()
	return &hasher{sha1: h.(sha1cd.CollisionResistantHash)}
}

// id returns false for data that was made for a collision.
func (h *hasher) id(kind plumbing.ObjectType, data []byte) (plumbing.Hash, bool) {
	h.begin(kind, int64(len(data)))
	h.sha1.Write(data)
	return h.end()
}

// begin hashes the header of an object. Its size bytes are to be written to h.sha1 next.
func (h *hasher) begin(kind plumbing.ObjectType, size int64) {
	h.header = append(append(h.header[:0], kind.Bytes()...), ' ')
	h.header = append(strconv.AppendInt(h.header, size, 10), 0)
	h.sha1.Reset()
	h.sha1.Write(h.header)
}

// end returns the id of the object, and false if the object was made for a collision.
func (h *hasher) end() (plumbing.Hash, bool) {
	var collides bool
	h.sum, collides = h.sha1.CollisionResistantSum(h.sum[:0])
	return plumbing.Hash(h.sum), !collides
}

func collision() *diag.Problem {
	p := newProblem(diag.CauseTrust, "git-collision", "the pack has an object made to collide with another one's SHA-1")
	p.Hint = "somebody is attacking this repository: find out who, before anything of it is used"
	return p
}
