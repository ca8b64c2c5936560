package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report writes the whole of docs/benchmarks.md.
func (b *Book) report(w io.Writer, now time.Time) {
	fmt.Fprintf(w, "# Benchmarks\n\n")
	fmt.Fprintf(w, "Written by `make bench` on %s: %s, %s/%s, %d cores. Do not edit.\n\n",
		now.UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if b.Load > 1 {
		fmt.Fprintf(w, "**The machine was busy with other things (load %.1f): believe the CPU figures rather than the times.**\n\n", b.Load)
	}
	fmt.Fprintf(w, "%s\n\n", method)
	fmt.Fprintf(w, "## Goals\n\n")
	b.goals(w)
	b.start(w)
	for _, name := range b.Order {
		if name != "start" {
			fmt.Fprintf(w, "## %s: %s\n\n", name, b.Titles[name])
			if name == "watch" {
				b.idles(w)
				continue
			}
			b.workload(w, name)
		}
	}
	b.absent(w)
}

const method = `Whole processes, started from nothing, programs and output on tmpfs. All contenders of a workload run round after
round, each in an order of its own and with programs newly copied to the tmpfs; figures are medians, "least" is the fastest run. CPU and memory come from the kernel's account of the process and
its children; less than 2 MiB cannot be seen. Times are one machine's, ratios hold further. Every output was compared byte for byte
with what it must be; a tool that writes something else is not timed.

*proto*, *parse*, *raw*, *imports*, *go-git* and *receive* are ours and no rivals but limits: sprig, text/template and yaml/v3 on two workers without
a single check; parsing alone; writing the same files and nothing else; linking the libraries and doing nothing; go-git's PlainClone; receiving a pack and inflating it. They are in ` + "`integration/bench/floor`."

// goals prints the goals whose workload was run.
func (b *Book) goals(w io.Writer) {
	t := Table{Head: []string{"goal", "measured", "at most", ""}}
	for _, g := range goals {
		if slices.Contains(b.Order, g.Of) || b.Full {
			v := b.judge(g)
			t.add(g.String(), v.number(), fmt.Sprintf("%g", g.Limit), v.word())
		}
	}
	t.Print(w)
}

// String says what is compared: `W2 wall ÷ faster of gomplate, helm`.
func (g Goal) String() string {
	name, unit, _ := strings.Cut(string(g.Metric), " ")
	if len(g.Against) == 0 {
		return fmt.Sprintf("%s %s, %s", g.Of, name, unit)
	}
	var rivals []string
	for _, rival := range g.Against {
		rivals = append(rivals, strings.TrimPrefix(rival, g.Of+"/"))
	}
	return fmt.Sprintf("%s %s ÷ %s", g.Of, name, strings.Join(rivals, " or "))
}

func (b *Book) start(w io.Writer) {
	if !slices.Contains(b.Order, "start") {
		return
	}
	fmt.Fprintf(w, "## Size and cold start\n\n")
	t := Table{Head: []string{"", "version", "size MB", "cold start ms", "least", "CPU ms", "RSS MiB"}}
	for _, tool := range b.Tools {
		r := b.result("start", tool.Name)
		if r == nil || len(r.Samples) == 0 {
			continue
		}
		t.add(b.label(tool.Name), tool.Version, fmt.Sprintf("%.1f", b.Sizes[tool.Name]),
			ms(r.of(Wall)), ms(r.fastest()), ms(r.of(CPU)), ms(r.of(RSS)))
	}
	t.Print(w)
	for _, tool := range b.Tools {
		if tool.Note != "" && tool.Path != "" {
			fmt.Fprintf(w, "%s %s: %s.\n\n", tool.Name, tool.Version, tool.Note)
		}
	}
}

func (b *Book) workload(w io.Writer, name string) {
	t := Table{Head: []string{"", "wall ms", "least", "CPU ms", "RSS MiB", "÷ best peer", "÷ " + floors[name]}}
	switch name {
	case "W6":
		t.Head = append(t.Head, "files touched")
	case "C1", "C2":
		t.Head = append(t.Head, "periods waited")
	}
	best := b.best(name)
	floor, _ := b.figure(name+"/"+floors[name], Wall)
	for _, r := range b.Results {
		if r.Workload == name {
			t.add(append([]string{b.label(r.Tool)}, r.row(best, floor, len(t.Head)-1)...)...)
		}
	}
	t.Print(w)
}

// label sets what is not a rival apart.
func (b *Book) label(name string) string {
	if t := b.tool(name); t != nil && t.Floor {
		return "*" + name + "*"
	}
	return name
}

func (r *Result) row(best, floor float64, columns int) []string {
	cells := []string{"–", "–", "–", "–", "–", "–", "–"}[:columns]
	switch {
	case r.Err != nil:
		cells[0] = "failed"
	case len(r.Samples) == 0:
		cells[0] = r.Note
	default:
		wall := r.of(Wall)
		copy(cells, []string{
			ms(wall), ms(r.fastest()), ms(r.of(CPU)), ms(r.of(RSS)),
			times(ratio(wall, best)), times(ratio(wall, floor)), fmt.Sprint(r.Changed + int(r.of(Waits))),
		})
	}
	return cells
}

func (b *Book) absent(w io.Writer) {
	var lines []string
	for _, t := range b.Tools {
		if t.Absent != "" {
			lines = append(lines, fmt.Sprintf("- %s %s: %s\n", t.Name, t.Version, t.Absent))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "## Absent\n\n%s", strings.Join(lines, ""))
	}
}
