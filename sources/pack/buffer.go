package pack

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// A buffer holds the bytes of one object for as long as somebody uses it.
type buffer struct {
	data  []byte
	users atomic.Int32
	pool  *pool // nil for bytes that are not to be used again
}

// The pool keeps buffers of 1 KiB to 1 MiB; larger ones are rare, and not kept.
const smallest, largest = 10, 20

type pool [largest - smallest + 1]sync.Pool

// get gives an empty buffer with one user. It has room for n bytes, and for what the
// inflater may write after them.
func (p *pool) get(n int) *buffer {
	class := max(bits.Len(uint(max(n, 1)-1)), smallest)
	if class > largest {
		b := &buffer{data: make([]byte, 0, n), pool: p}
		b.users.Store(1)
		return b
	}
	b, ok := p[class-smallest].Get().(*buffer)
	if !ok {
		b = &buffer{data: make([]byte, 0, 1<<class), pool: p}
	}
	b.data = b.data[:0]
	b.users.Store(1)
	return b
}

func (b *buffer) retain() { b.users.Add(1) }

func (b *buffer) release() {
	if b.users.Add(-1) > 0 || b.pool == nil {
		return
	}
	if n := cap(b.data); n >= 1<<smallest && n <= 1<<largest && n&(n-1) == 0 {
		b.pool[bits.Len(uint(n-1))-smallest].Put(b)
	}
}

// A cache keeps the newest blobs, since most deltas come soon after their base.
type cache struct {
	mu    sync.Mutex
	room  int
	held  map[int32]*buffer
	order []int32
}

func (c *cache) add(at int32, b *buffer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[at] != nil || cap(b.data) > 1<<largest {
		return
	}
	b.retain()
	c.held[at] = b
	c.order = append(c.order, at)
	for c.room -= cap(b.data); c.room < 0; c.order = c.order[1:] {
		oldest := c.held[c.order[0]]
		delete(c.held, c.order[0])
		c.room += cap(oldest.data)
		oldest.release()
	}
}

// get gives a buffer that the caller is to release, or nil.
func (c *cache) get(at int32) *buffer {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.held[at]
	if b != nil {
		b.retain()
	}
	return b
}
