package diag

import (
	"regexp"
	"sync"
)

// LazyRegexp compiles a regular expression on first use: a run needs few of them, and every
// start of a pod waits for confit.
//
//go:noinline
func LazyRegexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
