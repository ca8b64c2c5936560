package pack

import (
	"context"
	"crypto/sha1"
	"errors"
	"hash"
	"io"

	"confit/render"
)

const (
	chunkSize = 64 << 10
	chunks    = 4
)

// A wire reads a pack ahead of the inflater and checksums it on the way. It has a
// goroutine of its own: inflating is the longest stretch of a fetch, and neither system
// calls nor a checksum should lengthen it; and a server that falls silent must not hold up
// the end of a context.
type wire struct {
	ctx   context.Context
	limit int64
	full  chan []byte // what was read; closed at the end
	free  chan []byte // chunks to read into
	end   error       // why full was closed; io.EOF if all is well
	seal  seal

	chunk, rest []byte // what Read is at
	taken       int64  // bytes that Read has given
	failed      error  // what Read has returned
	over        bool   // all was read
}

func newWire(ctx context.Context, r io.Reader, limit int64) *wire {
	w := &wire{ctx: ctx, limit: limit, seal: seal{sum: sha1.New()}}
	w.full, w.free = make(chan []byte, chunks), make(chan []byte, chunks)
	for range chunks {
		w.free <- make([]byte, chunkSize)
	}
	go w.ahead(r)
	return w
}

func (w *wire) ahead(r io.Reader) {
	defer close(w.full)
	defer func() {
		if recover() != nil {
			w.end = render.Bug()
		}
	}()
	for read := int64(0); w.end == nil; {
		var chunk []byte
		select {
		case chunk = <-w.free:
		case <-w.ctx.Done():
			w.end = context.Cause(w.ctx)
			return
		}
		n, err := r.Read(chunk) // what there is: a server keeps the last byte back until all has gone well
		if read += int64(n); read > w.limit {
			w.end = tooMuch("pack", "the pack is larger than the limit of %s", size(w.limit))
			return
		}
		w.seal.write(chunk[:n])
		w.full <- chunk[:n]
		w.end = broken(err, read)
	}
}

// broken is how the end of the wire looks to the reader of the pack. The text of a
// transport's error may hold what a server said, and a URL: it is not shown.
func broken(err error, read int64) error {
	var known *render.Problem
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return io.EOF
	}
	p := damaged("the connection broke after %d bytes", read)
	p.Err = err
	return p
}

func (w *wire) Read(p []byte) (int, error) {
	for len(w.rest) == 0 && w.failed == nil {
		w.next()
	}
	if w.failed != nil {
		return 0, w.failed
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	w.taken += int64(n)
	return n, nil
}

func (w *wire) next() {
	if w.chunk != nil {
		w.free <- w.chunk[:chunkSize] // has room for every chunk there is
		w.chunk = nil
	}
	if w.ctx.Err() != nil {
		w.failed = context.Cause(w.ctx)
		return
	}
	var ok bool
	select {
	case w.chunk, ok = <-w.full:
		w.rest = w.chunk
		if !ok {
			w.failed, w.over = w.end, true
		}
	case <-w.ctx.Done():
		w.failed = context.Cause(w.ctx)
	}
}

// intact tells whether the last bytes on the wire are the checksum of those before. It
// is to be asked when Read has said io.EOF, which may also be the cause of a context.
func (w *wire) intact() bool { return w.over && string(w.seal.sum.Sum(nil)) == string(w.seal.tail) }

// A seal hashes all but the last bytes of a stream, which it keeps. It needs no protection
// against collisions: whoever could make one could as well send another checksum.
type seal struct {
	sum  hash.Hash
	tail []byte
}

func (s *seal) write(d []byte) {
	if n := len(s.tail) + len(d) - sha1.Size; n > 0 {
		old := min(n, len(s.tail))
		s.sum.Write(s.tail[:old])
		s.tail = append(s.tail[:0], s.tail[old:]...)
		s.sum.Write(d[:n-old])
		d = d[n-old:]
	}
	s.tail = append(s.tail, d...)
}
