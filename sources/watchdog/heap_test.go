package watchdog

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

// The collector is patient while the heap is small, and as GOGC says from then on.
func TestPatience(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	percent := func() int {
		now := debug.SetGCPercent(100)
		debug.SetGCPercent(now)
		return now
	}
	w := New(nil)
	w.Start(time.Hour)
	defer w.heapTimer.Stop()
	defer w.timeTimer.Stop()
	if got := percent(); got != patientGC {
		t.Errorf("at the start GOGC is %d, want %d", got, patientGC)
	}
	large := make([]byte, smallHeap+1)
	w.problem(w.heap.check)
	if got := percent(); got != 77 {
		t.Errorf("beyond %d bytes GOGC is %d, want the 77 of the environment", smallHeap, got)
	}
	runtime.KeepAlive(large)
}

// A reservation beyond the limit is a problem. Memory that was made without a reservation is
// noticed before the reservations add up to the limit.
func TestReserve(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GC() // what other tests left
	const limit, piece = 64 << 20, 1 << 20
	h := &heap{configured: limit, gcPercent: 100}
	if p := h.spend(piece, 0); p != nil {
		t.Fatalf("%d bytes do not fit: %s", piece, p.Text)
	}
	if h.spend(limit, 0) == nil {
		t.Error("as much as the limit fits")
	}
	h.spend(piece, 0)
	large := make([]byte, limit)
	for reserved := 0; h.spend(piece, 0) == nil; reserved += piece {
		if reserved > limit/2 {
			t.Fatalf("after %d bytes nothing notices that the heap is full", reserved)
		}
	}
	runtime.KeepAlive(large)
}

// Charged memory brings the next sample on, and does not count on top of it.
func TestCharge(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	debug.FreeOSMemory() // what other tests left
	const limit = 64 << 20
	h := &heap{configured: limit, gcPercent: 100}
	h.spend(1<<20, 0)
	large := make([]byte, limit/2)
	if p := h.spend(0, limit/2); p != nil {
		t.Errorf("the memory in use does not fit: %s", p.Text)
	}
	if h.sinceSample != 0 {
		t.Errorf("%d bytes are counted in place of a sample, or after it", h.sinceSample)
	}
	runtime.KeepAlive(large)
}

// Free memory is still held until the kernel has it back. The watchdog gives it back before it
// ends a run.
func TestReserveFreed(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // else some is given back while this runs
	const limit, piece = 64 << 20, 40 << 20
	var refused *diag.Problem
	w := New(func(p *diag.Problem) { refused = p })
	w.heap = heap{configured: limit, gcPercent: -1}
	free := func() {
		large := make([]byte, piece)
		runtime.KeepAlive(large)
		large = nil
		runtime.GC()
	}
	free()
	if w.heap.spend(piece, 0) == nil {
		t.Error("a piece fits on top of memory that is not given back")
	}
	free()
	if w.Budget.Reserve(piece); refused != nil {
		t.Errorf("free memory is not given back: %s", refused.Text)
	}
}

// The nearer the heap is to its limit, the sooner comes the next check.
func TestNextCheck(t *testing.T) {
	for inUse, want := range map[specfile.Size]time.Duration{0: maxCheck, 216 << 20: 10 * time.Millisecond, 255 << 20: minCheck, 300 << 20: minCheck} {
		h := &heap{limit: 256 << 20, inUse: inUse}
		if got := h.nextCheck().Round(time.Millisecond); got != want {
			t.Errorf("with %s of 256MiB in use the next check is in %v, want %v", inUse, got, want)
		}
	}
}

// A spec that cannot raise limits gets the lower of its limit and the default.
func TestHeapOnlyLowers(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	for want, h := range map[specfile.Size]heap{
		100 << 30:            {configured: 100 << 30},
		heapToLoad:           {configured: 100 << 30, onlyLowers: true},
		heapToRender + 1<<20: {configured: 100 << 30, onlyLowers: true, loaded: true, ofValues: 1 << 20},
		50 << 20:             {configured: 100 << 30, onlyLowers: true, container: 50 << 20},
		64 << 20:             {configured: 64 << 20, onlyLowers: true},
	} {
		if h.setLimit(); h.limit != want {
			t.Errorf("the limit of %+v is %s, want %s", h, h.limit, want)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

// Only the clock stops while a reader takes its time.
func TestUntimed(t *testing.T) {
	w := New(nil)
	w.Start(time.Hour)
	defer w.Stop()
	running := func() bool {
		on := w.timeTimer.Stop()
		w.timeTimer.Reset(time.Hour)
		return on
	}
	written := false
	u := Untimed{Watchdog: w, To: writerFunc(func(text []byte) (int, error) {
		if written = true; w.timeTimer.Stop() || !w.Armed() {
			t.Error("the clock runs, or the limits are off")
		}
		return len(text), nil
	})}
	if _, err := u.Write([]byte("text")); err != nil || !written || !running() {
		t.Errorf("after the write: written %v, %v; the clock runs: %v", written, err, running())
	}
}
