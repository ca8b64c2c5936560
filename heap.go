package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"

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

// A heapWatch tells when the heap, stacks included, is larger than it may be.
type heapWatch struct {
	own    render.Size // limits.heap; 0 is the default
	loaded bool        // the values are there
	grown  bool        // beyond smallHeap
	usual  int         // GOGC, from then on

	samples   []metrics.Sample
	container render.Size // 80 % of the memory that the container may use
	over      render.Size // the heap when the values were there
	most      render.Size
	why, hint string
}

const heapHint = "look for a text, a list or outputs that grow without end, or "

// look gives the problem of a heap that is too large. It costs microseconds. The collector
// is told of the limit, so that what is beyond it is in use, but for a sixteenth that the
// collector may be behind.
func (h *heapWatch) look() *render.Problem {
	h.sample()
	inUse := h.size(mapped) - h.size(released) - h.size(free)
	if h.size(gcLive)+h.size(stacks) <= h.most && inUse <= h.most+h.most/16 {
		return nil
	}
	return h.problem()
}

// room gives the problem of that many bytes more.
func (h *heapWatch) room(bytes render.Size) *render.Problem {
	h.sample()
	if h.size(objects)+h.size(stacks)+bytes <= h.most {
		return nil
	}
	return h.problem()
}

func (h *heapWatch) problem() *render.Problem {
	return &render.Problem{Cause: render.CauseLimit, Code: "heap-limit", Text: "the run takes more memory than " + h.why, Hint: heapHint + h.hint}
}

// What is sampled of the runtime's metrics.
const (
	objects  = iota // in use, or not yet collected
	stacks          // in use
	gcLive          // objects in use at the latest collection
	mapped          // all of it
	released        // of that, given back
	free            // of that, to be given back before the limit is reached
	sampled
)

func (h *heapWatch) size(i int) render.Size { return render.Size(h.samples[i].Value.Uint64()) }

func (h *heapWatch) sample() {
	if h.samples == nil {
		h.samples = make([]metrics.Sample, sampled)
		h.samples[objects].Name = "/memory/classes/heap/objects:bytes"
		h.samples[stacks].Name = "/memory/classes/heap/stacks:bytes"
		h.samples[gcLive].Name = "/gc/heap/live:bytes"
		h.samples[mapped].Name = "/memory/classes/total:bytes"
		h.samples[released].Name = "/memory/classes/heap/released:bytes"
		h.samples[free].Name = "/memory/classes/heap/free:bytes"
		h.container = containerMemory(os.DirFS("/")) / 100 * 80
	}
	metrics.Read(h.samples)
	if !h.grown && h.size(objects) > smallHeap {
		h.grown = true
		debug.SetGCPercent(h.usual)
	}
	h.allow(h.size(objects) + h.size(stacks))
}

// allow sets the limit for where the run is now.
func (h *heapWatch) allow(used render.Size) {
	if h.loaded && h.over == 0 {
		h.over = used
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
