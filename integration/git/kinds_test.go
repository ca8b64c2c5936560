package git

import (
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// nestedTag makes an annotated tag of any object, and signs it if there is a key.
func nestedTag(t *testing.T, repo *gitserver.TestRepo, name, kind, object string) {
	t.Helper()
	repo.SetRef("refs/tags/"+name, repo.Object("tag", "object "+object+"\ntype "+kind+"\ntag "+name+"\ntagger T <t@example.com> 1 +0000\n\nx\n"))
}

// A tag of a tag leads to the commit behind it, with a pin and without one.
func TestGitTagOfTag(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	commit := repo.Hash("HEAD")
	nestedTag(t, repo, "v1", "commit", commit)
	nestedTag(t, repo, "v2", "tag", repo.Hash("v1"))
	nestedTag(t, repo, "v3", "tag", repo.Hash("v2"))
	s := w.https()
	for _, fields := range [][]string{{"ref: v2"}, {"ref: v3"}, {"ref: v3", "commit: " + commit}, {"ref: refs/tags/v2", "path: deploy/.."}} {
		w.spec(s.URL, fields...)
		w.want(0, render)
		w.wantOutputs(repo.Archive("HEAD", ""))
	}
	s.Forget()
	w.want(0, render, "0 created, 0 updated")
	if s.Count(gitserver.Fetch) != 0 {
		t.Errorf("a tag of a tag that is published costs %v", s.Requests())
	}
	w.spec(s.URL, "commit: "+repo.Hash("v3"))
	w.want(77, render, "is an annotated tag", "write commit: "+commit)
	w.spec(s.URL, "ref: v3", "commit: "+repo.Hash("v1"))
	w.want(77, render, "points at "+commit)
}

// A ref or pin that leads to a tree or blob is told at once, and by its name.
func TestGitTagOfNoCommit(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	tree, blob := repo.Hash("HEAD^{tree}"), repo.Hash("HEAD:README.md")
	nestedTag(t, repo, "tree", "tree", tree)
	nestedTag(t, repo, "blob", "blob", blob)
	nestedTag(t, repo, "nested", "tag", repo.Hash("tree"))
	repo.SetRef("refs/tags/light", tree)
	repo.SetRef("refs/tags/key", blob)
	s := w.https()
	for name, tc := range map[string]struct {
		field string
		text  string
	}{
		"tag of a tree":        {"ref: tree", "tree leads to the tree " + tree},
		"tag of a blob":        {"ref: blob", "blob leads to the blob " + blob},
		"tag of a tag":         {"ref: nested", "nested leads to the tree " + tree},
		"lightweight, tree":    {"ref: light", "light leads to the tree " + tree},
		"lightweight, blob":    {"ref: key", "key leads to the blob " + blob},
		"pinned tree":          {"commit: " + tree, "leads to the tree " + tree},
		"pinned tag of a tree": {"commit: " + repo.Hash("tree"), "leads to the tree " + tree},
	} {
		t.Run(name, func(t *testing.T) {
			s.Forget()
			w.spec(s.URL, tc.field)
			r := w.want(66, render, tc.text, "nothing was written")
			if n := s.Count(gitserver.Fetch); n > 1 || strings.Contains(r.stderr, "try 2") {
				t.Errorf("%d fetches: %s", n, r.stderr)
			}
			w.wantNoOutputs()
		})
	}
}
