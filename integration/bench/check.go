package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// compare holds a job's outputs against what they must be, byte for byte. What a
// tool keeps for itself in a folder with a leading dot is not an output.
func (j Job) compare(want map[string][]byte) error {
	dir := filepath.Join(j.Out, j.Files)
	for _, name := range names(want) {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("output: %w", err)
		}
		if j.Strip != nil {
			got = j.Strip(got)
		}
		if !bytes.Equal(got, want[name]) {
			return fmt.Errorf("output %s differs: got %d bytes, want %d; %s", name, len(got), len(want[name]), firstDifference(got, want[name]))
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok && !strings.HasPrefix(e.Name(), ".") {
			return fmt.Errorf("output %s was not asked for", e.Name())
		}
	}
	return nil
}

func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return fmt.Sprintf("line %d: %q, want %q", i+1, g[i], w[i])
		}
	}
	return "one goes on after the other ends"
}

// A stamp changes when a file is written, replaced, or changes its mode.
type stamp struct {
	inode       uint64
	mtime, ctim time.Time
	mode        fs.FileMode
}

// stamps covers everything below dir, folders and hidden files too.
func stamps(dir string) map[string]stamp {
	out := map[string]stamp{}
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		var st unix.Stat_t // Ctim has another name in syscall.Stat_t of a Mac
		if info, err := d.Info(); err == nil && unix.Lstat(name, &st) == nil {
			out[name] = stamp{st.Ino, info.ModTime(), time.Unix(st.Ctim.Unix()), info.Mode()}
		}
		return nil
	})
	return out
}

// changed counts what came, went, or is not as it was.
func changed(before, after map[string]stamp) int {
	n := 0
	for name, stamp := range after {
		if before[name] != stamp {
			n++
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			n++
		}
	}
	return n
}
