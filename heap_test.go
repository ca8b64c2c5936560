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
	if p := h.room(piece, 0); p != nil {
		t.Fatalf("no room for %d bytes: %s", piece, p.Text)
	}
	if h.room(limit, 0) == nil {
		t.Error("there is room for as much as the limit")
	}
	h.room(piece, 0)
	large := make([]byte, limit)
	for asked := 0; h.room(piece, 0) == nil; asked += piece {
		if asked > limit/2 {
			t.Fatalf("after %d bytes it is not noticed that the heap is full", asked)
		}
	}
	runtime.KeepAlive(large)
}

// What was made is found by a look and does not count twice, but brings the look on.
func TestRoomForMade(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	debug.FreeOSMemory() // what other tests left
	const limit = 64 << 20
	h := &heapWatch{own: limit, usual: 100}
	h.room(1<<20, 0)
	large := make([]byte, limit/2)
	if p := h.room(0, limit/2); p != nil {
		t.Errorf("no room for what is there: %s", p.Text)
	}
	if h.asked != 0 {
		t.Errorf("%d bytes are counted in place of a look, or after it", h.asked)
	}
	runtime.KeepAlive(large)
}

// What is freed is still held until it is given back, which room does before it refuses.
func TestRoomFreed(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // else some is given back while this runs
	const limit, piece = 64 << 20, 40 << 20
	var refused *render.Problem
	g := &guard{heap: heapWatch{own: limit, usual: -1}, end: func(p *render.Problem) { refused = p }}
	free := func() {
		large := make([]byte, piece)
		runtime.KeepAlive(large)
		large = nil
		runtime.GC()
	}
	free()
	if g.heap.room(piece, 0) == nil {
		t.Error("there is room on top of what is not given back")
	}
	free()
	if g.room(piece, 0); refused != nil {
		t.Errorf("what is free is not given back: %s", refused.Text)
	}
}

// The heap is looked at the sooner the less it is from its limit.
func TestAgain(t *testing.T) {
	for inUse, want := range map[render.Size]time.Duration{0: lateLook, 216 << 20: 10 * time.Millisecond, 255 << 20: soonLook, 300 << 20: soonLook} {
		h := &heapWatch{most: 256 << 20, inUse: inUse}
		if got := h.again().Round(time.Millisecond); got != want {
			t.Errorf("with %s of 256MiB in use the next look is in %v, want %v", inUse, got, want)
		}
	}
}
