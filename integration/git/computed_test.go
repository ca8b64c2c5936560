package git

import (
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// A name that a template computes may become any file: it is there when a value changes,
// without a word to the server while all files are small.
func TestGitComputedName(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.write("confit.yaml", pipe("- file: page.yaml\n  - git: "+s.URL+"/site.git\n    name: site\n    auth: auth\n    path: deploy/html\n    commit: "+repo.Hash("HEAD"),
		"- {inline: '{{ .Files.Get (printf \"site:%s\" .Values.page) }}', to: page}"))
	w.write("page.yaml", "page: index.html\n")
	w.want(0, render, "1 created")
	s.Forget()
	w.want(0, render, "0 created, 0 updated")
	w.write("page.yaml", "page: empty\n")
	w.want(0, render, "1 updated")
	if got := w.read("out/page"); got != "" {
		t.Errorf("page is %q", got)
	}
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
}

// Where the files are too much for the memo, the commit is fetched again, once.
func TestGitComputedNameOfMany(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(900))
	s := w.https()
	w.write("confit.yaml", strings.Replace(pipe("- file: page.yaml\n  - git: "+s.URL+"/site.git\n    name: site\n    auth: auth\n    commit: "+repo.Hash("HEAD"),
		"- {copy: 'site:**', to: all}\n  - {inline: '{{ len (.Files.Get (printf \"site:%s\" .Values.page)) }}', to: page}"), "time: 5s", "time: 5m", 1))
	w.write("page.yaml", "page: part01\n")
	w.want(0, render)
	s.Forget()
	w.write("page.yaml", "page: part02\n")
	w.want(0, render, "0 removed")
	if n := s.Count(gitserver.Fetch); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// The text that tpl executes may come from a file of the repository, and name another.
func TestGitTplText(t *testing.T) {
	w := newWorld(t)
	commit := largeCommit(1000)
	commit.Files["motd.tpl"] = gitserver.File{Data: "{{ .Files.Get \"site:name\" }}"}
	commit.Files["name"] = gitserver.File{Data: "web"}
	commit.Files["text.yaml"] = gitserver.File{Data: "text: '{{ .Files.Get \"site:other\" }}'\n"}
	commit.Files["other"] = gitserver.File{Data: "pg"}
	repo := w.Repo("site.git", commit)
	s := w.https()
	source := "- git: " + s.URL + "/site.git\n    name: site\n    auth: auth\n    read: [text.yaml]\n    commit: " + repo.Hash("HEAD")
	w.write("confit.yaml", pipe(source, "- copy: site:**"))
	w.want(0, render)
	w.write("confit.yaml", pipe(source, "- copy: site:**\n  - {inline: '{{ tpl (.Files.Get \"site:motd.tpl\") . }}-{{ tpl .Values.text . }}', to: all}"))
	w.want(0, render, "1 created")
	s.Forget()
	w.want(0, render, "0 created, 0 updated")
	if got := w.read("out/all"); got != "web-pg" || s.Conns() != 0 {
		t.Errorf("all is %q, and the server was asked %v", got, s.Requests())
	}
}
