// Package pack reads a Git pack as it comes in, forward and once, in bounded memory, and
// lists the files of a commit. It opens no connection and touches no disk: the bytes come
// from a reader, the blobs go to a Store. Nothing that it returns has an id that it did
// not compute itself.
package pack

import (
	"context"
	"io"
	"runtime"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

// A Store keeps the blobs of a pack. Both methods may be called by several goroutines at
// once. Put may be called twice for one id, with the same bytes, if a pack repeats itself.
type Store interface {
	// Put must not hold on to data. What it keeps in memory it gives back, to be read only.
	Put(id plumbing.Hash, data []byte) (held []byte, err error)
	Get(id plumbing.Hash, buf []byte) ([]byte, error) // appends what Put kept to buf
}

// Read reads one pack (version 2 of gitformat-pack(5), not a thin one) from r to its end,
// verifies every checksum in it and returns its objects; the blobs go to s. After the
// pack r must be at its end, too. A nil progress is fine; it is called from the goroutine
// of Read.
//
// A damaged pack is a problem of cause remote and code "git-pack", too large a one of cause
// limit and code "git-limit". An error of the store is returned as it is. When ctx ends,
// Read returns its cause at once, and a goroutine may be left in r.Read until the caller
// closes r.
func Read(ctx context.Context, r io.Reader, s Store, lim Limits, progress func(done, total int)) (*Objects, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	lim = lim.orDefaults()
	v := newResolver(ctx, stop, s, lim)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(v.work)
	}
	err := newReader(ctx, r, v, lim).read(progress)
	if err == nil {
		err = v.drain()
	}
	if err != nil {
		stop(err)
	}
	v.close()
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return v.objects(), nil
}

// damaged is the problem of a pack that is not what the server meant to send, so that
// asking again may help.
func damaged(format string, args ...any) *render.Problem {
	p := problem(render.CauseRemote, "git-pack", format, args...)
	p.Text = "the server sent a damaged pack: " + p.Text
	p.Hint = "run again; if it stays, run git fsck on the server"
	return p
}
