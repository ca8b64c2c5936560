package sinks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"confit/render/diag"
)

// TestSwapped swaps directories and files for symlinks and pipes while runs are
// at work. They may fail, but nothing outside is touched, and when it is over the
// next run puts everything right.
func TestSwapped(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	put(t, outside, files{"a": "theirs", "b": "theirs"})
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	done := make(chan int)
	go func() { done <- swap(ctx, dir, outside) }()
	good := 0
	for i := 0; ctx.Err() == nil; i++ {
		text := fmt.Sprint(i)
		_, err := Dir{Path: dir}.Apply(t.Context(), files{"d/a": text, "d/b": text, "e": text}.outputs())
		for _, p := range diag.Problems(err, diag.CauseUnknown) {
			if p.Cause != diag.CauseInWay && p.Cause != diag.CauseIO {
				t.Errorf("%+v", p)
			}
		}
		if err == nil {
			good++
		}
	}
	t.Logf("%d swaps, %d good runs", <-done, good)
	if got := listing(t, outside); len(got) != 2 || got["a"] != "theirs" || got["b"] != "theirs" {
		t.Errorf("outside is %v", got)
	}
	last := files{"d/a": "1", "d/b": "2", "e": "3"}
	apply(t, dir, last)
	if r := apply(t, dir, last); r.Unchanged != 3 {
		t.Errorf("counts %v", counts(r))
	}
}

// swap puts a symlink in place of d and a pipe in place of e, and takes them away,
// until ctx ends.
func swap(ctx context.Context, dir, outside string) (n int) {
	d, e := filepath.Join(dir, "d"), filepath.Join(dir, "e")
	for ctx.Err() == nil {
		aside := fmt.Sprintf("%s.%d", d, n)
		if os.Rename(d, aside) == nil {
			n++
			_ = os.Symlink(outside, d)
			time.Sleep(50 * time.Microsecond)
			_ = os.Remove(d)
			_ = os.Rename(aside, d)
		}
		_ = os.Remove(e)
		if syscall.Mkfifo(e, 0o600) == nil {
			time.Sleep(50 * time.Microsecond)
			_ = os.Remove(e)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return n
}
