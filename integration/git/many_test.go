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

// largeCommit is more than a run keeps in memory.
func largeCommit(seed int) gitserver.Commit {
	tree := gitserver.Tree{"values.yaml": {Data: "port: 8080\n"}}
	for i := range 12 {
		tree[fmt.Sprintf("part%02d", i)] = gitserver.File{Data: noise(seed+i, 1<<20)}
	}
	return gitserver.Commit{Files: tree}
}

// runAtOnce runs confit n times at once, and gives the outcomes.
func (w *world) runAtOnce(n int, args func(i int) []string) []outcome {
	w.t.Helper()
	all := make([]outcome, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { all[i] = w.confit(args(i)...) })
	}
	wg.Wait()
	return all
}

// wantGood wants status 0 of every run.
func (w *world) wantGood(all []outcome) {
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

// Thirty runs at once on one directory all succeed, and leave the state of a single run.
func TestGitRunsAtOnce(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(0))
	repo.Config("core.bigFileThreshold", "512k") // git looks for no deltas, thirty times
	repo.Config("pack.compression", "0")
	s := w.https()
	w.spec(s.URL)
	w.wantGood(w.runAtOnce(30, func(int) []string { return render }))
	w.wantOutputs(repo.Archive("HEAD", ""))
	w.wantState("manifest.json", "sources.json")
}

// wantState wants exactly these names in the state directory.
func (w *world) wantState(want ...string) {
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
	w.wantGood(w.runAtOnce(pods, func(i int) []string { return []string{"render", "--out", fmt.Sprintf("pod%d", i)} }))
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

// Several sinks share the files of one spool. Each sink gets a file back that it lost.
func TestGitSinks(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(100))
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
	w.wantState("manifest.json", "sources.json")
}

// Two named specs share a directory, each with its own state.
func TestGitTwoSpecs(t *testing.T) {
	w := newWorld(t)
	a, b := w.Repo("a.git", largeCommit(200)), w.Repo("b.git", largeCommit(300))
	s := w.https()
	for name, repo := range map[string]*gitserver.TestRepo{"a": a, "b": b} {
		w.write(name+".yaml", "name: "+name+"\n"+pipe("- git: "+s.URL+"/"+name+".git\n    name: site\n    auth: auth\n    commit: "+repo.Hash("HEAD"),
			"- {copy: 'site:**', to: "+name+"}"))
	}
	w.wantGood(w.runAtOnce(8, func(i int) []string {
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

// If some of several repositories fail, nothing is written. The errors name those alone.
func TestGitSeveral(t *testing.T) {
	w := newWorld(t)
	w.Repo("a.git", largeCommit(400))
	s := w.https()
	sources := "- git: URL/a.git\n    name: first\n    auth: auth\n  - git: URL/missing.git\n    name: second\n    auth: auth\n  - git: URL/a.git\n    name: third\n    ref: nowhere\n    auth: auth"
	w.write("confit.yaml", pipe(strings.ReplaceAll(sources, "URL", s.URL), "- {copy: 'first:**', to: a}\n  - {copy: 'second:**', to: b}\n  - {template: 'third:x.tmpl'}"))
	r := w.want(66, render, "confit.yaml:6:5: source second: ", "no such repository", "confit.yaml:9:5: source third: ", "no branch or tag nowhere")
	if n := strings.Count(r.stderr, "error: "); n != 2 {
		t.Errorf("%d errors, want 2:\n%s", n, r.stderr)
	}
	w.wantNoOutputs()
}

// One repository may be several sources: other folders, other refs, or the same ones.
func TestGitTwice(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site(), siteUpdate())
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
	w.wantOutputs(want)
	w.want(0, render, "0 created, 0 updated, 0 removed")
}
