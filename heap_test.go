package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
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
