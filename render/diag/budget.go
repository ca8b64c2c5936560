package diag

import (
	"sync/atomic"
	"unsafe"
)

// A Budget accounts for the memory of a run. Both functions may end the run. The zero value and nil
// account for nothing.
type Budget struct {
	OnReserve func(bytes int) // before an allocation of a MiB or more
	OnCharge  func(bytes int) // after each allocated MiB

	charged atomic.Int64
}

// Reserve announces an allocation.
func (b *Budget) Reserve(bytes int) {
	if bytes >= 1<<20 && b != nil && b.OnReserve != nil {
		b.OnReserve(bytes)
	}
}

// Charge counts allocated bytes: many small texts cost as much as one large text.
func (b *Budget) Charge(bytes int) {
	if b == nil || b.OnCharge == nil {
		return
	}
	total := b.charged.Add(int64(bytes))
	if full := total>>20 - (total-int64(bytes))>>20; full > 0 {
		b.OnCharge(int(full) << 20)
	}
}

// Append is append, which announces the allocation when a large slice grows.
func Append[T any](b *Budget, s []T, item T) []T {
	if len(s) == cap(s) {
		b.Reserve((cap(s) + cap(s)/4) * int(unsafe.Sizeof(item)))
	}
	return append(s, item)
}
