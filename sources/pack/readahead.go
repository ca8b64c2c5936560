package pack

import (
	"context"
	"crypto/sha1"
	"errors"
	"hash"
	"io"

	"confit/render/diag"
)

const (
	chunkSize  = 64 << 10
	chunkCount = 4
)

// A readAhead reads a pack in a goroutine of its own and computes the checksum of the pack.
// Read serves the bytes. Inflating, which is serial and the slowest part of a fetch, then
// waits neither for system calls nor for the checksum. A server that falls silent does not
// keep Read from returning when the context ends.
type readAhead struct {
	ctx      context.Context
	limit    int64
	filled   chan []byte // chunks that were read; closed at the end
	free     chan []byte // chunks for the next reads
	readErr  error       // why filled was closed; io.EOF at the end of the pack
	checksum checksum

	chunk, rest []byte // the chunk that Read serves, and the part that it has not served
	consumed    int64  // bytes that Read has served
	err         error  // the error that Read returns from now on
	complete    bool   // Read has served everything
}

func newReadAhead(ctx context.Context, r io.Reader, limit int64) *readAhead {
	a := &readAhead{ctx: ctx, limit: limit, checksum: checksum{hash: sha1.New()}}
	a.filled, a.free = make(chan []byte, chunkCount), make(chan []byte, chunkCount)
	for range chunkCount {
		a.free <- make([]byte, chunkSize)
	}
	go a.run(r)
	return a
}

func (a *readAhead) run(r io.Reader) {
	defer close(a.filled)
	defer func() {
		if recover() != nil {
			a.readErr = diag.Bug()
		}
	}()
	for read := int64(0); a.readErr == nil; {
		var chunk []byte
		select {
		case chunk = <-a.free:
		case <-a.ctx.Done():
			a.readErr = context.Cause(a.ctx)
			return
		}
		n, err := r.Read(chunk) // not io.ReadFull: a server may hold the last byte back until it is done
		if read += int64(n); read > a.limit {
			a.readErr = overLimit("pack", "the pack is larger than the limit of %s", formatBytes(a.limit))
			return
		}
		a.checksum.write(chunk[:n])
		a.filled <- chunk[:n]
		a.readErr = transportProblem(err, read)
	}
}

// transportProblem translates an error of the transport. The problem wraps the error and
// does not show its text, which may contain a URL or text of the server.
func transportProblem(err error, read int64) error {
	var known *diag.Problem
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return io.EOF
	}
	p := damagedPack("the connection broke after %d bytes", read)
	p.Err = err
	return p
}

func (a *readAhead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 && a.err == nil {
		a.nextChunk()
	}
	if a.err != nil {
		return 0, a.err
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	a.consumed += int64(n)
	return n, nil
}

func (a *readAhead) nextChunk() {
	if a.chunk != nil {
		a.free <- a.chunk[:chunkSize] // never blocks: the channel holds all chunks
		a.chunk = nil
	}
	if a.ctx.Err() != nil {
		a.err = context.Cause(a.ctx)
		return
	}
	var ok bool
	select {
	case a.chunk, ok = <-a.filled:
		a.rest = a.chunk
		if !ok {
			a.err, a.complete = a.readErr, true
		}
	case <-a.ctx.Done():
		a.err = context.Cause(a.ctx)
	}
}

// checksumMatches says whether the pack was read to its end and ends in the checksum of the
// bytes before. It checks for the end itself, as io.EOF from Read may be a context's cause.
func (a *readAhead) checksumMatches() bool {
	return a.complete && string(a.checksum.hash.Sum(nil)) == string(a.checksum.trailer)
}

// A checksum hashes all of a stream but its last 20 bytes, the trailer, and keeps these. Plain
// SHA-1 is enough: an attacker does not need a collision to send another checksum.
type checksum struct {
	hash    hash.Hash
	trailer []byte
}

func (c *checksum) write(d []byte) {
	if n := len(c.trailer) + len(d) - sha1.Size; n > 0 {
		old := min(n, len(c.trailer))
		c.hash.Write(c.trailer[:old])
		c.trailer = append(c.trailer[:0], c.trailer[old:]...)
		c.hash.Write(d[:n-old])
		d = d[n-old:]
	}
	c.trailer = append(c.trailer, d...)
}
