package pack

import (
	"bytes"
	"hash"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/pjbgf/sha1cd"

	"confit/render"
)

// work does jobs until there are no more, or one fails.
func (v *resolver) work() {
	if err := render.Safely(v.jobs); err != nil {
		v.fail(err)
	}
}

func (v *resolver) jobs() error {
	h := newHasher()
	for {
		j, ok := v.next()
		if !ok {
			return nil
		}
		done, err := v.resolve(&j, h)
		if err != nil {
			return err
		}
		v.settle(&j, done)
		j.data.release()
	}
}

func (v *resolver) resolve(j *job, h *hasher) (entry, error) {
	if j.base == none {
		return v.keep(j.at, j.kind, j.data, h)
	}
	base, kind, err := v.base(j.base)
	if err != nil {
		return entry{}, err
	}
	defer base.release()
	out, err := v.patch(base.data, j.data.data)
	if err != nil {
		return entry{}, err
	}
	defer out.release()
	return v.keep(j.at, kind, out, h)
}

// base gives the bytes of an object that has been kept.
func (v *resolver) base(at int32) (*buffer, plumbing.ObjectType, error) {
	v.mu.Lock()
	e, data := v.entries[at], v.kept[at]
	v.mu.Unlock()
	if e.kind != plumbing.BlobObject {
		return &buffer{data: data}, e.kind, nil
	}
	if b := v.cache.get(at); b != nil {
		return b, e.kind, nil
	}
	b := v.pool.get(int(e.size))
	var err error
	if b.data, err = v.store.Get(e.id, b.data); err != nil {
		return nil, 0, err
	}
	v.cache.add(at, b)
	return b, e.kind, nil
}

func (v *resolver) patch(base, data []byte) (*buffer, error) {
	d, ok := parseDelta(data)
	if ok && d.to > v.lim.File {
		return nil, tooMuch("file", "an object of the pack has %d bytes, more than the limit of %s", d.to, size(v.lim.File))
	}
	if !ok || !d.fits(base) {
		return nil, damaged("a delta does not fit its base")
	}
	if err := v.count(d.to); err != nil {
		return nil, err
	}
	out := v.pool.get(int(d.to))
	out.data = d.apply(base, out.data)
	return out, nil
}

// keep puts an object where it will be found: a blob into the store, the others into
// memory.
func (v *resolver) keep(at int32, kind plumbing.ObjectType, b *buffer, h *hasher) (entry, error) {
	id, ok := h.id(kind, b.data)
	if !ok {
		p := problem(render.CauseTrust, "git-collision", "the pack has an object made to collide with another one's SHA-1")
		p.Hint = "somebody is attacking this repository: find out who, before anything of it is used"
		return entry{}, p
	}
	done := entry{id: id, size: int64(len(b.data)), kind: kind}
	if kind != plumbing.BlobObject {
		return done, v.remember(at, kind, bytes.Clone(b.data))
	}
	if isLFS(b.data) {
		v.mu.Lock()
		v.lfs[id] = struct{}{}
		v.mu.Unlock()
	}
	held, err := v.store.Put(id, b.data)
	if err != nil {
		return entry{}, err
	}
	if held != nil {
		b = &buffer{data: held}
	}
	v.cache.add(at, b)
	return done, nil
}

func (v *resolver) remember(at int32, kind plumbing.ObjectType, data []byte) error {
	if !wellFormed(kind, data) {
		return damaged("a %s of it is malformed", kind)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[at] = data
	return v.hold(int64(len(data)))
}

// isLFS tells a pointer of Git LFS, which stands for a file that is elsewhere.
func isLFS(data []byte) bool {
	return len(data) < 1024 && bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/"))
}

// A hasher computes ids. A pinned commit is worth what SHA-1 is worth, and collisions of
// plain SHA-1 can be bought (shattered.io); with detection of the known ways to make them
// it holds. It covers blobs, too, since the one to be swapped for a harmless twin is a
// blob. Where the CPU knows SHA-1 it costs 0.6 ns a byte instead of 0.5, in a worker.
type hasher struct {
	sha1 sha1cd.CollisionResistantHash
	head []byte
	sum  []byte
}

func newHasher() *hasher {
	var h hash.Hash = sha1cd.New()
	return &hasher{sha1: h.(sha1cd.CollisionResistantHash)}
}

// id is false for data that was made to collide.
func (h *hasher) id(kind plumbing.ObjectType, data []byte) (plumbing.Hash, bool) {
	h.head = append(append(h.head[:0], kind.Bytes()...), ' ')
	h.head = append(strconv.AppendInt(h.head, int64(len(data)), 10), 0)
	h.sha1.Reset()
	h.sha1.Write(h.head)
	h.sha1.Write(data)
	var collides bool
	h.sum, collides = h.sha1.CollisionResistantSum(h.sum[:0])
	return plumbing.Hash(h.sum), !collides
}
