package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// load is the machine's load average over the last minute, 0 if it is not said.
func load() float64 {
	var one float64
	data, _ := os.ReadFile("/proc/loadavg")
	_, _ = fmt.Sscan(string(data), &one)
	return one
}

// A Book holds what a session measured.
type Book struct {
	Full    bool     // everything was run
	Load    float64  // of the machine before the first run
	Order   []string // the workloads, as they ran
	Titles  map[string]string
	Results []*Result
	Tools   []*Tool
	Sizes   map[string]float64 // MB by contender
}

func newBook(list []*Tool) *Book {
	b := &Book{Titles: map[string]string{}, Tools: list, Sizes: map[string]float64{}}
	for _, t := range list {
		if info, err := os.Stat(t.Path); t.Start != "" && err == nil {
			b.Sizes[t.Name] = float64(info.Size()) / 1e6
		}
	}
	return b
}

func (b *Book) add(name, title string, results []*Result) {
	b.Order = append(b.Order, name)
	b.Titles[name] = title
	b.Results = append(b.Results, results...)
}

// figure looks up `workload/contender`; a run that went wrong has none.
func (b *Book) figure(key string, m Metric) (float64, bool) {
	workload, tool, _ := strings.Cut(key, "/")
	if m == Size {
		size, ok := b.Sizes[tool]
		return size, ok
	}
	r := b.result(workload, tool)
	if r == nil || r.Err != nil || len(r.Samples) == 0 {
		return 0, false
	}
	if m == Changed {
		return float64(r.Changed), true
	}
	return r.of(m), true
}

func (b *Book) result(workload, tool string) *Result {
	i := slices.IndexFunc(b.Results, func(r *Result) bool { return r.Workload == workload && r.Tool == tool })
	if i < 0 {
		return nil
	}
	return b.Results[i]
}

// best is the wall time of the fastest real peer of a workload, 0 without one.
func (b *Book) best(workload string) float64 {
	least := math.Inf(1)
	for _, r := range b.Results {
		if r.Workload == workload && r.Err == nil && len(r.Samples) > 0 && b.peer(r.Tool) {
			least = min(least, r.of(Wall))
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func (b *Book) peer(name string) bool {
	t := b.tool(name)
	return t != nil && !t.Floor && name != "confit"
}

func (b *Book) tool(name string) *Tool {
	i := slices.IndexFunc(b.Tools, func(t *Tool) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return b.Tools[i]
}

// floors names the limit that a workload's ratios are taken against.
var floors = map[string]string{
	"start": "imports", "W1": "proto", "W2": "proto", "W3": "proto", "W4": "proto", "W5": "proto", "W6": "proto", "C1": "proto", "C2": "proto",
	"W3x10": "proto", "W5x10": "proto", "G1": "receive", "G2": "receive", "G3": "receive",
}
