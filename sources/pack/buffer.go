package pack

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// A buffer holds the bytes of one object. It counts its users, and returns to its pool when
// the last one releases it.
type buffer struct {
	data []byte
	refs atomic.Int32
	pool *bufferPool // nil: the buffer is not reused
}

// The classes of a bufferPool are powers of two, from 1 KiB to 1 MiB. Larger buffers are rare
// and not reused.
const minClass, maxClass = 10, 20

// A bufferPool has a pool of buffers for each class.
type bufferPool [maxClass - minClass + 1]sync.Pool

// get returns an empty buffer of capacity n or more, with one user.
func (p *bufferPool) get(n int) *buffer {
	class := max(bits.Len(uint(max(n, 1)-1)), minClass)
	if class > maxClass {
		b := &buffer{data: make([]byte, 0, n), pool: p}
		b.refs.Store(1)
		return b
	}
	b, ok := p[class-minClass].Get().(*buffer)
	if !ok {
		b = &buffer{data: make([]byte, 0, 1<<class), pool: p}
	}
	b.data = b.data[:0]
	b.refs.Store(1)
	return b
}

func (b *buffer) retain() { b.refs.Add(1) }

func (b *buffer) release() {
	if b.refs.Add(-1) > 0 || b.pool == nil {
		return
	}
	if n := cap(b.data); n >= 1<<minClass && n <= 1<<maxClass && n&(n-1) == 0 {
		b.pool[bits.Len(uint(n-1))-minClass].Put(b)
	}
}

// A blobCache keeps the newest blobs, since most deltas come soon after their base.
type blobCache struct {
	mu      sync.Mutex
	free    int               // bytes that the cache may still take
	buffers map[int32]*buffer // by the index of the object
	order   []int32           // indexes, oldest first
}

func (c *blobCache) add(index int32, b *buffer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buffers[index] != nil || cap(b.data) > 1<<maxClass {
		return
	}
	b.retain()
	c.buffers[index] = b
	c.order = append(c.order, index)
	for c.free -= cap(b.data); c.free < 0; c.order = c.order[1:] {
		oldest := c.buffers[c.order[0]]
		delete(c.buffers, c.order[0])
		c.free += cap(oldest.data)
		oldest.release()
	}
}

// get returns a buffer that the caller must release, or nil.
func (c *blobCache) get(index int32) *buffer {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buffers[index]
	if b != nil {
		b.retain()
	}
	return b
}
