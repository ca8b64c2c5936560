package sinks

import (
	"context"
	"fmt"
	"time"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// lock waits for the lock of the directory: alone to change it, or shared to read it.
func (d Dir) lock(ctx context.Context, t *dirfd.Tree, alone bool) error {
	deadline := time.Now().Add(d.LockTimeout)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		if ctx.Err() != nil {
			return d.stopped(ctx)
		}
		if free, err := t.Top().TryLock(alone); free || err != nil {
			return err
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
	return &diag.Problem{
		Cause: diag.CauseBusy,
		Code:  CodeBusy,
		Text:  fmt.Sprintf("another run has held %s for %s", diag.Quoted(d.Path), d.LockTimeout),
		Hint:  "wait for it, or raise --lock-timeout",
	}
}
