package git

import (
	"os"
	"os/exec"
	"path/filepath"
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

// Modes that old tools wrote are read as Git reads them.
func TestGitOldModes(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git")
	blob := repo.Object("blob", "x\n")
	sub := repo.Tree(gitserver.Entry{Mode: "0100644", Name: "f", Hash: blob})
	root := repo.Tree(gitserver.Entry{Mode: "100666", Name: "a", Hash: blob}, gitserver.Entry{Mode: "100664", Name: "b", Hash: blob},
		gitserver.Entry{Mode: "100777", Name: "c", Hash: blob}, gitserver.Entry{Mode: "040000", Name: "d", Hash: sub})
	repo.SetRef("refs/heads/main", repo.Object("commit", "tree "+root+"\nauthor T <t@example.com> 1 +0000\ncommitter T <t@example.com> 1 +0000\n\nx\n"))
	s := w.https()
	w.spec(s.URL)
	w.want(0, render)
	w.wantOutputs(gitserver.Tree{"a": {Data: "x\n"}, "b": {Data: "x\n"}, "c": {Data: "x\n", Mode: gitserver.Executable}, "d/f": {Data: "x\n"}})
}

// An entry without a regular file matters only to those who need it. It is then named, with
// the line of the spec, also in a run that fetches nothing.
func TestGitUnusedEntries(t *testing.T) {
	lfs := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0", 64) + "\nsize 12345\n"
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{
		"scripts/get":        {Data: "x\n"},
		"values/a.yaml":      {Data: "a: 1\n"},
		"testdata/null":      {Data: "/dev/null", Mode: gitserver.Symlink},
		"testdata/loop":      {Data: ".", Mode: gitserver.Symlink},
		"testdata/gone":      {Data: "nothing", Mode: gitserver.Symlink},
		"testdata/Icon\r":    {Data: "x"},
		`units/a\x2db.mount`: {Data: "x"},
		"vendor/lib":         {Data: strings.Repeat("1", 40), Mode: gitserver.Submodule},
		"media/film.mp4":     {Data: lfs},
		"secrets/key":        {Data: "\x00GITCRYPT\x00\x01\x02\x03"},
		"case/A":             {Data: "A\n"},
		"case/a":             {Data: "a\n"},
	}})
	s := w.https()
	source := "- git: " + s.URL + "/site.git\n    name: site\n    auth: auth\n    commit: " + repo.Hash("HEAD") + "\n    read: "
	w.write("confit.yaml", pipe(source+"[values/*.yaml]", "- copy: site:scripts/**\n  - {inline: '{{ .Values.a }}', to: a}\n  - {inline: '{{ .Files.Get \"case/A\" }}', to: b}"))
	for range 2 { // from the server, and from memory
		w.want(0, render)
		w.wantOutputs(gitserver.Tree{"get": {Data: "x\n"}, "a": {Data: "1"}, "b": {Data: "A\n"}})
		s.Forget()
	}
	before := w.read("out/a")
	for name, tc := range map[string]struct{ read, output, text string }{
		"all":               {"[values/*.yaml]", "- copy: site:**", "copy site:**: vendor/lib is a submodule"},
		"one link":          {"[values/*.yaml]", "- copy: site:testdata/null", "the symlink testdata/null has an absolute target"},
		"below a link":      {"[values/*.yaml]", "- copy: site:testdata/gone/x/*.yaml", "the symlink testdata/gone leads to what is not there"},
		"below a submodule": {"[values/*.yaml]", "- copy: site:vendor/*/x.yaml", "vendor/lib is a submodule"},
		"in a submodule":    {"[values/*.yaml]", "- copy: site:vendor/lib/x.yaml", "vendor/lib is a submodule"},
		"a folder":          {"[values/*.yaml]", "- copy: site:media", "media/film.mp4 is kept in Git LFS"},
		"backslash":         {"[values/*.yaml]", "- copy: site:units/**", "has a backslash in its name"},
		"carriage return":   {"[values/*.yaml]", "- copy: site:testdata/I*", "has a control character in its name"},
		"git-crypt":         {"[values/*.yaml]", "- copy: site:secrets/*", "secrets/key is encrypted by git-crypt"},
		"case":              {"[values/*.yaml]", "- copy: site:case/*", "only in case"},
		"read":              {"['**/*.mp4']", "- copy: site:scripts", "media/film.mp4 is kept in Git LFS"},
		"read a submodule":  {"['vendor/**/*.yaml']", "- copy: site:scripts", "vendor/lib is a submodule"},
		".Files.Get":        {"[values/*.yaml]", "- {inline: '{{ .Files.Get \"site:media/film.mp4\" }}', to: x}", "media/film.mp4 is kept in Git LFS"},
		".Files.Get below":  {"[values/*.yaml]", "- {inline: '{{ .Files.Get \"vendor/lib/x\" }}', to: x}", "vendor/lib is a submodule"},
		".Files.Glob":       {"[values/*.yaml]", "- {inline: '{{ range .Files.Glob \"vendor/*/*.yaml\" }}x{{ end }}', to: x}", "vendor/lib is a submodule"},
	} {
		t.Run(name, func(t *testing.T) {
			w.write("confit.yaml", pipe(source+tc.read, tc.output))
			w.want(65, render, tc.text, "confit.yaml:")
			if w.read("out/a") != before {
				t.Error("something was written")
			}
		})
	}
	if s.Count(gitserver.Fetch) > 1 {
		t.Errorf("the commit is fetched again: %v", s.Requests())
	}
}

// A file over the limit is named, and where it lies.
func TestGitLargeFile(t *testing.T) {
	w := newWorld(t)
	w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"html/i": {Data: "x"}, "media/film.bin": {Data: strings.Repeat("x", 300_000)}}})
	s := w.https()
	for field, text := range map[string]string{
		"path: html":  "media/film.bin has 300000 bytes, more than the limit of 200 KiB; it lies outside of path: html",
		"path: media": "media/film.bin has 300000 bytes, more than the limit of 200 KiB",
		"path: .":     "media/film.bin has 300000 bytes, more than the limit of 200 KiB",
	} {
		w.spec(s.URL, field)
		w.write("confit.yaml", strings.Replace(w.read("confit.yaml"), "{git: {", "{git: {file: 200KiB, ", 1))
		w.want(76, render, text, "limits: {git: {file: …}}")
		w.wantNoOutputs()
	}
}

// The kubelet changes groups and modes of a volume with fsGroup at each mount. A pinned
// commit that is published gets its modes back without network.
func TestGitModesOfVolume(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL, "path: deploy", "commit: "+repo.Hash("HEAD"))
	w.want(0, render)
	want, err := gitserver.ReadDir(filepath.Join(w.dir, "out"), ".confit-default")
	must(t, err)
	for _, change := range []string{"chmod ug+rw", "chmod 0600", "chmod 0777"} {
		files := exec.Command("sh", "-c", "find out -type f -exec "+change+" {} + && find out -type d -exec chmod ug+rwx,g+s {} +")
		files.Dir = w.dir
		must(t, files.Run())
		before := info(t, filepath.Join(w.dir, "out/html/index.html"))
		s.Forget()
		w.want(0, render, "0 created, ", " 0 removed")
		if s.Conns() != 0 {
			t.Errorf("%s: the server was asked %v", change, s.Requests())
		}
		w.wantOutputs(want)
		if after := info(t, filepath.Join(w.dir, "out/html/index.html")); after.Mode() != 0o644 || !os.SameFile(before, after) {
			t.Errorf("%s: the file was written again, or has the mode %v", change, after.Mode())
		}
	}
}

func info(t *testing.T, name string) os.FileInfo {
	t.Helper()
	i, err := os.Stat(name)
	must(t, err)
	return i
}
