package sinks

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"confit/render"
)

// lock takes the flock on the directory's own descriptor, which leaves no file
// behind, works on a read-only mount, and is free once its holder is dead.
func (d Dir) lock(ctx context.Context, t *tree, how int) error {
	deadline := time.Now().Add(d.LockTimeout)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		if ctx.Err() != nil {
			return d.stopped(ctx)
		}
		err := retry(func() error { return unix.Flock(t.top().fd, how|unix.LOCK_NB) })
		if err != unix.EWOULDBLOCK {
			return errno("lock", d.Path, err)
		}
		left := time.Until(deadline)
		if left <= 0 {
			return d.busy()
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(wait, left)):
		}
	}
}

func (d Dir) busy() error {
	return &render.Problem{
		Cause: render.CauseBusy,
		Code:  CodeBusy,
		Text:  fmt.Sprintf("another run has held %s for %s", render.Quoted(d.Path), d.LockTimeout),
		Hint:  "wait for it, or raise --lock-timeout",
	}
}
