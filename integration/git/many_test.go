package git

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"confit/integration/gitserver"
)

// heavy is more than a run keeps in memory.
func heavy(seed int) gitserver.Commit {
	tree := gitserver.Tree{"values.yaml": {Data: "port: 8080\n"}}
	for i := range 12 {
		tree[fmt.Sprintf("part%02d", i)] = gitserver.File{Data: noise(seed+i, 1<<20)}
	}
	return gitserver.Commit{Files: tree}
}

// together runs confit so often at once, and gives what each run said.
func (w *world) together(n int, args func(i int) []string) []outcome {
	w.t.Helper()
	all := make([]outcome, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { all[i] = w.confit(args(i)...) })
	}
	wg.Wait()
	return all
}

// good wants that every run ended well.
func (w *world) good(all []outcome) {
	w.t.Helper()
	bad := 0
	for _, r := range all {
		if r.status != 0 {
			if bad++; bad < 4 {
				w.t.Errorf("status %d\n%s", r.status, r.stderr)
			}
		}
	}
	if bad > 0 {
		w.t.Errorf("%d of %d runs failed", bad, len(all))
	}
}

// Runs at once on one directory, with files put aside, all succeed and leave no more than
// one would.
func TestGitRunsAtOnce(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", heavy(0))
	s := w.https()
	w.spec(s.URL)
	w.good(w.together(30, func(int) []string { return render }))
	w.same(repo.Archive("HEAD", ""))
	w.holds("manifest.json", "sources.json")
}

// holds wants just these names in the state directory.
func (w *world) holds(want ...string) {
	w.t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.dir, "out", ".confit-default"))
	must(w.t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		w.t.Errorf("the state holds %v, want %v", got, want)
	}
}

// Two hundred pods that start at once all get the commit.
func TestGitRollout(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"a": {Data: "b\n"}, "c/d": {Data: "e\n"}}})
	s := w.https()
	w.spec(s.URL, "startJitter: 2s")
	const pods = 200
	w.good(w.together(pods, func(i int) []string { return []string{"render", "--out", fmt.Sprintf("pod%d", i)} }))
	want := repo.Archive("HEAD", "")
	for i := range pods {
		got, err := gitserver.ReadDir(filepath.Join(w.dir, fmt.Sprintf("pod%d", i)), ".confit-default")
		if err != nil || !maps.Equal(got, want) {
			t.Fatalf("pod %d has %v, %v", i, paths(got), err)
		}
	}
	if n := s.Count(gitserver.Fetch); n < pods {
		t.Errorf("%d fetches, want %d", n, pods)
	}
}

// Of several sinks each gets its files, also where they share one that was put aside, and
// where it was not the first that lost it.
func TestGitSinks(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", heavy(100))
	s := w.https()
	w.write("confit.yaml", strings.NewReplacer("sinks: [{dir: out}]", "sinks: [{dir: one, name: one}, {dir: two, name: two}, {dir: out, name: out}]").Replace(
		pipe("- git: "+s.URL+"/site.git\n    name: site\n    auth: auth\n    commit: "+repo.Hash("HEAD"),
			"- {copy: 'site:**', sink: one}\n  - {copy: 'site:**', sink: two}\n  - {copy: 'site:**', sink: out}")))
	want := repo.Archive("HEAD", "")
	all := func() {
		t.Helper()
		for _, dir := range []string{"one", "two", "out"} {
			got, err := gitserver.ReadDir(filepath.Join(w.dir, dir), ".confit-default")
			if err != nil || !maps.Equal(got, want) {
				t.Errorf("%s has %v, %v", dir, paths(got), err)
			}
		}
	}
	w.want(0, render, "39 created")
	all()
	for _, dir := range []string{"one", "two", "out"} {
		must(t, os.Remove(filepath.Join(w.dir, dir, "part07")))
		w.want(1, []string{"diff"})
		w.want(0, render, "1 created, 0 updated, 0 removed, 38 unchanged")
		all()
	}
	w.holds("manifest.json", "sources.json")
}

// Two specs with names of their own share a directory, each with its own memory.
func TestGitTwoSpecs(t *testing.T) {
	w := newWorld(t)
	a, b := w.Repo("a.git", heavy(200)), w.Repo("b.git", heavy(300))
	s := w.https()
	for name, repo := range map[string]*gitserver.TestRepo{"a": a, "b": b} {
		w.write(name+".yaml", "name: "+name+"\n"+pipe("- git: "+s.URL+"/"+name+".git\n    name: site\n    auth: auth\n    commit: "+repo.Hash("HEAD"),
			"- {copy: 'site:**', to: "+name+"}"))
	}
	w.good(w.together(8, func(i int) []string {
		return []string{"render", "-c", []string{"a.yaml", "b.yaml"}[i%2]}
	}))
	s.Forget()
	for _, name := range []string{"a", "b"} {
		w.want(0, []string{"render", "-c", name + ".yaml"}, "0 created, 0 updated, 0 removed, 13 unchanged")
	}
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
}

// Of several repositories one that fails is enough to write nothing; the error names it alone.
func TestGitSeveral(t *testing.T) {
	w := newWorld(t)
	w.Repo("a.git", heavy(400))
	s := w.https()
	sources := "- git: URL/a.git\n    name: first\n    auth: auth\n  - git: URL/missing.git\n    name: second\n    auth: auth\n  - git: URL/a.git\n    name: third\n    ref: nowhere\n    auth: auth"
	w.write("confit.yaml", pipe(strings.ReplaceAll(sources, "URL", s.URL), "- {copy: 'first:**', to: a}\n  - {copy: 'second:**', to: b}\n  - {template: 'third:x.tmpl'}"))
	r := w.want(66, render, "confit.yaml:6:5: source second: ", "no such repository", "confit.yaml:9:5: source third: ", "no branch or tag nowhere")
	if n := strings.Count(r.stderr, "error: "); n != 2 {
		t.Errorf("%d errors, want 2:\n%s", n, r.stderr)
	}
	w.nothing()
}

// One repository may be there twice: other folders, other refs, or the same.
func TestGitTwice(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site(), later())
	s := w.https()
	source := "- git: " + s.URL + "/site.git\n    auth: auth\n    "
	w.write("confit.yaml", pipe(source+"name: html\n    path: deploy/html\n  "+source+"name: old\n    commit: "+repo.Hash("HEAD~1")+"\n  "+source+"name: same\n    path: /deploy/html/",
		"- {copy: 'html:**', to: html}"))
	w.want(78, render, "no folder inside the repository")
	for _, path := range []string{"..", "../html", "deploy/../../html"} {
		w.write("confit.yaml", pipe(source+"path: "+path, "- {inline: x, to: x}"))
		w.want(78, render, "no folder inside the repository")
	}
	w.write("confit.yaml", pipe(source+"name: html\n    path: deploy/html\n  "+source+"name: old\n    ref: main\n    commit: "+repo.Hash("HEAD~1")+"\n  "+source+"name: same\n    path: ./deploy//html/\n  "+source+"name: all\n    path: .",
		"- {copy: 'html:**', to: html}\n  - {copy: 'old:deploy/html', to: old}\n  - {copy: 'same:index.html', to: same.html}\n  - {copy: 'all:README.md'}"))
	w.want(0, render)
	want := gitserver.Tree{"README.md": {Data: "hello\n"}, "same.html": {Data: "<h1>hi again</h1>\n"}}
	for name, f := range repo.Archive("HEAD", "deploy/html") {
		want["html/"+name] = f
	}
	for name, f := range repo.Archive("HEAD~1", "deploy/html") {
		want["old/"+name] = f
	}
	w.same(want)
	w.want(0, render, "0 created, 0 updated, 0 removed")
}
