package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"confit/integration/gitserver"
)

// hostile makes a tree that git itself would not make.
type hostile func(r *gitserver.TestRepo) string

// A tree with an entry that cannot be a regular file on every system is refused. The error
// names the entry.
func TestGitTreesRefused(t *testing.T) {
	tree := func(files gitserver.Tree) gitserver.Commit { return gitserver.Commit{Files: files} }
	link := func(target string) gitserver.Commit {
		return tree(gitserver.Tree{"deploy/link": {Data: target, Mode: gitserver.Symlink}, "secret": {Data: "x"}})
	}
	entries := func(list ...gitserver.Entry) hostile {
		return func(r *gitserver.TestRepo) string {
			blob := r.Object("blob", "x\n")
			for i := range list {
				if list[i].Hash == "" {
					list[i].Hash = blob
				}
			}
			return r.Tree(list...)
		}
	}
	named := func(name string) hostile { return entries(gitserver.Entry{Mode: "100644", Name: name}) }
	lfs := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0", 64) + "\nsize 12345\n"
	for name, tc := range map[string]struct {
		commit gitserver.Commit
		root   hostile
		status int
		text   string
	}{
		"submodule":       {commit: tree(gitserver.Tree{"deploy/sub": {Data: strings.Repeat("1", 40), Mode: gitserver.Submodule}}), status: 65, text: "deploy/sub is a submodule"},
		"lfs":             {commit: tree(gitserver.Tree{"deploy/movie.mp4": {Data: lfs}}), status: 65, text: "deploy/movie.mp4 is kept in Git LFS"},
		"escaping link":   {commit: link("../../etc/passwd"), status: 65, text: "the symlink deploy/link leads out of"},
		"absolute link":   {commit: link("/etc/passwd"), status: 65, text: "the symlink deploy/link has an absolute target"},
		"dangling link":   {commit: link("nothing"), status: 65, text: "the symlink deploy/link leads to what is not there"},
		"link to itself":  {commit: link("link"), status: 65, text: "the symlink deploy/link leads through too many"},
		"link to its own": {commit: link("."), status: 65, text: "the symlink deploy/link leads to a directory that it is in itself"},
		".git":            {root: named(".git"), status: 65, text: "a spelling of .git"},
		".GIT":            {root: named(".GIT"), status: 65, text: "a spelling of .git"},
		"git~1":           {root: named("git~1"), status: 65, text: "a spelling of .git"},
		".git::$INDEX":    {root: named(".git::$INDEX_ALLOCATION"), status: 65, text: "a spelling of .git"},
		".g\u200cit":      {root: named(".g\u200cit"), status: 65, text: "a spelling of .git"},
		"..":              {root: named(".."), status: 65, text: "no file can have"},
		"slash":           {root: named("a/b"), status: 65, text: "slash"},
		"backslash":       {root: named(`..\a`), status: 65, text: "slash"},
		"escape":          {root: named("\x1b[31mred"), status: 65, text: "control character"},
		"newline":         {root: named("a\n::error::b"), status: 65, text: "control character"},
		"not UTF-8":       {root: named("a\xff"), status: 65, text: "UTF-8"},
		"long":            {root: named(strings.Repeat("a", 300)), status: 65, text: "300 bytes"},
		"case twins":      {root: entries(gitserver.Entry{Mode: "100644", Name: "A"}, gitserver.Entry{Mode: "100644", Name: "a"}), status: 65, text: "only in case"},
		"twice":           {root: entries(gitserver.Entry{Mode: "100644", Name: "a"}, gitserver.Entry{Mode: "100644", Name: "a"}), status: 65, text: "twice"},
		"file and folder": {root: func(r *gitserver.TestRepo) string {
			return r.Tree(gitserver.Entry{Mode: "100644", Name: "a", Hash: r.Object("blob", "x\n")}, gitserver.Entry{Mode: "40000", Name: "a", Hash: r.Tree()})
		}, status: 65, text: "twice"},
		"unsorted":         {root: entries(gitserver.Entry{Mode: "100644", Name: "b"}, gitserver.Entry{Mode: "100644", Name: "a"}), status: 65, text: "not sorted"},
		"unknown mode":     {root: entries(gitserver.Entry{Mode: "60000", Name: "a"}), status: 65, text: "mode"},
		"state of confit":  {commit: tree(gitserver.Tree{".confit-default/manifest.json": {Data: "{}"}}), status: 78, text: ".confit-default"},
		"state of another": {commit: tree(gitserver.Tree{".confit-x/a": {Data: "{}"}}), status: 78, text: ".confit-x"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			repo := w.Repo("site.git")
			if tc.root != nil {
				repo.SetRef("refs/heads/main", repo.Object("commit", "tree "+tc.root(repo)+"\nauthor T <t@example.com> 1 +0000\ncommitter T <t@example.com> 1 +0000\n\nx\n"))
			} else {
				repo.Push(tc.commit)
			}
			s := w.https()
			w.spec(s.URL)
			r := w.want(tc.status, render, tc.text, "nothing was written")
			if strings.Contains(r.stderr, "\x1b") || !utf8.ValidString(r.stderr) || strings.Contains(r.stderr, "\n::") {
				t.Errorf("it says %q", r.stderr)
			}
			w.wantNoOutputs()
		})
	}
}

// Symlinks inside the tree become copies of their targets. Modes are those of the tree or of
// the spec.
func TestGitLinks(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{
		"deploy/run.sh":     {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
		"deploy/a/file":     {Data: "text\n"},
		"deploy/link":       {Data: "a/file", Mode: gitserver.Symlink},
		"deploy/folder":     {Data: "./a", Mode: gitserver.Symlink},
		"deploy/b/up":       {Data: "../link", Mode: gitserver.Symlink},
		"deploy/b/run":      {Data: "../run.sh", Mode: gitserver.Symlink},
		"deploy/.gitignore": {Data: "*\n"},
	}})
	s := w.https()
	w.spec(s.URL, "path: deploy", "commit: "+repo.Hash("HEAD"))
	want := gitserver.Tree{
		"run.sh": {Data: "#!/bin/sh\n", Mode: gitserver.Executable}, "b/run": {Data: "#!/bin/sh\n", Mode: gitserver.Executable},
		"a/file": {Data: "text\n"}, "link": {Data: "text\n"}, "folder/file": {Data: "text\n"}, "b/up": {Data: "text\n"}, ".gitignore": {Data: "*\n"},
	}
	for range 2 { // from the server, and from memory
		w.want(0, render)
		w.wantOutputs(want)
	}
	w.write("confit.yaml", strings.Replace(w.read("confit.yaml"), "- copy: site:**", "- {copy: 'site:**', mode: '0600'}", 1))
	w.want(0, render, "0 created, 7 updated")
	for _, name := range []string{"run.sh", "a/file"} {
		if info, err := os.Stat(filepath.Join(w.dir, "out", name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// A ref or a folder that does not exist is a missing input, and the error suggests another.
func TestGitNames(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	repo.Push(gitserver.Commit{Branch: "twin", From: "main"})
	repo.Tag(gitserver.Tag{Name: "twin"})
	repo.Tag(gitserver.Tag{Name: "v1", Message: "x"})
	w.Repo("empty.git")
	s := w.https()
	commit := repo.Hash("HEAD")
	for name, tc := range map[string]struct {
		fields []string
		status int
		text   string
	}{
		"HEAD":                {[]string{"ref: HEAD"}, 0, "site HEAD "},
		"a commit as ref":     {[]string{"ref: " + commit}, 0, "site "},
		"upper case":          {[]string{"commit: " + strings.ToUpper(commit)}, 0, ""},
		"ref of another":      {[]string{"ref: " + commit, "commit: '" + strings.Repeat("1", 40) + "'"}, 78, "ref and commit are two commits"},
		"both the same":       {[]string{"ref: " + commit, "commit: " + strings.ToUpper(commit)}, 0, ""},
		"annotated tag":       {[]string{"ref: v1", "commit: " + commit}, 0, ""},
		"tag object":          {[]string{"commit: " + repo.Hash("v1")}, 77, "write commit: " + commit},
		"tag object of a tag": {[]string{"ref: v1", "commit: " + repo.Hash("v1")}, 77, "write commit: " + commit},
		"short":               {[]string{"commit: " + commit[:12]}, 78, "all 40 digits"},
		"short as ref":        {[]string{"ref: " + commit[:12]}, 66, "all 40 digits"},
		"nowhere":             {[]string{"ref: nowhere"}, 66, "no branch or tag nowhere"},
		"another case":        {[]string{"ref: MAIN"}, 66, "did you mean main"},
		"ambiguous":           {[]string{"ref: twin"}, 66, "refs/heads/twin and refs/tags/twin"},
		"not ambiguous":       {[]string{"ref: refs/heads/twin"}, 0, ""},
		"a space":             {[]string{"ref: 'a b'"}, 66, "no branch or tag a b"},
		"control characters":  {[]string{`ref: "a\nb\e[31m"`}, 66, `\"a\\nb\\x1b[31m\"`},
		"a dash":              {[]string{"ref: --upload-pack=x"}, 66, "no branch or tag --upload-pack=x"},
		"no folder":           {[]string{"path: deplyo"}, 66, "did you mean deploy?"},
		"a file":              {[]string{"path: README.md"}, 66, "README.md is a file"},
		"an unknown commit":   {[]string{"ref: main", "commit: '" + strings.Repeat("1", 40) + "'"}, 77, "not in the history of main"},
		"commit without name": {[]string{"commit: '" + strings.Repeat("1", 40) + "'"}, 69, "ref:"},
	} {
		t.Run(name, func(t *testing.T) {
			w.spec(s.URL, tc.fields...)
			r := w.want(tc.status, []string{"render", "--log-format", "json"}, tc.text)
			if strings.Contains(r.stderr, "\x1b") {
				t.Errorf("it says %q", r.stderr)
			}
			if tc.status != 0 {
				w.wantNoOutputs()
				return
			}
			w.wantOutputs(repo.Archive("HEAD", ""))
			must(t, os.RemoveAll(filepath.Join(w.dir, "out")))
		})
	}
	w.write("confit.yaml", pipe("- git: "+s.URL+"/empty.git\n    name: site\n    auth: auth", "- copy: site:**"))
	w.want(65, render, "the repository is empty")
	w.wantNoOutputs()
}
