package watchdog

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"confit/render/diag"
	"confit/render/specfile"
)

const (
	heapToLoad   = 1 << 30   // for all until the values are loaded
	heapToRender = 256 << 20 // beyond the loaded values, from then on

	containerShare = 70 // percent of a container's memory that the heap may take

	// Up to smallHeap the collector may wait for twice the usual garbage: most runs end
	// before they need more memory than that.
	smallHeap = 6 << 20
	patientGC = 200
)

// A heap compares the memory of the process with its limit: heap, stacks and the runtime's
// own memory. It is not safe for concurrent use.
type heap struct {
	configured specfile.Size // limits.heap; 0 is the default
	onlyLowers bool          // the default holds where configured is more
	container  specfile.Size // the share of the container's memory; 0 if the container has no limit
	gcPercent  int           // GOGC for a heap beyond smallHeap
	simulated  specfile.Size // the same of a container in manifests
	base       specfile.Size // in use before the run of that container
	loaded     bool          // the values are loaded
	large      bool          // was beyond smallHeap

	limit     specfile.Size
	limitText string
	hint      string

	inUse       specfile.Size // in the last sample, with garbage
	held        specfile.Size // in the last sample, with free memory that the kernel has not got back
	sinceSample specfile.Size // reserved and charged since the last sample
	ofValues    specfile.Size // in use when the values were loaded
}

// restart begins a run beside what the process holds already.
func (h *heap) restart(memory specfile.Size) {
	if h.limit == 0 {
		h.sample()
	}
	h.loaded, h.ofValues, h.configured, h.onlyLowers = false, 0, 0, false
	h.base, h.simulated = h.inUse, memory/100*containerShare
	h.setLimit()
}

// check takes a sample and gives the problem of a heap that is too large.
func (h *heap) check() *diag.Problem {
	h.sample()
	return h.problem(h.inUse)
}

// nextCheck is the time until the next check. A sample stops the world, and a heap far
// below its limit takes a while to reach the limit.
func (h *heap) nextCheck() time.Duration {
	const bytesPerNanosecond = 4 // at most
	return min(max(time.Duration(h.limit-h.inUse)/bytesPerNanosecond, minCheck), maxCheck)
}

// spend gives the problem of reserved bytes on top of the memory held. Charged bytes are
// already part of a sample. Below half of the limit, spend only adds up both.
func (h *heap) spend(reserved, charged specfile.Size) *diag.Problem {
	h.sinceSample += reserved + charged
	if h.limit > 0 && (h.ofValues > 0 || !h.loaded) && h.inUse+h.sinceSample <= h.limit/2 {
		return nil
	}
	h.sample()
	h.sinceSample = reserved
	return h.problem(h.held + reserved)
}

// problem is nil for bytes within the limit. The collector knows the limit, too, and may be
// late by a sixteenth.
func (h *heap) problem(bytes specfile.Size) *diag.Problem {
	if bytes <= h.limit+h.limit/16 {
		return nil
	}
	return &diag.Problem{
		Cause: diag.CauseLimit, Code: "heap-limit", Text: "the run takes more memory than " + h.limitText,
		Hint: "look for a text, a list or outputs that grow without end, or " + h.hint,
	}
}

func (h *heap) sample() {
	if h.limit == 0 {
		h.container = containerMemory(os.DirFS("/")) / 100 * containerShare
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.inUse, h.held, h.sinceSample = specfile.Size(m.Sys-m.HeapIdle), specfile.Size(m.Sys-m.HeapReleased), 0
	if !h.large && m.HeapAlloc > smallHeap {
		h.large = true
		debug.SetGCPercent(h.gcPercent)
	}
	h.setLimit()
}

// setLimit sets the limit for the present phase of the run.
func (h *heap) setLimit() {
	if h.loaded && h.ofValues == 0 {
		h.ofValues = h.inUse
	}
	before := h.limit
	const hint = "raise limits: {heap: …}"
	h.hint = hint
	h.limit, h.limitText = heapToLoad, mebibytes(heapToLoad)+" to load the values"
	if h.loaded {
		h.limit, h.limitText = h.ofValues+heapToRender, mebibytes(heapToRender)+" over the "+mebibytes(h.ofValues)+" of the loaded values"
	}
	if h.container != 0 && h.container < h.limit {
		h.limit, h.limitText = h.container, fmt.Sprintf("%s, %d %% of the container's limit", mebibytes(h.container), containerShare)
		h.hint = "raise the memory limit of the container"
	}
	if h.simulated != 0 && h.base+h.simulated < h.limit {
		h.limit, h.limitText = h.base+h.simulated, fmt.Sprintf("%s, %d %% of the container's limit in the manifest", mebibytes(h.simulated), containerShare)
		h.hint = "raise the memory limit of the container"
	}
	if h.configured != 0 && (!h.onlyLowers || h.base+h.configured < h.limit) {
		h.limit, h.limitText, h.hint = h.base+h.configured, h.configured.String(), hint
	}
	if h.limit != before {
		debug.SetMemoryLimit(int64(h.limit))
	}
}

// mebibytes is a size as text, rounded up.
func mebibytes(s specfile.Size) string { return ((s + 1<<20 - 1) &^ (1<<20 - 1)).String() }
