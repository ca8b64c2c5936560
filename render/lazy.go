package render

import (
	"regexp"
	"sync"
)

// lazyRegexp is a regular expression that is compiled when it is first used: a run uses
// few of them, and every pod start waits for it.
func lazyRegexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
