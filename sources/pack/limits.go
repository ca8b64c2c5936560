package pack

import (
	"fmt"
	"math"

	"confit/render"
)

// Limits bound what a pack may cost. A field that is zero has the default that it names.
type Limits struct {
	Pack    int64 // bytes on the wire, and bytes of commits, trees, tags and waiting deltas in memory; 64 MiB
	File    int64 // bytes of one object; 16 MiB
	Total   int64 // bytes of all objects and deltas, inflated; 16 × Pack
	Objects int   // in the pack; 20 × Files, and 1,000
	Files   int   // that a commit has below the directory, and as many directories; 10,000
	Depth   int   // of directories; 64
}

func (l Limits) orDefaults() Limits {
	l.Pack = orDefault(l.Pack, 64<<20)
	l.File = orDefault(l.File, 16<<20)
	l.Total = orDefault(l.Total, 16*min(l.Pack, math.MaxInt64/16))
	l.Files = orDefault(l.Files, 10_000)
	l.Objects = orDefault(l.Objects, 20*min(l.Files, math.MaxInt32/32)+1000)
	l.Objects = min(l.Objects, math.MaxInt32) // the index counts in 32 bits
	l.Depth = orDefault(l.Depth, 64)
	return l
}

func orDefault[N int | int64](n, def N) N {
	if n <= 0 {
		return def
	}
	return n
}

// tooMuch is the problem of a limit: what has more than it, and the field to raise.
func tooMuch(field, format string, args ...any) *render.Problem {
	p := problem(render.CauseLimit, "git-limit", format, args...)
	p.Hint = fmt.Sprintf("if that is meant, raise %s in limits: {git: {%s: …}} of the spec", field, field)
	return p
}

func problem(c render.Cause, code, format string, args ...any) *render.Problem {
	return &render.Problem{Cause: c, Code: code, Text: fmt.Sprintf(format, args...)}
}

// size is a number of bytes as a person would write it in the spec, if it is round.
func size(n int64) string {
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
