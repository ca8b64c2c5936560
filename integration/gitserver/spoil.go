package gitserver

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// A Spoil does harm to the bytes of one answer on their way to w. The context ends
// when the client is gone or the server stops.
type Spoil func(ctx context.Context, w io.Writer) io.Writer

var errCut = errors.New("cut")

type writer func(p []byte) (int, error)

func (f writer) Write(p []byte) (int, error) { return f(p) }

// after passes n bytes on and calls do with each later piece.
func after(n int64, do func(ctx context.Context, w io.Writer, p []byte) error) Spoil {
	return func(ctx context.Context, w io.Writer) io.Writer {
		left := n
		return writer(func(p []byte) (int, error) {
			head := min(left, int64(len(p)))
			left -= head
			if head > 0 {
				if _, err := w.Write(p[:head]); err != nil {
					return 0, err
				}
			}
			if int(head) == len(p) {
				return len(p), nil
			}
			if err := do(ctx, w, p[head:]); err != nil {
				return 0, err
			}
			return len(p), nil
		})
	}
}

// Truncate ends an answer after n bytes as if that were all.
func Truncate(n int64) Spoil {
	return after(n, func(context.Context, io.Writer, []byte) error { return nil })
}

// Cut breaks the connection, or over SSH the channel, after n bytes.
func Cut(n int64) Spoil {
	return after(n, func(context.Context, io.Writer, []byte) error { return errCut })
}

// Stall sends n bytes and then nothing, for as long as the client waits.
func Stall(n int64) Spoil {
	return after(n, func(ctx context.Context, _ io.Writer, _ []byte) error {
		<-ctx.Done()
		return ctx.Err()
	})
}

// Slow sends so many bytes a second, 1 or more.
func Slow(rate int) Spoil {
	return func(ctx context.Context, w io.Writer) io.Writer {
		return writer(func(p []byte) (n int, err error) {
			for err == nil && n < len(p) {
				piece := p[n:min(n+max(rate/10, 1), len(p))]
				n += len(piece)
				if _, err = w.Write(piece); err == nil {
					err = wait(ctx, time.Second*time.Duration(len(piece))/time.Duration(rate))
				}
			}
			return n, err
		})
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Flip inverts a bit of byte n, counted from 0.
func Flip(n int64) Spoil {
	return func(_ context.Context, w io.Writer) io.Writer {
		var at int64
		return writer(func(p []byte) (int, error) {
			if i := n - at; i >= 0 && i < int64(len(p)) {
				p = append([]byte(nil), p...) // it is not ours
				p[i] ^= 1
			}
			at += int64(len(p))
			return w.Write(p)
		})
	}
}

// Once spoils the first answer only.
func Once(spoil Spoil) Spoil {
	var used atomic.Bool
	return func(ctx context.Context, w io.Writer) io.Writer {
		if used.Swap(true) {
			return w
		}
		return spoil(ctx, w)
	}
}
