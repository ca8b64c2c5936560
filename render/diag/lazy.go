package diag

import (
	"regexp"
	"sync"
)

// LazyRegexp is a regular expression that is compiled when it is first used: a run uses
// few of them, and every pod start waits for it.
func LazyRegexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
