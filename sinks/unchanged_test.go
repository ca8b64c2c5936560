package sinks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManyDrift repairs what drifted among so many files that the cores share them.
func TestManyDrift(t *testing.T) {
	outs := files{}
	for i := range 400 {
		outs[fmt.Sprintf("d%d/f%03d", i%7, i)] = fmt.Sprint("text ", i)
	}
	for name, tc := range map[string]struct {
		drift            func(name string) error
		every            int // one of how many files
		created, updated int
	}{
		"nothing":      {drift: func(string) error { return nil }, every: 1},
		"bytes":        {drift: func(name string) error { return os.WriteFile(name, []byte("hex"), 0o644) }, every: 40, updated: 10},
		"bytes of all": {drift: func(name string) error { return os.WriteFile(name, nil, 0o644) }, every: 1, updated: 400},
		"mode":         {drift: func(name string) error { return os.Chmod(name, 0o666) }, every: 40, updated: 10},
		"special bits": {drift: func(name string) error { return os.Chmod(name, 0o644|os.ModeSetuid) }, every: 40, updated: 10},
		"gone":         {drift: os.Remove, every: 40, created: 10},
		"all gone":     {drift: func(name string) error { return os.RemoveAll(filepath.Dir(name)) }, every: 1, created: 400},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			apply(t, dir, outs)
			n := 0
			for p := range outs {
				if n++; n%tc.every == 0 {
					must(t, tc.drift(filepath.Join(dir, p)))
				}
			}
			r := apply(t, dir, outs)
			if r.Created != tc.created || r.Updated != tc.updated || r.Unchanged != 400-tc.created-tc.updated {
				t.Errorf("got %v, want %d created, %d updated", counts(r), tc.created, tc.updated)
			}
			got := listing(t, dir)
			for p, text := range outs {
				if got[p] != text {
					t.Errorf("%s is %q, want %q", p, got[p], text)
				}
			}
		})
	}
	t.Run("folder moved behind a symlink", func(t *testing.T) {
		dir := t.TempDir()
		apply(t, dir, outs)
		must(t, os.Rename(filepath.Join(dir, "d3"), filepath.Join(dir, "moved")))
		must(t, os.Symlink("moved", filepath.Join(dir, "d3")))
		_, err := Dir{Path: dir}.Apply(t.Context(), outs.outputs())
		if err == nil || !strings.Contains(err.Error(), "where a directory should be") {
			t.Errorf("got %v, want the symlink to be in the way", err)
		}
	})
}
