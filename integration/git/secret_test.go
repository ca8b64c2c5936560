package git

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// secretText is content that nothing may show, neither as text nor as a hash.
const secretText = "swordfish-swordfish"

// leakIn gives the form in which text holds secretText, or "".
func leakIn(text string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s\n", len(secretText)+1, secretText))
	for _, form := range []string{secretText, secretText[:9], base64.StdEncoding.EncodeToString([]byte(secretText + "\n")), hex.EncodeToString(sum[:])[:7]} {
		if strings.Contains(text, form) {
			return form
		}
	}
	return ""
}

// The files of a sensitive repository are published with mode 0640 and shown nowhere. The
// state has neither their content nor their hashes.
func TestGitSensitive(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{
		"pass": {Data: secretText + "\n"}, "values.yaml": {Data: "pass: " + secretText + "\n"}, "use.tmpl": {Data: "p={{ .Values.pass }}\n"},
	}})
	s := w.https()
	source := "- git: " + s.URL + "/site.git\n    name: site\n    auth: auth\n    read: [values.yaml]\n    commit: " + repo.Hash("HEAD")
	outputs := "- copy: site:pass\n  - template: site:use.tmpl\n  - {values: ., to: all.yaml}\n  - {inline: '{{ .Files.Get \"site:pass\" }}', to: got}"
	w.write("confit.yaml", pipe(source, outputs))
	w.want(0, render) // it is no secret yet
	if _, err := os.Stat(w.sourceCache()); err != nil {
		t.Error(err)
	}
	for _, sensitive := range []string{"true", "['*']"} {
		w.write("confit.yaml", pipe(source+"\n    sensitive: "+sensitive, outputs))
		for _, args := range [][]string{
			{"diff"},
			{"render"},
			{"diff"},
			{"explain"},
			{"explain", "pass"},
			{"explain", "use"},
			{"validate", "--allow-network"},
			{"report", "--allow-network", "--out", "-"},
			{"render", "--out", "-", "--masked"},
			{"render", "--out", "-"},
			{"diff", "--format", "json"},
			{"explain", "--format", "json"},
		} {
			if r := w.confit(args...); r.status > 1 && r.status != 64 || leakIn(r.stdout+r.stderr) != "" {
				t.Errorf("%v: status %d, it tells %q:\n%s%s", args, r.status, leakIn(r.stdout+r.stderr), r.stdout, r.stderr)
			}
		}
		for _, name := range []string{"pass", "use", "all.yaml", "got"} {
			info, err := os.Stat(filepath.Join(w.dir, "out", name))
			if err != nil || info.Mode() != 0o640 {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
		must(t, filepath.WalkDir(filepath.Join(w.dir, "out/.confit-default"), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				text, _ := os.ReadFile(name)
				if form := leakIn(string(text)); form != "" || strings.HasSuffix(name, "sources.json") {
					t.Errorf("%s is there, and tells %q:\n%.300s", name, form, text)
				}
			}
			return err
		}))
	}
	if r := w.want(0, []string{"render", "--out", "-", "--show-secrets", "--only", "pass"}); r.stdout != secretText+"\n" {
		t.Errorf("printed is %q", r.stdout)
	}
}

// A repository that is sensitive in one of two sources gets no memo.
func TestGitSensitiveTwice(t *testing.T) {
	for range 5 {
		w := newWorld(t)
		w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"pass": {Data: secretText + "\n"}}})
		s := w.https()
		source := "- git: " + s.URL + "/site.git\n    auth: auth\n    name: "
		w.write("confit.yaml", pipe(source+"open\n  "+source+"closed\n    sensitive: true", "- {copy: 'closed:pass', to: a}\n  - {inline: '{{ len (.Files.Get \"open:pass\") }}', to: b}"))
		w.want(0, render)
		if text, err := os.ReadFile(w.sourceCache()); err == nil {
			t.Fatalf("remembered is %s", text)
		}
	}
}

// explain and errors name file and line of a repository's values. These values work in each
// and when.
func TestGitOrigins(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{
		"values/app.yaml": {Data: "port: 8080\nsites:\n  - {name: a, on: true}\n  - {name: b, on: false}\nfeatures: {x: true, y: false}\n"},
		"bad/type.yaml":   {Data: "# first\nport: {a: 1}\n"},
		"bad/syntax.yaml": {Data: "a: 1\n b: [\n"},
		"bad/app.tmpl":    {Data: "one\n{{ .Values.nothing }}\n"},
		"bad/parse.tmpl":  {Data: "one\n{{ if }}\n"},
		"site.tmpl":       {Data: "{{ .Item.name }}={{ .Item.on }}\n"},
		"all.tmpl":        {Data: "{{ range $p, $t := .Files.Glob \"site:**/*.yaml\" }}{{ $p }} {{ end }}\n"},
	}})
	s := w.https()
	at := "site@" + repo.Hash("HEAD")[:7] + ":"
	source := "- git: " + s.URL + "/site.git\n    name: site\n    auth: auth\n    read: [values/*.yaml]"
	w.write("confit.yaml", pipe(source, "- {template: 'site:site.tmpl', each: sites, to: 'sites/{{ .Item.name }}'}\n  - {copy: 'site:all.tmpl', to: x, when: features.x}\n  - {copy: 'site:all.tmpl', to: y, when: features.y}\n  - template: site:all.tmpl"))
	w.want(0, render)
	want := gitserver.Tree{
		"sites/a": {Data: "a=true\n"}, "sites/b": {Data: "b=false\n"}, "all": {Data: "bad/syntax.yaml bad/type.yaml values/app.yaml \n"},
		"x": repo.Archive("HEAD", "")["all.tmpl"],
	}
	w.wantOutputs(want)
	w.want(0, render, "0 created, 0 updated, 0 removed")
	w.want(0, []string{"explain", "port"}, at+"values/app.yaml:1")
	w.want(0, []string{"explain", "features.y"}, at+"values/app.yaml:5")
	for name, tc := range map[string]struct{ read, output, text string }{
		"type":     {"[values/*.yaml, bad/type.yaml]", "- {values: port, to: x.yaml}", at + "bad/type.yaml:2"},
		"origin":   {"[values/*.yaml, bad/type.yaml]", "- {values: port, to: x.yaml}", at + "values/app.yaml:1"},
		"syntax":   {"[bad/syntax.yaml]", "- {values: ., to: x.yaml}", at + "bad/syntax.yaml:"},
		"template": {"[values/*.yaml]", "- template: site:bad/app.tmpl", at + "bad/app.tmpl:2:"},
		"parse":    {"[values/*.yaml]", "- template: site:bad/parse.tmpl", at + "bad/parse.tmpl:2"},
	} {
		t.Run(name, func(t *testing.T) {
			w.write("confit.yaml", pipe(strings.Replace(source, "[values/*.yaml]", tc.read, 1), tc.output))
			for range 2 {
				w.want(65, render, tc.text)
			}
			w.wantOutputs(want)
		})
	}
	w.write("confit.yaml", pipe(strings.Replace(source, "name: site\n    ", "", 1), "- {values: port, to: port.json}"))
	w.want(0, []string{"explain", "port"}, "site.git@"+repo.Hash("HEAD")[:7]+":values/app.yaml:1")
}

// --only and --out - publish or print a part of a repository.
func TestGitOnly(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", largeCommit(500))
	s := w.https()
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"))
	w.want(0, []string{"render", "--only", "part0?"}, "10 created")
	all := repo.Archive("HEAD", "")
	some := gitserver.Tree{}
	for name, f := range all {
		if strings.HasPrefix(name, "part0") {
			some[name] = f
		}
	}
	w.wantOutputs(some)
	w.want(0, render, "3 created, 0 updated, 0 removed, 10 unchanged")
	w.wantOutputs(all)
	if r := w.want(0, []string{"render", "--out", "-", "--only", "values.yaml"}); r.stdout != "port: 8080\n" {
		t.Errorf("printed is %q", r.stdout)
	}
	w.write("replacement/deploy/a", "a\n")
	w.write("replacement/.git", "gitdir: elsewhere\n")
	w.write("replacement/deploy/.git/config", "no\n")
	w.write("replacement/deploy/.github/x", "yes\n")
	for _, dir := range []string{"replacement", "./replacement/", filepath.Join(w.dir, "replacement")} {
		r := w.want(0, []string{"render", "--out", "-", "--replace", "site=" + dir})
		if want := "# deploy/.github/x\nyes\n# deploy/a\na\n"; r.stdout != want {
			t.Errorf("--replace site=%s: printed is %q, want %q", dir, r.stdout, want)
		}
	}
	w.spec(s.URL, "path: deploy")
	if r := w.want(0, []string{"render", "--out", "-", "--replace", "site=replacement", "--only", "a"}); r.stdout != "a\n" {
		t.Errorf("printed is %q", r.stdout)
	}
	w.want(66, []string{"render", "--replace", "site=nowhere"}, "--replace")
}
