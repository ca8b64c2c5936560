package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"confit/render"
)

const (
	heapToLoad   = 1 << 30   // until the values are there
	heapToRender = 256 << 20 // over the values, from then on

	// Up to smallHeap the collector may wait for twice as much garbage as it does of its own
	// accord: a run that needs no more than that has mostly ended by then.
	smallHeap = 6 << 20
	patientGC = 200
)

// A heapWatch tells when the heap, with stacks and what the runtime keeps for itself, is
// larger than it may be.
type heapWatch struct {
	own    render.Size // limits.heap; 0 is the default
	loaded bool        // the values are there
	grown  bool        // beyond smallHeap
	usual  int         // GOGC, from then on

	inUse     render.Size // garbage included, until it is collected
	held      render.Size // that, and what is free and not given back to the kernel
	asked     render.Size // of room, and made, since both were looked at
	container render.Size // 80 % of the memory that the container may use; 0 if not known
	over      render.Size // what was in use when the values were there
	most      render.Size
	why, hint string
}

const heapHint = "look for a text, a list or outputs that grow without end, or "

// look gives the problem of a heap that is too large.
func (h *heapWatch) look() *render.Problem {
	h.sample()
	return h.fits(h.inUse)
}

// again is when to look next: the process stands still for a look, and what is far from
// its limit cannot be there in no time.
func (h *heapWatch) again() time.Duration {
	const made = 4 // bytes in a nanosecond, at most
	return min(max(time.Duration(h.most-h.inUse)/made, soonLook), lateLook)
}

// room gives the problem of what is coming on top of what was made. While there is plenty,
// both are counted since the last look instead of looking again; a look finds what was made.
func (h *heapWatch) room(coming, made render.Size) *render.Problem {
	h.asked += coming + made
	if h.most > 0 && (h.over > 0 || !h.loaded) && h.inUse+h.asked <= h.most/2 {
		return nil
	}
	h.sample()
	h.asked = coming
	return h.fits(h.held + coming)
}

// fits gives the problem of more than there may be. The collector is told of the limit, so
// that what is beyond it is in use, but for a sixteenth that the collector may be behind.
func (h *heapWatch) fits(bytes render.Size) *render.Problem {
	if bytes <= h.most+h.most/16 {
		return nil
	}
	return &render.Problem{Cause: render.CauseLimit, Code: "heap-limit", Text: "the run takes more memory than " + h.why, Hint: heapHint + h.hint}
}

func (h *heapWatch) sample() {
	if h.most == 0 {
		h.container = containerMemory(os.DirFS("/")) / 100 * 80
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.inUse, h.held, h.asked = render.Size(m.Sys-m.HeapIdle), render.Size(m.Sys-m.HeapReleased), 0
	if !h.grown && m.HeapAlloc > smallHeap {
		h.grown = true
		debug.SetGCPercent(h.usual)
	}
	h.allow()
}

// allow sets the limit for where the run is now.
func (h *heapWatch) allow() {
	if h.loaded && h.over == 0 {
		h.over = h.inUse
	}
	most := h.most
	h.hint = "raise limits: {heap: …}"
	switch {
	case h.own != 0:
		h.most, h.why = h.own, h.own.String()
	case h.loaded:
		h.most, h.why = h.over+heapToRender, mebibytes(heapToRender)+" over the "+mebibytes(h.over)+" of the loaded values"
	default:
		h.most, h.why = heapToLoad, mebibytes(heapToLoad)+" to load the values"
	}
	if h.own == 0 && h.container != 0 && h.container < h.most {
		h.most, h.why = h.container, mebibytes(h.container)+", 80 % of the container's limit"
		h.hint = "raise the memory limit of the container"
	}
	if h.most != most {
		debug.SetMemoryLimit(int64(h.most))
	}
}

// mebibytes is a size as text, rounded up.
func mebibytes(s render.Size) string { return ((s + 1<<20 - 1) &^ (1<<20 - 1)).String() }
