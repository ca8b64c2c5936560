package pack

import (
	"context"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	noBase      = int32(-1)
	maxPrealloc = 1 << 16 // objects to allocate memory for on the word of the header
	maxQueued   = 4 << 20 // bytes of jobs that wait for a worker
	cacheSize   = 4 << 20 // bytes of blobs in the cache
)

// A job is one object as it was read from the pack: its content, or a delta and its base.
type job struct {
	index    int32 // of the object in the pack
	kind     plumbing.ObjectType
	base     int32         // of a delta: the index of the base; noBase while it is unknown
	ref      plumbing.Hash // of a REF_DELTA: the id of the base
	data     *buffer
	checksum uint32 // the Adler-32 that data should have
	parked   bool   // waits for a base that was not read yet, or for a parked one
}

// cost is the number of bytes that a job takes in memory.
func (j *job) cost() int64 { return int64(cap(j.data.data)) + 128 }

// An entry is an object of the pack without its content.
type entry struct {
	id     plumbing.Hash
	size   int64
	kind   plumbing.ObjectType // 0 until the object is saved
	parked bool                // the object is a parked job
	listed bool                // the object is in Objects.listed
}

// A resolver turns jobs into objects with a number of workers. A delta whose base is not
// saved waits in a map and becomes ready with the base, so no worker waits for another. Ready
// jobs form a stack, so that a delta runs while its base is in the cache.
//
// submit blocks while the queued jobs take more than maxQueued bytes. Parked jobs are not
// among these, or the reader would wait for itself; they are charged against Limits.Pack.
type resolver struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	store  Store
	lim    Limits
	pool   *bufferPool
	cache  blobCache

	mu           sync.Mutex
	jobReady     sync.Cond // a job is ready, or no more jobs come
	jobDone      sync.Cond // a job is finished
	closed       bool
	ready        []job
	queued       int64                   // cost of the jobs that are neither finished nor parked
	waiting      map[int32][]job         // deltas by the index of their base
	orphans      map[plumbing.Hash][]job // deltas by the id of a base that was not read yet
	entries      []entry
	index        map[plumbing.Hash]int32
	contents     map[int32][]byte // of commits, trees and tags
	placeholders map[plumbing.Hash]placeholder
	large        map[plumbing.Hash]int64 // sizes of the blobs over Limits.File, which are not kept
	memory       int64                   // bytes of contents and of parked jobs
	inflated     int64                   // bytes of everything inflated so far
}

func newResolver(ctx context.Context, cancel context.CancelCauseFunc, s Store, lim Limits) *resolver {
	r := &resolver{
		ctx: ctx, cancel: cancel, store: s, lim: lim, pool: new(bufferPool),
		cache:   blobCache{free: cacheSize, buffers: map[int32]*buffer{}},
		waiting: map[int32][]job{}, orphans: map[plumbing.Hash][]job{},
		contents: map[int32][]byte{}, placeholders: map[plumbing.Hash]placeholder{}, large: map[plumbing.Hash]int64{},
	}
	r.jobReady.L, r.jobDone.L = &r.mu, &r.mu
	context.AfterFunc(ctx, r.wakeAll)
	return r
}

// wakeAll makes all who wait look at ctx, which has ended.
func (r *resolver) wakeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobReady.Broadcast()
	r.jobDone.Broadcast()
}

// preallocate makes room for the objects of a pack, whose header says how many there are.
func (r *resolver) preallocate(objects int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = make([]entry, 0, min(objects, maxPrealloc))
	r.index = make(map[plumbing.Hash]int32, min(objects, maxPrealloc))
}

// chargeInflated charges n bytes to Limits.Total.
func (r *resolver) chargeInflated(n int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inflated += n; r.inflated > r.lim.Total {
		return overLimit("pack", "the pack inflates to more than the limit of %s", formatBytes(r.lim.Total))
	}
	return nil
}

// chargeMemory charges n bytes to Limits.Pack. The caller holds the lock.
func (r *resolver) chargeMemory(n int64) error {
	if r.memory += n; r.memory > r.lim.Pack {
		return overLimit("pack", "the commits, trees and waiting deltas of the pack need more memory than the limit of %s", formatBytes(r.lim.Pack))
	}
	return nil
}

// submit takes the job of the next object. It blocks while the queue is full.
func (r *resolver) submit(j job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.queued > 0 && r.queued+j.cost() > maxQueued && r.ctx.Err() == nil {
		r.jobDone.Wait()
	}
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	r.entries = append(r.entries, entry{})
	if j.kind == plumbing.REFDeltaObject {
		if base, ok := r.index[j.ref]; ok {
			j.base = base
		} else {
			return r.park(j)
		}
	}
	switch {
	case j.base == noBase || r.entries[j.base].kind != 0:
		r.makeReady(j)
		r.queued += j.cost()
	case r.entries[j.base].parked:
		return r.park(j)
	default:
		r.waiting[j.base] = append(r.waiting[j.base], j)
		r.queued += j.cost()
	}
	return nil
}

// skip records a blob whose content is not kept.
func (r *resolver) skip(id plumbing.Hash, size int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	index := int32(len(r.entries))
	r.entries = append(r.entries, entry{id: id, size: size, kind: plumbing.BlobObject})
	if _, twice := r.index[id]; !twice {
		r.index[id] = index
	}
	r.large[id] = size
	r.unblock(index, r.orphans[id])
	delete(r.orphans, id)
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return nil
}

// park sets a delta aside until its base is saved. It counts as memory, and not as queued work.
func (r *resolver) park(j job) error {
	j.parked = true
	r.entries[j.index].parked = true
	if j.base == noBase {
		r.orphans[j.ref] = append(r.orphans[j.ref], j)
	} else {
		r.waiting[j.base] = append(r.waiting[j.base], j)
	}
	return r.chargeMemory(j.cost())
}

// makeReady hands a job to the workers.
func (r *resolver) makeReady(j job) {
	r.ready = append(r.ready, j)
	r.jobReady.Signal()
}

// next waits for a ready job. It returns false when the work is over.
func (r *resolver) next() (job, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.ready) == 0 && !r.closed && r.ctx.Err() == nil {
		r.jobReady.Wait()
	}
	last := len(r.ready) - 1
	if last < 0 || r.ctx.Err() != nil {
		return job{}, false
	}
	j := r.ready[last]
	r.ready[last] = job{}
	r.ready = r.ready[:last]
	return j, true
}

// finish records the object of a job and makes the deltas of that object ready.
func (r *resolver) finish(j *job, done entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[j.index] = done
	if _, twice := r.index[done.id]; !twice {
		r.index[done.id] = j.index
	}
	r.unblock(j.index, r.waiting[j.index])
	delete(r.waiting, j.index)
	r.unblock(j.index, r.orphans[done.id])
	delete(r.orphans, done.id)
	r.queued -= j.cost()
	r.jobDone.Signal()
}

// unblock makes the deltas of a base ready, which is saved now.
func (r *resolver) unblock(base int32, jobs []job) {
	for _, j := range jobs {
		j.base = base
		if j.parked {
			j.parked = false
			r.entries[j.index].parked = false
			r.memory -= j.cost()
			r.queued += j.cost()
		}
		r.makeReady(j)
	}
}

// wait blocks until no job is queued. A delta without its base is an error then.
func (r *resolver) wait() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.queued > 0 && r.ctx.Err() == nil {
		r.jobDone.Wait()
	}
	for id := range r.orphans {
		return damagedPack("it has a delta of %s, but not that object", id)
	}
	return nil
}

// close ends the workers.
func (r *resolver) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.jobReady.Broadcast()
}

func (r *resolver) objects() *Objects {
	return &Objects{entries: r.entries, index: r.index, contents: r.contents, placeholders: r.placeholders, large: r.large, store: r.store}
}
