package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/tree"
	"confit/sources/pack"
)

// testCommit makes the commit of n files and a symlink in a directory. Its files have the
// content used.
func testCommit(t *testing.T, query string, n int, used []byte) *commitFiles {
	t.Helper()
	var objects bytes.Buffer
	add := func(kind plumbing.ObjectType, data []byte) plumbing.Hash {
		pack.Raw{Kind: kind, Data: data}.Write(&objects)
		return plumbing.ComputeHash(kind, data)
	}
	entry := func(mode, name string, id plumbing.Hash) []byte {
		return fmt.Appendf(nil, "%s %s\x00%s", mode, name, id[:])
	}
	blob := add(plumbing.BlobObject, used)
	var dir []byte
	for i := range n {
		dir = append(dir, entry([]string{"100644", "100755"}[i%2], fmt.Sprintf("f%05d <&>\u2028\"日本", i), blob)...)
	}
	link := entry("120000", "link", add(plumbing.BlobObject, []byte("dir")))
	root := append(entry("40000", "dir", add(plumbing.TreeObject, dir)), link...)
	object := fmt.Appendf(nil, "tree %s\n\n%s", add(plumbing.TreeObject, root), query)
	commit := add(plumbing.CommitObject, object)
	c := &commitFiles{query: query, commit: commit, object: object, blobs: newBlobs(nil)}
	inner := fmt.Appendf(nil, "object %s\ntype commit\ntag v1\n", commit)
	outer := fmt.Appendf(nil, "object %s\ntype tag\ntag v2\n", plumbing.ComputeHash(plumbing.TagObject, inner))
	c.tags = [][]byte{outer, inner}
	all, ok := pack.Restore(objects.Bytes(), pack.Limits{})
	if !ok {
		t.Fatal("Restore refuses its own objects")
	}
	var err error
	if c.files, err = all.Files(commit, "", pack.Limits{}); err != nil || len(c.files) != 2*n {
		t.Fatalf("%d files, %v, want %d", len(c.files), err, 2*n)
	}
	c.listed = all.Listed()
	if _, err := c.blobs.Put(blob, used); err != nil {
		t.Fatal(err)
	}
	c.blobs.used[blob] = true
	return c
}

// The source cache is JSON, though written in pieces, and gives the same files again.
func TestCache(t *testing.T) {
	used := []byte("a value\n")
	for _, n := range []int{0, 1, 2, 200, 4000} {
		g := &Git{done: map[string]*commitFiles{}}
		for _, query := range []string{"first", "sec\"ond <é>"} {
			g.done[query] = testCommit(t, query, n, used)
		}
		var cache bytes.Buffer
		g.CacheWriter()(&cache)
		if !json.Valid(cache.Bytes()) {
			t.Fatalf("%d files: no JSON: %.200s", n, cache.Bytes())
		}
		for query, want := range g.done {
			got := readCache(cache.Bytes(), []*gitFetch{{query: query}})[query].restore("", GitLimits{}.WithDefaults())
			if got == nil || !slices.Equal(got.files, want.files) || got.commit != want.commit || !slices.EqualFunc(got.tags, want.tags, bytes.Equal) {
				t.Fatalf("%d files: %q comes back as %+v", n, query, got)
			}
			if id := plumbing.ComputeHash(plumbing.BlobObject, used); n > 0 && string(got.blobs.held[id]) != string(used) {
				t.Errorf("%d files: the content that was used is not in it", n)
			}
			for name, lim := range map[string]GitLimits{"files": {Files: 1}, "file": {File: 7}} {
				if got := readCache(cache.Bytes(), []*gitFetch{{query: query}})[query].restore("", lim.WithDefaults()); got != nil && n > 0 {
					t.Errorf("%d files: the limit %s does not hold", n, name)
				}
			}
		}
	}
}

// The source cache holds no commit of a source with secrets, and none that shares a file
// with it.
func TestCacheSecret(t *testing.T) {
	open, secret := testCommit(t, "open", 2, []byte("shared")), testCommit(t, "secret", 1, []byte("shared"))
	secret.secret = true
	other := testCommit(t, "other", 2, []byte("other"))
	g := &Git{done: map[string]*commitFiles{"open": open, "secret": secret, "other": other}}
	if all := g.savable(); len(all) != 1 || all[0] != other {
		t.Errorf("saved are %d commits, want the one that shares no file", len(all))
	}
	delete(g.done, "other")
	if g.CacheWriter() != nil {
		t.Error("the source cache holds a secret")
	}
}

// A value is hidden if another layer has a secret in its place, or above or below it.
func TestHideValues(t *testing.T) {
	value := func(path string, v any) *tree.Node {
		p, err := tree.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		n := tree.New(v, 1, &tree.Origin{Source: "git"})
		return tree.Under(p, &n)
	}
	secret := func(path string) *tree.Node {
		p, err := tree.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		n := tree.New("hunter2", 1, &tree.Origin{Source: "secret", Sensitive: true})
		return tree.Under(p, &n)
	}
	for name, tc := range map[string]struct {
		value  *tree.Node
		secret *tree.Node
		want   bool
	}{
		"the same place":   {value("db.dsn", "x"), secret("db.dsn"), true},
		"another place":    {value("db.port", "x"), secret("db.dsn"), false},
		"a scalar above":   {value("db", "x"), secret("db.dsn"), true},
		"a secret above":   {value("db.dsn", "x"), secret("db"), true},
		"an empty text":    {value("db.dsn", ""), secret("db.dsn"), false},
		"null":             {value("db.dsn", nil), secret("db.dsn"), false},
		"no secret at all": {value("db.dsn", "x"), value("db.dsn", "y"), false},
		"no layer":         {value("db.dsn", "x"), nil, false},
	} {
		c := &commitFiles{values: []*tree.Node{tc.value}}
		g := &Git{done: map[string]*commitFiles{"": c}}
		if g.HideValues(tc.secret); c.secret != tc.want {
			t.Errorf("%s: hidden is %t, want %t", name, c.secret, tc.want)
		}
	}
}

// A size where a Defect belongs, or the other way round, leads to a fetch.
func TestSetSizes(t *testing.T) {
	files := func() []pack.File {
		return []pack.File{{Path: "a", Size: pack.UnknownSize}, {Path: "b", Defect: &pack.Defect{}}, {Path: "c", Size: 3}}
	}
	for sizes, want := range map[string]bool{
		"1 - 3 ": true, "1 - 3": true, "1 2 3": false, "- - 3": false, "1 - -": false, "1 - 4": false, "1 -": false, "1 - 3 4": false,
		"-1 - 3": false, "x - 3": false, "9 - 3": false, "": false,
	} {
		got := files()
		if ok := setSizes(got, sizes, 8); ok != want || ok && (got[0].Size != 1 || got[1].Size != 0) {
			t.Errorf("%q: %t, %v", sizes, ok, got)
		}
	}
}
