package gitserver_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

const link = "4f2a91c04f2a91c04f2a91c04f2a91c04f2a91c0" // a commit of another repository

// site has one of everything.
func site(w *gitserver.World) *gitserver.TestRepo {
	return w.Repo("site.git",
		gitserver.Commit{Files: gitserver.Tree{
			"old":            {Data: "gone soon"},
			"swap":           {Data: "a file, then a folder"},
			"bin/run":        {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
			".gitattributes": {Data: "*.txt text eol=crlf\nhidden export-ignore\n"},
		}},
		gitserver.Commit{Files: gitserver.Tree{
			"old":                {Mode: gitserver.Deleted},
			"swap":               {Mode: gitserver.Deleted},
			"swap/in":            {Data: "side"},
			"hidden":             {Data: "and yet here"},
			"lines.txt":          {Data: "a\nb\n"},
			"no-end":             {Data: "x"},
			"empty":              {},
			"binary":             {Data: "\x00\xff\r\n\x01"},
			"größe/ключ \"\\\n€": {Data: "unicode"},
			"big":                {Data: strings.Repeat("0123456789abcdef", 1<<17)},
			"link":               {Data: "bin/run", Mode: gitserver.Symlink},
			"module":             {Data: link, Mode: gitserver.Submodule},
		}},
	)
}

func TestArchive(t *testing.T) {
	w := gitserver.For(t)
	repo := site(w)
	tree := repo.Archive("main", "")
	want := []string{".gitattributes", "big", "bin/run", "binary", "empty", "größe/ключ \"\\\n€", "hidden", "lines.txt", "link", "no-end", "swap/in"}
	if got := slices.Sorted(maps.Keys(tree)); !slices.Equal(got, want) {
		t.Errorf("Archive has %q, want %q", got, want)
	}
	some := gitserver.Tree{
		"lines.txt": {Data: "a\nb\n"},
		"binary":    {Data: "\x00\xff\r\n\x01"},
		"bin/run":   {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
		"link":      {Data: "bin/run", Mode: gitserver.Symlink},
	}
	for path, want := range some {
		if tree[path] != want {
			t.Errorf("%s is %q, want %q", path, tree[path], want)
		}
	}
	if got, want := repo.Archive("main", "bin"), (gitserver.Tree{"run": tree["bin/run"]}); !maps.Equal(got, want) {
		t.Errorf("Archive(bin) = %v, want %v", got, want)
	}
}

func TestReproducible(t *testing.T) {
	repo := site(gitserver.For(t))
	repo.Tag(gitserver.Tag{Name: "v1", Message: "one"})
	for rev, want := range map[string]string{
		"main":        "2134ab8170bf2b95391aa90f3cf7291c2650b619",
		"v1":          "e4b5b2f3f38044e62498567400b78cdcd2173709",
		"v1^{commit}": "2134ab8170bf2b95391aa90f3cf7291c2650b619",
		"main:module": link,
	} {
		if got := repo.Hash(rev); got != want {
			t.Errorf("Hash(%s) = %s, want %s", rev, got, want)
		}
	}
}

func TestHistory(t *testing.T) {
	w := gitserver.For(t)
	repo := w.Repo("r.git", gitserver.Commit{Files: gitserver.Tree{"a": {Data: "1"}}})
	first := repo.Hash("main")
	repo.Push(
		gitserver.Commit{Files: gitserver.Tree{"a": {Data: "2"}}},
		gitserver.Commit{Branch: "side", From: first, Files: gitserver.Tree{"b": {Data: "3"}}},
		gitserver.Commit{Merge: []string{"side"}, Files: gitserver.Tree{"b": {Data: "3"}}},
	)
	if got, want := repo.Hash("main^2"), repo.Hash("side"); got != want {
		t.Errorf("second parent %s, want %s", got, want)
	}
	if got := repo.Hash("side~1"); got != first {
		t.Errorf("side begins at %s, want %s", got, first)
	}
	repo.Push(gitserver.Commit{Orphan: true, Files: gitserver.Tree{"new": {}}})
	if got := repo.Archive("main", ""); !maps.Equal(got, gitserver.Tree{"new": {}}) {
		t.Errorf("after the force-push: %v", got)
	}
	repo.Push(gitserver.Commit{Replace: true, Files: gitserver.Tree{"newer": {}}})
	if got := repo.Archive("main", ""); !maps.Equal(got, gitserver.Tree{"newer": {}}) {
		t.Errorf("after a whole new tree: %v", got)
	}
	repo.SetRef("refs/heads/side", "")
	repo.Pack()
	bare, _ := gitserver.NewRepo(w.Root + "/r.git")
	if _, err := bare.Hash(first + "^{commit}"); err == nil {
		t.Error("Pack kept what no ref reaches")
	}
}

// Trees that git would never make are made.
func TestHostile(t *testing.T) {
	w := gitserver.For(t)
	repo := w.Repo("r.git")
	blob := repo.Object("blob", "evil")
	inner := repo.Tree(gitserver.Entry{Mode: "100644", Name: "..", Hash: blob})
	root := repo.Tree(
		gitserver.Entry{Mode: "40000", Name: ".git", Hash: inner},
		gitserver.Entry{Mode: "100644", Name: "a/../b", Hash: blob},
		gitserver.Entry{Mode: "100644", Name: "a/../b", Hash: blob},
	)
	repo.Push(gitserver.Commit{Root: root})
	if got := repo.Hash("main^{tree}"); got != root {
		t.Errorf("the commit has the tree %s, want %s", got, root)
	}
}

func TestEmpty(t *testing.T) {
	w := gitserver.For(t)
	w.Repo("empty.git")
	s := w.HTTP(gitserver.HTTPOptions{})
	if got := trusting(t, s).git("ls-remote", s.URL+"/empty.git"); got != "" {
		t.Errorf("ls-remote = %q", got)
	}
}
