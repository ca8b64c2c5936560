package pack

import (
	"fmt"
	"math"

	"confit/render/diag"
)

// Limits bound the size of a pack and of a commit in it. The comment of each field ends with
// its default, which a zero stands for.
type Limits struct {
	Pack    int64 // bytes received, and bytes of commits, trees, tags and parked deltas in memory; 64 MiB
	File    int64 // bytes of one object; 16 MiB
	Total   int64 // bytes of all objects and deltas after inflating; 16 × Pack
	Objects int   // objects in the pack; 20 × Files + 1,000
	Files   int   // files of a commit below the directory, and the same number of directories; 10,000
	Depth   int   // directories below one another; 64
}

func (l Limits) withDefaults() Limits {
	l.Pack = orDefault(l.Pack, 64<<20)
	l.File = orDefault(l.File, 16<<20)
	l.Total = orDefault(l.Total, 16*min(l.Pack, math.MaxInt64/16))
	l.Files = orDefault(l.Files, 10_000)
	l.Objects = orDefault(l.Objects, 20*min(l.Files, math.MaxInt32/32)+1000)
	l.Objects = min(l.Objects, math.MaxInt32) // an object's index is an int32
	l.Depth = orDefault(l.Depth, 64)
	return l
}

func orDefault[N int | int64](n, def N) N {
	if n <= 0 {
		return def
	}
	return n
}

// overLimit is the problem of a limit that was reached. Its hint names the field to raise.
func overLimit(field, format string, args ...any) *diag.Problem {
	p := newProblem(diag.CauseLimit, "git-limit", format, args...)
	p.Hint = fmt.Sprintf("if that is meant, raise %s in limits: {git: {%s: …}} of the spec", field, field)
	return p
}

// largeObject is the problem of an object over Limits.File whose path is not known.
func largeObject(size int64, lim Limits) *diag.Problem {
	return overLimit("file", "an object of the pack has %d bytes, more than the limit of %s", size, formatBytes(lim.File))
}

func newProblem(c diag.Cause, code, format string, args ...any) *diag.Problem {
	return &diag.Problem{Cause: c, Code: code, Text: fmt.Sprintf(format, args...)}
}

// formatBytes writes a round number of bytes as a user would in the spec.
func formatBytes(n int64) string {
	for _, u := range []struct {
		shift uint
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n >= 1<<u.shift && n&(1<<u.shift-1) == 0 {
			return fmt.Sprintf("%d %s", n>>u.shift, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
