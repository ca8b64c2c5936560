package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/sources/pack"
)

// TestMemo: what is written down in pieces is one JSON text, and what comes back is what
// was there.
func TestMemo(t *testing.T) {
	used := []byte("a value\n")
	for _, n := range []int{0, 1, 2, 200, 5000} {
		g := &Git{done: map[string]*checkout{}}
		for _, asked := range []string{"first", "sec\"ond <é>"} {
			c := &checkout{query: asked, object: []byte("tree of " + asked), tags: [][]byte{[]byte("tag"), []byte("inner")}, blobs: newBlobs(nil)}
			c.commit = plumbing.ComputeHash(plumbing.CommitObject, c.object)
			id := plumbing.ComputeHash(plumbing.BlobObject, used)
			for i := range n {
				c.files = append(c.files, pack.File{Path: fmt.Sprintf("d%05d/<&>\u2028\"\\日本", i), ID: id, Size: int64(len(used)), Exec: i%2 == 0})
			}
			if _, err := c.blobs.Put(id, used); err != nil {
				t.Fatal(err)
			}
			c.blobs.used[id] = true
			g.done[asked] = c
		}
		var memo bytes.Buffer
		g.NewMemo()(&memo)
		if !json.Valid(memo.Bytes()) {
			t.Fatalf("%d files: no JSON: %.200s", n, memo.Bytes())
		}
		for asked, want := range g.done {
			got := findInMemo(memo.Bytes(), asked, GitLimits{}.WithDefaults())
			if got == nil || !slices.Equal(got.files, want.files) || got.commit != want.commit || !slices.EqualFunc(got.tags, want.tags, bytes.Equal) {
				t.Errorf("%d files: %q comes back as %+v", n, asked, got)
			}
			if n > 0 && len(got.blobs.held) != 1 {
				t.Errorf("%d files: the content that was used is not in it", n)
			}
		}
	}
	if (&Git{done: map[string]*checkout{"x": {secret: true}}}).NewMemo() != nil {
		t.Error("something is remembered of a secret")
	}
}
