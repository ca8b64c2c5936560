package diag

import (
	"sync/atomic"
)

// A Budget watches the memory of a run. Either function may end the run. The zero value
// and nil watch nothing.
type Budget struct {
	OnReserve func(bytes int) // before a MiB or more is made
	OnCharge  func(bytes int) // after each MiB was made

	charged atomic.Int64
}

// Reserve announces bytes that are about to be made.
func (b *Budget) Reserve(bytes int) {
	if bytes >= 1<<20 && b != nil && b.OnReserve != nil {
		b.OnReserve(bytes)
	}
}

// Charge counts bytes that were made. Many small texts cost as much as one large text.
func (b *Budget) Charge(bytes int) {
	if b == nil || b.OnCharge == nil {
		return
	}
	total := b.charged.Add(int64(bytes))
	if full := total>>20 - (total-int64(bytes))>>20; full > 0 {
		b.OnCharge(int(full) << 20)
	}
}
