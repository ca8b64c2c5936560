package pack

import (
	"context"
	"io"
	"runtime"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// A Store keeps the blobs of a pack. Several goroutines call both methods at once. A pack
// that repeats an object makes Read call Put twice with the same id and bytes.
type Store interface {
	// Put stores a copy of data, which the caller uses again. A store that keeps the copy in
	// memory returns it, and the caller only reads it; any other store returns nil.
	Put(id plumbing.Hash, data []byte) (held []byte, err error)
	Get(id plumbing.Hash, buf []byte) ([]byte, error) // appends the blob to buf
}

// Read reads one pack from r and verifies every checksum in it. It puts the blobs into s
// and returns all objects. The pack has version 2 of gitformat-pack(5), is not thin, and ends
// where r ends. Read calls progress, which may be nil, from its own goroutine.
//
// A damaged pack is a problem of cause remote and code "git-pack". A pack beyond a limit is
// one of cause limit and code "git-limit". Read returns an error of the store unchanged. When
// ctx ends, Read returns the cause of that at once; a goroutine may stay in r.Read until
// the caller closes r.
func Read(ctx context.Context, r io.Reader, s Store, lim Limits, progress func(done, total int)) (*Objects, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	lim = lim.withDefaults()
	resolver := newResolver(ctx, stop, s, lim)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(resolver.work)
	}
	err := newReader(ctx, r, resolver, lim).read(progress)
	if err == nil {
		err = resolver.wait()
	}
	if err != nil {
		stop(err)
	}
	resolver.close()
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return resolver.objects(), nil
}

// damagedPack is the problem of a pack that violates the format. Its hint is to try again,
// as the pack may be damaged on its way.
func damagedPack(format string, args ...any) *diag.Problem {
	p := newProblem(diag.CauseRemote, "git-pack", format, args...)
	p.Text = "the server sent a damaged pack: " + p.Text
	p.Hint = "run again; if it stays, run git fsck on the server"
	return p
}
