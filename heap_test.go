package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"confit/render"
)

// The collector is patient while the heap is small, and as GOGC says from then on.
func TestPatience(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	percent := func() int {
		now := debug.SetGCPercent(100)
		debug.SetGCPercent(now)
		return now
	}
	g := &guard{}
	g.start(time.Hour)
	defer g.watch.Stop()
	defer g.timer.Stop()
	if got := percent(); got != patientGC {
		t.Errorf("at the start GOGC is %d, want %d", got, patientGC)
	}
	large := make([]byte, smallHeap+1)
	g.ask(g.heap.look)
	if got := percent(); got != 77 {
		t.Errorf("beyond %d bytes GOGC is %d, want the 77 of the environment", smallHeap, got)
	}
	runtime.KeepAlive(large)
}

// What is asked for is refused when it does not fit, and what was made meanwhile without
// asking is noticed before the asking comes to the limit.
func TestRoom(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GC() // what other tests left
	const limit, piece = 64 << 20, 1 << 20
	h := &heapWatch{own: limit, usual: 100}
	if p := h.room(piece); p != nil {
		t.Fatalf("no room for %d bytes: %s", piece, p.Text)
	}
	if h.room(limit) == nil {
		t.Error("there is room for as much as the limit")
	}
	h.room(piece)
	large := make([]byte, limit)
	for asked := 0; h.room(piece) == nil; asked += piece {
		if asked > limit/2 {
			t.Fatalf("after %d bytes it is not noticed that the heap is full", asked)
		}
	}
	runtime.KeepAlive(large)
}

// The heap is looked at the sooner the less it is from its limit.
func TestAgain(t *testing.T) {
	for mapped, want := range map[render.Size]time.Duration{0: lateLook, 216 << 20: 10 * time.Millisecond, 255 << 20: soonLook, 300 << 20: soonLook} {
		h := &heapWatch{most: 256 << 20, mapped: mapped}
		if got := h.again().Round(time.Millisecond); got != want {
			t.Errorf("with %s of 256MiB the next look is in %v, want %v", mapped, got, want)
		}
	}
}
