package sinks

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"confit/render/diag"
)

// TestCorrupt damages each file of the state that a run left in the middle of its
// commit. The next run gets there all the same, or says what to remove; then it does.
func TestCorrupt(t *testing.T) {
	template := t.TempDir()
	_, c, p := mixed(t, template)
	for i, o := range p.ops[:len(p.ops)/2] {
		must(t, c.step(i, o))
	}
	state := filepath.Join(template, ".confit-default")
	good := 0
	for p := range listing(t, state) {
		if p == "stage/" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(state, p))
		must(t, err)
		for what, damaged := range damages(text) {
			dir, err := os.MkdirTemp("/dev/shm", "sinks-test-")
			must(t, err)
			must(t, os.CopyFS(dir, os.DirFS(template)))
			name := filepath.Join(dir, ".confit-default", p)
			must(t, os.Remove(name))
			if damaged != nil {
				must(t, os.WriteFile(name, damaged, 0o600))
			}
			if survives(t, dir, p+" "+what, damaged == nil) {
				good++
			}
			os.RemoveAll(dir)
		}
	}
	t.Logf("%d were no hindrance", good)
}

// damages are a file cut short anywhere, with a bit turned, and not there.
func damages(text []byte) map[string][]byte {
	all := map[string][]byte{"is gone": nil, "is empty": {}, "is twice there": slices.Concat(text, text), "is null": []byte("null")}
	for i := 1; i < len(text); i += 3 {
		all[fmt.Sprintf("is cut at %d", i)] = text[:i]
		for _, bit := range []byte{0x01, 0x80} {
			turned := slices.Clone(text)
			turned[i] ^= bit
			all[fmt.Sprintf("has bit %x of %d turned", bit, i)] = turned
		}
	}
	return all
}

// survives tells whether the next run takes no notice of the damage.
func survives(t *testing.T, dir, what string, whole bool) bool {
	t.Helper()
	d := Dir{Path: dir}
	_, err := d.Apply(context.Background(), stageNew.outputs())
	got := listing(t, dir)
	if got["mine"] != "m" || got["dead/mine"] != "m" {
		t.Errorf("%s: what is not ours is gone from %v", what, got)
	}
	if err == nil {
		if whole && !maps.Equal(visibly(got), visibly(finished())) {
			t.Errorf("%s: got %v", what, got)
		}
		return true
	}
	for _, p := range diag.Problems(err, diag.CauseUnknown) {
		if p.Cause != diag.CauseInWay || p.Hint == "" {
			t.Errorf("%s: %+v", what, p)
		}
	}
	must(t, os.RemoveAll(filepath.Join(dir, ".confit-default")))
	outs := stageNew.outputs()
	for i := range outs {
		outs[i].Adopt = true
	}
	if _, err := d.Apply(context.Background(), outs); err != nil {
		t.Errorf("%s: without its state: %v", what, err)
	}
	return false
}

func visibly(all files) files {
	maps.DeleteFunc(all, func(_, text string) bool { return text == "state" })
	return all
}
