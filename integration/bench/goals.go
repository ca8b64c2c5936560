package main

import "fmt"

// A Goal says that a figure of confit may be at most Limit times the best of
// some others, or at most Limit when there are none.
type Goal struct {
	Of      string // workload/contender; a bare workload means confit's
	Metric  Metric
	Against []string
	Limit   float64
}

// goals is what the project holds itself to. A row whose figures were not taken
// says so; it is not met.
var goals = []Goal{
	{"start", Wall, []string{"start/gomplate"}, 0.2},
	{"start", Wall, []string{"start/imports"}, 1.15},
	{"start", RSS, []string{"start/gomplate"}, 0.2},
	{"start", RSS, []string{"start/imports"}, 1.15},
	{"start", RSS, nil, 12},
	{"start", Size, []string{"start/gomplate"}, 0.2},
	{"start", Size, []string{"start/imports"}, 1.15},
	{"start", Size, nil, 14},

	{"W1", Wall, []string{"W1/gomplate"}, 0.25},
	{"W1", Wall, []string{"W1/dockerize"}, 1.1},
	{"W1", Wall, []string{"W1/proto"}, 1.3},

	{"W2", Wall, []string{"W2/gomplate", "W2/helm"}, 0.30},
	{"W2", Wall, []string{"W2/proto"}, 1.3},
	{"W2", RSS, nil, 20},

	{"W3", Wall, []string{"W3/helm"}, 0.35},
	{"W3", Wall, []string{"W3/raw"}, 4},
	{"W3", RSS, nil, 30},
	{"W3x10", Wall, []string{"W3/confit"}, 11},

	{"W4", Wall, []string{"W4/gomplate"}, 0.85},
	{"W4", Wall, []string{"W4/proto"}, 1.1},
	{"W4", RSS, []string{"W4/gomplate"}, 1},

	{"W5", Wall, []string{"W5/helm"}, 0.40},
	{"W5", Wall, []string{"W5/proto"}, 1.3},
	{"W5x10", Wall, []string{"W5/confit"}, 11},

	{"W6", Wall, []string{"W6/helm"}, 0.30},
	{"W6", Wall, []string{"W3/confit"}, 1},
	{"W6", Changed, nil, 0},

	{"C1", Wall, []string{"C1/gomplate"}, 0.2},
	{"C1", Wall, nil, 100}, // it ends within its first period
	{"C2", Wall, []string{"C2/gomplate", "C2/helm"}, 0.2},

	{"G1", Wall, []string{"G1/git"}, 0.6},
	{"G1", Wall, []string{"G1/receive"}, 1.3},
	{"G2", Wall, []string{"G2/git"}, 0.6},
	{"G2", Wall, []string{"G2/receive"}, 1.3},
	{"G3", Wall, []string{"G3/git"}, 0.55},
	{"G3", Wall, []string{"G3/receive"}, 1.3},
	{"G3", RSS, nil, 64},

	{"M1", Wall, []string{"M1/kustomize"}, 1.5},
	{"M1", RSS, nil, 150},

	{"watch", RSS, nil, 15},
	{"watch", Share, nil, 0.1},
}

// A Verdict is a goal held against what was measured.
type Verdict struct {
	Goal
	Best     string // the contender that was compared with
	Measured float64
	Known    bool
}

// OK reports whether the goal was measured and met.
func (v Verdict) OK() bool { return v.Known && v.Measured <= v.Limit }

func (v Verdict) word() string {
	switch {
	case !v.Known:
		return "not measured"
	case v.OK():
		return "ok"
	}
	return "**miss**"
}

func (v Verdict) number() string {
	if !v.Known {
		return "–"
	}
	return fmt.Sprintf("%.2f", v.Measured)
}

// judge looks up a goal's figures in the book. The best of several rivals is the
// one with the lowest figure; one that is missing does not make the goal easier
// unless all are.
func (b *Book) judge(g Goal) Verdict {
	v := Verdict{Goal: g}
	measured, ok := b.figure(g.Of+"/confit", g.Metric)
	if !ok {
		return v
	}
	if len(g.Against) == 0 {
		v.Measured, v.Known = measured, true
		return v
	}
	var best float64
	for _, rival := range g.Against {
		if f, ok := b.figure(rival, g.Metric); ok && (v.Best == "" || f < best) {
			v.Best, best = rival, f
		}
	}
	v.Measured, v.Known = ratio(measured, best), v.Best != ""
	return v
}
