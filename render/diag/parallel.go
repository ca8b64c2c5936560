package diag

import "sync"

// Parallel calls work with 0 to n-1, all at once, and waits. Call 0 runs on the caller's
// goroutine, so that a single call starts none.
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
