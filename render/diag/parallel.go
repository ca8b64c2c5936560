package diag

import (
	"sync"
)

// Parallel calls work with 0 to n-1, all at once; one of the calls is on the caller's own
// goroutine, so that a single one costs no other.
func Parallel(n int, work func(i int)) {
	var others sync.WaitGroup
	for i := 1; i < n; i++ {
		others.Go(func() { work(i) })
	}
	if n > 0 {
		work(0)
	}
	others.Wait()
}
