package sinks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"confit/render/content"
	"confit/render/content/reveal"
)

// manyOutputs are n small outputs, a hundred to a directory.
func manyOutputs(n int, text string) []content.Output {
	outs := make([]content.Output, n)
	for i := range outs {
		data := fmt.Appendf(nil, "%s %d\n%0280d\n", text, i, i)
		outs[i] = content.Output{Path: fmt.Sprintf("d%03d/f%05d.conf", i/100, i), Mode: 0o644, Content: content.Plain(data)}
	}
	return outs
}

// BenchmarkApply runs on BENCH_DIR (a disk, say), or else on a tmpfs.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		outs, other := manyOutputs(n, "x"), manyOutputs(n, "y")
		run := func(name string, f func(b *testing.B)) { b.Run(fmt.Sprintf("%s/files=%d", name, n), f) }
		run("raw", func(b *testing.B) {
			for b.Loop() {
				dir := scratch(b)
				writeRaw(b, dir, outs)
				drop(b, dir)
			}
		})
		run("first", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dir := scratch(b)
				applyBench(b, dir, outs)
				drop(b, dir)
			}
		})
		run("update", func(b *testing.B) { benchUpdates(b, outs, other) })
		run("same", func(b *testing.B) { benchUpdates(b, outs, outs) })
	}
}

// writeRaw is the floor: no stage, no sync, no inventory.
func writeRaw(b *testing.B, dir string, outs []content.Output) {
	b.Helper()
	for _, o := range outs {
		name := filepath.Join(dir, o.Path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		data, _ := reveal.Bytes(o.Content)
		if err := os.WriteFile(name, data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

// benchUpdates goes to and fro between two sets of outputs.
func benchUpdates(b *testing.B, outs, other []content.Output) {
	b.ReportAllocs()
	dir := scratch(b)
	applyBench(b, dir, outs)
	for b.Loop() {
		outs, other = other, outs
		applyBench(b, dir, outs)
	}
	drop(b, dir)
}

func scratch(b *testing.B) string {
	b.Helper()
	top := os.Getenv("BENCH_DIR")
	if top == "" {
		top = "/dev/shm"
	}
	dir, err := os.MkdirTemp(top, "confit-bench-")
	if err != nil {
		b.Fatal(err)
	}
	return dir
}

func drop(b *testing.B, dir string) {
	b.Helper()
	b.StopTimer()
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
}

func applyBench(b *testing.B, dir string, outs []content.Output) {
	b.Helper()
	if _, err := (Dir{Path: dir}).Apply(context.Background(), outs); err != nil {
		b.Fatal(err)
	}
}
