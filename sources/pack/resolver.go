package pack

import (
	"context"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	none    = int32(-1)
	trusted = 1 << 16 // as many objects as a header says get their memory at once
	lead    = 4 << 20 // bytes that the reader may be ahead of the workers
	recent  = 4 << 20 // bytes of blobs kept for deltas
)

// A job is what was read of one object: its bytes, or a delta and where its base is.
type job struct {
	at     int32 // which object of the pack
	kind   plumbing.ObjectType
	base   int32         // of a delta: which object; none if it is not known yet
	ref    plumbing.Hash // of a delta by id: the base's
	data   *buffer
	parked bool // it waits, directly or not, for a base that has not come yet
}

// cost is what a job holds in memory.
func (j *job) cost() int64 { return int64(cap(j.data.data)) + 128 }

// An entry is what is known of one object of the pack.
type entry struct {
	id   plumbing.Hash
	size int64
	kind plumbing.ObjectType // 0 until it has an id and is kept
	// parked is for a delta without a base so far.
	parked bool
}

// A resolver turns jobs into objects, with the help of workers. A job whose base is not
// ready waits with it, and becomes ready when the base does: no worker ever waits for
// another. What is ready is a stack, so that a delta runs while its base is in the cache.
//
// Jobs that are ready, or will be by the work of others, hold at most about `lead` bytes:
// submit blocks. Jobs that wait for what has yet to be read count against Limits.Pack
// instead, or else the reader would wait for itself.
type resolver struct {
	ctx   context.Context
	fail  context.CancelCauseFunc
	store Store
	lim   Limits
	pool  *pool
	cache cache

	mu      sync.Mutex
	more    sync.Cond // there is a ready job, or no more will come
	room    sync.Cond // a job is done
	closed  bool
	ready   []job
	busy    int64                   // cost of the jobs that submit has let in and that are not parked
	waiting map[int32][]job         // by base
	orphans map[plumbing.Hash][]job // by base
	entries []entry
	ids     map[plumbing.Hash]int32
	kept    map[int32][]byte // commits, trees and tags
	lfs     map[plumbing.Hash]struct{}
	held    int64 // bytes of those and of parked jobs
	total   int64 // bytes inflated
}

func newResolver(ctx context.Context, fail context.CancelCauseFunc, s Store, lim Limits) *resolver {
	v := &resolver{
		ctx: ctx, fail: fail, store: s, lim: lim, pool: new(pool),
		cache:   cache{room: recent, held: map[int32]*buffer{}},
		waiting: map[int32][]job{}, orphans: map[plumbing.Hash][]job{},
		kept: map[int32][]byte{}, lfs: map[plumbing.Hash]struct{}{},
	}
	v.more.L, v.room.L = &v.mu, &v.mu
	context.AfterFunc(ctx, v.wake)
	return v
}

func (v *resolver) wake() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.more.Broadcast()
	v.room.Broadcast()
}

func (v *resolver) expect(objects int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.entries = make([]entry, 0, min(objects, trusted))
	v.ids = make(map[plumbing.Hash]int32, min(objects, trusted))
}

// count adds n bytes to what was inflated.
func (v *resolver) count(n int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.total += n; v.total > v.lim.Total {
		return tooMuch("pack", "the pack inflates to more than the limit of %s", size(v.lim.Total))
	}
	return nil
}

// hold adds n bytes to what is kept in memory until the end. The caller has the lock.
func (v *resolver) hold(n int64) error {
	if v.held += n; v.held > v.lim.Pack {
		return tooMuch("pack", "the commits, trees and waiting deltas of the pack need more memory than the limit of %s", size(v.lim.Pack))
	}
	return nil
}

// submit takes over the next object of the pack, when there is room for it.
func (v *resolver) submit(j job) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.busy > 0 && v.busy+j.cost() > lead && v.ctx.Err() == nil {
		v.room.Wait()
	}
	if v.ctx.Err() != nil {
		return context.Cause(v.ctx)
	}
	v.entries = append(v.entries, entry{})
	if j.kind == plumbing.REFDeltaObject {
		if base, ok := v.ids[j.ref]; ok {
			j.base = base
		} else {
			return v.park(j)
		}
	}
	switch {
	case j.base == none || v.entries[j.base].kind != 0:
		v.push(j)
		v.busy += j.cost()
	case v.entries[j.base].parked:
		return v.park(j)
	default:
		v.waiting[j.base] = append(v.waiting[j.base], j)
		v.busy += j.cost()
	}
	return nil
}

func (v *resolver) park(j job) error {
	j.parked = true
	v.entries[j.at].parked = true
	if j.base == none {
		v.orphans[j.ref] = append(v.orphans[j.ref], j)
	} else {
		v.waiting[j.base] = append(v.waiting[j.base], j)
	}
	return v.hold(j.cost())
}

func (v *resolver) push(j job) {
	v.ready = append(v.ready, j)
	v.more.Signal()
}

// next takes a ready job; false when the work is over.
func (v *resolver) next() (job, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.ready) == 0 && !v.closed && v.ctx.Err() == nil {
		v.more.Wait()
	}
	last := len(v.ready) - 1
	if last < 0 || v.ctx.Err() != nil {
		return job{}, false
	}
	j := v.ready[last]
	v.ready[last] = job{}
	v.ready = v.ready[:last]
	return j, true
}

// settle records what a job came to, and makes ready what waited for it.
func (v *resolver) settle(j *job, done entry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.entries[j.at] = done
	if _, twice := v.ids[done.id]; !twice {
		v.ids[done.id] = j.at
	}
	v.adopt(j.at, v.waiting[j.at])
	delete(v.waiting, j.at)
	v.adopt(j.at, v.orphans[done.id])
	delete(v.orphans, done.id)
	v.busy -= j.cost()
	v.room.Signal()
}

func (v *resolver) adopt(base int32, jobs []job) {
	for _, j := range jobs {
		j.base = base
		if j.parked {
			j.parked = false
			v.entries[j.at].parked = false
			v.held -= j.cost()
			v.busy += j.cost()
		}
		v.push(j)
	}
}

// drain waits until all is settled that can be.
func (v *resolver) drain() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.busy > 0 && v.ctx.Err() == nil {
		v.room.Wait()
	}
	for id := range v.orphans {
		return damaged("it has a delta of %s, but not that object", id)
	}
	return nil
}

// close sends the workers home.
func (v *resolver) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	v.more.Broadcast()
}

func (v *resolver) objects() *Objects {
	return &Objects{entries: v.entries, ids: v.ids, kept: v.kept, lfs: v.lfs, store: v.store}
}
