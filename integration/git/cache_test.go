package git

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"confit/integration/gitserver"
)

// sourceCache is the file in which confit saves the commits of the Git sources.
func (w *world) sourceCache() string {
	return filepath.Join(w.dir, "out/.confit-default/sources.json")
}

// A savedCommit is the first commit of a source cache, open to changes.
type savedCommit struct {
	fields  map[string]any
	objects []savedObject
}

type savedObject struct{ kind, data string }

func (o savedObject) raw() string { return fmt.Sprintf("%s %d\x00%s", o.kind, len(o.data), o.data) }

func (o savedObject) id() [sha1.Size]byte { return sha1.Sum([]byte(o.raw())) }

func parseCache(t *testing.T, text []byte) *savedCommit {
	t.Helper()
	var all []map[string]any
	must(t, json.Unmarshal(text, &all))
	data, err := base64.StdEncoding.DecodeString(all[0]["objects"].(string))
	must(t, err)
	c := &savedCommit{fields: all[0]}
	for len(data) > 0 {
		header, rest, _ := bytes.Cut(data, []byte{0})
		kind, size, _ := strings.Cut(string(header), " ")
		n, err := strconv.Atoi(size)
		must(t, err)
		c.objects = append(c.objects, savedObject{kind, string(rest[:n])})
		data = rest[n:]
	}
	return c
}

func (c *savedCommit) text(t *testing.T) []byte {
	t.Helper()
	if c.objects != nil {
		var data []byte
		for _, o := range c.objects {
			data = append(data, o.raw()...)
		}
		c.fields["objects"] = data
	}
	text, err := json.Marshal([]any{c.fields})
	must(t, err)
	return text
}

// find is the index of the first object of a kind whose content has the text.
func (c *savedCommit) find(kind, text string) int {
	for i, o := range c.objects {
		if o.kind == kind && strings.Contains(o.data, text) {
			return i
		}
	}
	panic("no " + kind + " with " + text)
}

func (c *savedCommit) remove(kind, text string) {
	at := c.find(kind, text)
	c.objects = append(c.objects[:at:at], c.objects[at+1:]...)
}

// edit replaces a text in an object, and nothing else: its hash is another one.
func (c *savedCommit) edit(kind, old, new string) {
	o := &c.objects[c.find(kind, old)]
	o.data = strings.Replace(o.data, old, new, 1)
}

// forge replaces a text in an object, and each hash on the way from there to the commit.
func (c *savedCommit) forge(kind, old, new string) {
	at := c.find(kind, old)
	before := c.objects[at].id()
	c.edit(kind, old, new)
	c.rehash(before, c.objects[at].id())
}

func (c *savedCommit) rehash(before, after [sha1.Size]byte) {
	if c.fields["commit"] == hex.EncodeToString(before[:]) {
		c.fields["commit"] = hex.EncodeToString(after[:])
	}
	for i := range c.objects {
		o := &c.objects[i]
		was := o.id()
		switch o.kind {
		case "tree":
			o.data = strings.ReplaceAll(o.data, string(before[:]), string(after[:]))
		case "commit", "tag":
			o.data = strings.ReplaceAll(o.data, hex.EncodeToString(before[:]), hex.EncodeToString(after[:]))
		}
		if now := o.id(); now != was {
			c.rehash(was, now)
		}
	}
}

// evil is the entry of a file in a tree, and an object with its content.
func evil(c *savedCommit, mode, name string) string {
	o := savedObject{"blob", "evil\n"}
	c.objects = append(c.objects, o)
	id := o.id()
	return mode + " " + name + "\x00" + string(id[:])
}

// publish publishes values, a template, files and a symlink of one commit, and gives the
// outputs.
func (w *world) publish() (*gitserver.TestRepo, *gitserver.HTTP, gitserver.Tree) {
	w.t.Helper()
	commit := site()
	commit.Files["deploy/html/link"] = gitserver.File{Data: "index.html", Mode: gitserver.Symlink}
	repo := w.Repo("site.git", commit)
	s := w.https()
	w.write("confit.yaml", strings.NewReplacer("URL", s.URL, "ref: v1", "commit: "+repo.Hash("HEAD")).Replace(pipeSpec))
	w.want(0, render)
	want, err := gitserver.ReadDir(filepath.Join(w.dir, "out"), ".confit-default")
	must(w.t, err)
	return repo, s, want
}

// damages are source caches that are none, and forgeries of each part of one.
var damages = map[string]func(c *savedCommit){
	"data of no text":  func(c *savedCommit) { c.objects, c.fields["objects"] = nil, 7 },
	"no objects":       func(c *savedCommit) { c.objects, c.fields["objects"] = nil, "" },
	"sizes of no text": func(c *savedCommit) { c.fields["sizes"] = []int{1} },
	"another query":    func(c *savedCommit) { c.fields["query"] = c.fields["query"].(string) + " " },
	"another commit":   func(c *savedCommit) { c.fields["commit"] = strings.Repeat("1", 40) },
	"no commit":        func(c *savedCommit) { c.fields["commit"] = "" },
	"a tree as commit": func(c *savedCommit) { id := c.objects[1].id(); c.fields["commit"] = hex.EncodeToString(id[:]) },
	"no commit object": func(c *savedCommit) { c.remove("commit", "tree ") },
	"a commit edited":  func(c *savedCommit) { c.edit("commit", "step", "evil") },
	"a commit forged":  func(c *savedCommit) { c.forge("commit", "step", "evil") },
	"another tag":      func(c *savedCommit) { c.fields["tag"] = strings.Repeat("1", 40) },
	"no tree":          func(c *savedCommit) { c.remove("tree", "index.html") },
	"no root":          func(c *savedCommit) { c.remove("tree", "README.md") },
	"an entry edited":  func(c *savedCommit) { c.edit("tree", "logo.bin", "evil.bin") },
	"an entry forged":  func(c *savedCommit) { c.forge("tree", "logo.bin", "evil.bin") },
	"a mode edited":    func(c *savedCommit) { c.edit("tree", "100644 logo.bin", "100755 logo.bin") },
	"a mode forged":    func(c *savedCommit) { c.forge("tree", "100644 logo.bin", "100755 logo.bin") },
	"a file added": func(c *savedCommit) {
		c.edit("tree", "100644 index.html", evil(c, "100644", "evil")+"100644 index.html")
	},
	"a file added, forged": func(c *savedCommit) {
		c.forge("tree", "100644 index.html", evil(c, "100644", "evil")+"100644 index.html")
	},
	"a file removed": func(c *savedCommit) {
		o := &c.objects[c.find("tree", "100644 logo.bin")]
		at := strings.Index(o.data, "100644 logo.bin")
		o.data = o.data[:at] + o.data[at+len("100644 logo.bin\x00")+sha1.Size:]
	},
	"a name that leaves": func(c *savedCommit) { c.forge("tree", "logo.bin", "../../up") },
	"an absolute name":   func(c *savedCommit) { c.forge("tree", "logo.bin", "/etc/etc") },
	"a folder of folders": func(c *savedCommit) {
		c.edit("tree", "100644 index.html", "40000 z\x00"+strings.Repeat("z", sha1.Size)+"100644 index.html")
	},
	"a value edited":     func(c *savedCommit) { c.edit("blob", "8080", "6666") },
	"a value forged":     func(c *savedCommit) { c.forge("blob", "8080", "6666") },
	"no value":           func(c *savedCommit) { c.remove("blob", "8080") },
	"a template edited":  func(c *savedCommit) { c.edit("blob", "listen", "evil") },
	"a symlink edited":   func(c *savedCommit) { c.edit("blob", "index.html", "logo.bin") },
	"a symlink forged":   func(c *savedCommit) { c.forge("blob", "index.html", "logo.bin") },
	"no symlink":         func(c *savedCommit) { c.remove("blob", "index.html") },
	"an unknown kind":    func(c *savedCommit) { c.objects = append(c.objects, savedObject{"evil", ""}) },
	"a delta":            func(c *savedCommit) { c.objects = append(c.objects, savedObject{"ofs-delta", ""}) },
	"a malformed commit": func(c *savedCommit) { c.objects = append(c.objects, savedObject{"commit", "evil\n"}) },
	"a malformed tree":   func(c *savedCommit) { c.forge("tree", "100644 logo.bin", "100644-logo.bin") },
	"an object cut off":  func(c *savedCommit) { c.objects[len(c.objects)-1].kind += " 9999999\x00" },
	"a size edited": func(c *savedCommit) {
		c.fields["sizes"] = strings.Replace(c.fields["sizes"].(string), "1600000", "1600001", 1)
	},
	"a negative size":       func(c *savedCommit) { c.fields["sizes"] = "-" + c.fields["sizes"].(string) },
	"a size over the limit": func(c *savedCommit) { c.fields["sizes"] = "1099511627776" + c.fields["sizes"].(string) },
	"a size over all":       func(c *savedCommit) { c.fields["sizes"] = "99999999999999999999 " + c.fields["sizes"].(string) },
	"no number":             func(c *savedCommit) { c.fields["sizes"] = "x" + c.fields["sizes"].(string) },
	"no sizes":              func(c *savedCommit) { c.fields["sizes"] = "" },
	"a size more":           func(c *savedCommit) { c.fields["sizes"] = c.fields["sizes"].(string) + "1 " },
	"the form of version 1": func(c *savedCommit) {
		c.fields["asked"], c.fields["object"] = c.fields["query"], []byte(c.objects[0].data)
		c.fields["files"] = "100644 blob " + strings.Repeat("1", 40) + " 5\thtml/evil\n"
		c.objects, c.fields["objects"] = nil, ""
	},
}

// The source cache only saves work. With a cache that is damaged, forged, huge or foreign,
// confit fetches, and publishes the right bytes.
func TestGitCacheForged(t *testing.T) {
	w := newWorld(t)
	_, s, want := w.publish()
	good, err := os.ReadFile(w.sourceCache())
	must(t, err)
	harms := map[string]func() error{
		"sparse":    func() error { return os.Truncate(w.sourceCache(), 2<<30) },
		"not there": func() error { return os.Remove(w.sourceCache()) },
	}
	for name, text := range map[string]string{
		"empty": "", "no JSON": "\x00\xff{{{", "null": "null", "null in a list": "[null]", "an object": "{}", "deep": strings.Repeat("[", 100_000),
		"cut": string(good[:len(good)/2]), "many": "[" + strings.Repeat("{},", 1_000_000) + "{}]",
	} {
		harms[name] = func() error { return os.WriteFile(w.sourceCache(), []byte(text), 0o600) }
	}
	for name, damage := range damages {
		harms[name] = func() error {
			c := parseCache(t, good)
			damage(c)
			return os.WriteFile(w.sourceCache(), c.text(t), 0o600)
		}
	}
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			must(t, harm())
			s.Forget()
			w.want(0, render, "0 created, 0 updated, 0 removed")
			w.wantOutputs(want)
			if s.Count(gitserver.Fetch) == 0 {
				t.Error("the cache was believed")
			}
			got, err := os.ReadFile(w.sourceCache())
			must(t, err)
			if !bytes.Equal(got, good) {
				t.Errorf("the cache is %.300q, want %.300q", got, good)
			}
		})
	}
}

// Objects that nothing leads to are ignored, and do not stay.
func TestGitCacheForeignObject(t *testing.T) {
	w := newWorld(t)
	_, s, want := w.publish()
	good, err := os.ReadFile(w.sourceCache())
	must(t, err)
	c := parseCache(t, good)
	c.objects = append(c.objects, savedObject{"blob", "evil\n"}, savedObject{"tree", ""}, c.objects[0])
	must(t, os.WriteFile(w.sourceCache(), c.text(t), 0o600))
	s.Forget()
	w.want(0, render, "0 created, 0 updated, 0 removed")
	w.wantOutputs(want)
	if got, err := os.ReadFile(w.sourceCache()); err != nil || !bytes.Equal(got, good) || s.Conns() != 0 {
		t.Errorf("the cache is %.300q, %v; %d connections", got, err, s.Conns())
	}
}

// A thing in the place of the source cache is refused.
func TestGitCacheInTheWay(t *testing.T) {
	w := newWorld(t)
	_, _, want := w.publish()
	for name, make := range map[string]func(string) error{
		"a link":   func(name string) error { return os.Symlink("/etc/passwd", name) },
		"a pipe":   func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"a folder": func(name string) error { return os.Mkdir(name, 0o700) },
		"a device": func(name string) error { return syscall.Mknod(name, syscall.S_IFCHR|0o600, 1<<8|3) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.Remove(w.sourceCache()))
			must(t, make(w.sourceCache()))
			w.want(73, render, "sources.json", "where confit keeps its state")
			w.wantOutputs(want)
			must(t, os.Remove(w.sourceCache()))
			w.want(0, render)
		})
	}
}

// A forged source cache publishes nothing under the name of a signed commit: the server is
// asked, and refuses here. validate says that it fetches nothing.
func TestGitCacheForgedSignature(t *testing.T) {
	w := newWorld(t)
	key := w.SSHKey()
	repo := w.Repo("site.git")
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"x": {Data: "good\n"}}, Sign: []gitserver.Signer{key}})
	s := w.https()
	w.write("signers", key.AllowedSigner("a@example.com")+"\n")
	w.spec(s.URL, "commit: "+repo.Hash("HEAD"), "verify: {allowedSigners: signers}")
	w.want(0, render)
	good, err := os.ReadFile(w.sourceCache())
	must(t, err)
	s.Break(gitserver.Answer(403, "no"))
	for name, damage := range map[string]func(c *savedCommit){
		"the tree": func(c *savedCommit) {
			tree := savedObject{"tree", evil(c, "100644", "x")}
			c.objects[c.find("tree", "x")] = tree
		},
		"the blob": func(c *savedCommit) {
			old := savedObject{"blob", "good\n"}.id()
			c.edit("tree", string(old[:]), evil(c, "", "")[2:])
		},
		"the commit": func(c *savedCommit) { c.forge("tree", "100644", "100755") },
	} {
		c := parseCache(t, good)
		damage(c)
		must(t, os.WriteFile(w.sourceCache(), c.text(t), 0o600))
		w.write("out/x", "evil\n")
		for _, args := range [][]string{render, {"diff"}, {"explain"}} {
			if r := w.confit(args...); r.status != 77 || !strings.Contains(r.stderr, "403") {
				t.Errorf("%s: %v: status %d\n%s", name, args, r.status, r.stderr)
			}
		}
		w.want(64, []string{"validate"}, "--allow-network")
	}
}

// The cache holds the signed tag that names a pinned commit. A cache without it,
// or with another one, saves nothing.
func TestGitCacheForgedTag(t *testing.T) {
	w := newWorld(t)
	key := w.SSHKey()
	repo := w.Repo("site.git", site())
	repo.Tag(gitserver.Tag{Name: "v1", Message: "one", Sign: []gitserver.Signer{key}})
	s := w.https()
	w.write("signers", key.AllowedSigner("a@example.com")+"\n")
	w.spec(s.URL, "ref: v1", "commit: "+repo.Hash("HEAD"), "verify: {allowedSigners: signers, object: tag}")
	w.want(0, render)
	s.Forget()
	w.want(0, render, "0 created")
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
	good, err := os.ReadFile(w.sourceCache())
	must(t, err)
	for name, tc := range map[string]struct {
		damage func(c *savedCommit)
		status int
	}{
		"no tag":         {func(c *savedCommit) { delete(c.fields, "tag") }, 0},
		"no tag object":  {func(c *savedCommit) { c.remove("tag", "v1") }, 0},
		"a tag edited":   {func(c *savedCommit) { c.edit("tag", "one", "two") }, 0},
		"another commit": {func(c *savedCommit) { c.forge("tag", repo.Hash("HEAD"), strings.Repeat("1", 40)) }, 0},
		"a tag forged": {func(c *savedCommit) {
			c.edit("tag", "one", "two")
			id := c.objects[c.find("tag", "two")].id()
			c.fields["tag"] = hex.EncodeToString(id[:])
		}, 77},
	} {
		t.Run(name, func(t *testing.T) {
			c := parseCache(t, good)
			tc.damage(c)
			must(t, os.WriteFile(w.sourceCache(), c.text(t), 0o600))
			s.Forget()
			w.want(tc.status, render)
			if tc.status == 0 && s.Count(gitserver.Fetch) == 0 {
				t.Error("the cache was believed")
			}
		})
	}
}

// The server says which commit a branch means: a forged one is fetched.
func TestGitCacheForgedBranch(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	w.spec(s.URL, "ref: main")
	w.want(0, render)
	good, err := os.ReadFile(w.sourceCache())
	must(t, err)
	c := parseCache(t, good)
	c.forge("tree", "logo.bin", "evil.bin")
	must(t, os.WriteFile(w.sourceCache(), c.text(t), 0o600))
	s.Forget()
	w.want(0, render, "0 created, 0 updated, 0 removed")
	w.wantOutputs(repo.Archive("HEAD", ""))
	if s.Count(gitserver.Fetch) != 1 {
		t.Errorf("the server was asked %v", s.Requests())
	}
}

// validate reads no source cache outside of the checkout: another run may have fetched a
// private repository there.
func TestGitCacheElsewhere(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("private.git", gitserver.Commit{Files: gitserver.Tree{"values/v.yaml": {Data: "db: {dsn: " + secretText + "}\n"}}})
	s := w.https()
	out := t.TempDir()
	spec := strings.NewReplacer("URL", s.URL, "HASH", repo.Hash("HEAD"), "OUT", out).Replace("version: 1\nsources: [{git: URL/private.git, commit: HASH, read: [values/*.yaml], auth: auth}]\n" +
		"render: [{inline: '{{ fail .Values.db.dsn }}', to: x}]\nsinks: [{dir: OUT}]\n")
	w.write("deploy.yaml", strings.Replace(spec, "inline: '{{ fail .Values.db.dsn }}', to: x", "values: ., to: x.yaml", 1))
	w.want(0, []string{"render", "-c", "deploy.yaml"})
	w.write("pr/.git/HEAD", "ref: refs/heads/main\n")
	w.write("pr/confit.yaml", strings.Replace(spec, ", auth: auth", "", 1))
	w.dir = filepath.Join(w.dir, "pr")
	must(t, os.Symlink(out, filepath.Join(w.dir, "link")))
	for range 2 {
		r := w.want(64, []string{"validate"}, "--allow-network")
		if form := leakIn(r.stdout + r.stderr); form != "" {
			t.Errorf("validate shows %q:\n%s%s", form, r.stdout, r.stderr)
		}
		w.write("confit.yaml", strings.NewReplacer(out, "link", ", auth: auth", "").Replace(spec))
	}
}

// A value in the place of a secret is one: the source cache holds neither its text nor its
// hash, whether the secret lies above or below it, or comes from a variable.
func TestGitCacheSecretValue(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"v.yaml": {Data: "db: {dsn: " + secretText + "}\nport: 1\n"}}})
	s := w.https()
	git := "- {git: " + s.URL + "/site.git, name: site, auth: auth, read: [v.yaml], commit: " + repo.Hash("HEAD") + "}"
	w.write("sec/dsn", "another")
	t.Setenv("CACHE_TEST_DB__DSN", "another")
	for name, tc := range map[string]struct {
		sources string
		saved   bool
	}{
		"no secret":     {git, true},
		"another place": {git + "\n  - {secret: sec, at: other}", true},
		"above":         {git + "\n  - {secret: sec, at: db}", false},
		"below":         {"- {secret: sec, at: db}\n  " + git, false},
		"a variable":    {git + "\n  - {env: CACHE_TEST_, sensitive: true}", false},
		"deleted":       {git + "\n  - {secret: sec, at: db}\n  - {file: none.yaml}", false},
	} {
		t.Run(name, func(t *testing.T) {
			w.write("none.yaml", "db: null\n")
			w.write("confit.yaml", pipe(tc.sources, "- {values: ., to: all.yaml}"))
			for range 2 {
				w.want(0, render)
				data, err := os.ReadFile(w.sourceCache())
				if tc.saved != (err == nil) || tc.saved && !strings.Contains(fmt.Sprint(parseCache(t, data).objects), secretText) {
					t.Errorf("the cache is %.100q, %v", data, err)
				}
			}
			r := w.want(0, []string{"explain"})
			if !tc.saved && leakIn(r.stdout) != "" {
				t.Errorf("explain shows %s", r.stdout)
			}
		})
	}
}

// A file that an earlier run did not need is fetched once by the verb that needs it, and
// nothing is printed twice. Without network, validate names the flag to set.
func TestGitNotHeld(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", site())
	s := w.https()
	source := "- git: " + s.URL + "/site.git\n    name: site\n    auth: auth\n    commit: " + repo.Hash("HEAD")
	w.write("confit.yaml", pipe(source, "- copy: site:**"))
	w.want(0, render)
	w.write("confit.yaml", pipe(source, "- copy: site:**\n  - {inline: '{{ .Files.Get \"site:README.md\" }}', to: new}"))
	for verb, want := range map[string]struct {
		args   []string
		status int
		out    string
	}{
		"diff":     {[]string{"diff"}, 1, "hello"},
		"validate": {[]string{"validate", "--allow-network"}, 0, ""},
		"explain":  {[]string{"explain", "new"}, 0, ""},
	} {
		s.Forget()
		r := w.want(want.status, want.args, want.out)
		if n := s.Count(gitserver.Fetch); n != 1 {
			t.Errorf("%s: %d fetches", verb, n)
		}
		if strings.Contains(r.stdout+r.stderr, "error:") || strings.Contains(r.stderr, "the templates fail") || strings.Count(r.stdout, "+++ ") > 1 {
			t.Errorf("%s says\n%s%s", verb, r.stdout, r.stderr)
		}
	}
	r := w.want(64, []string{"validate"}, "--allow-network")
	if n := strings.Count(r.stdout, "error"); n != 1 {
		t.Errorf("validate says\n%s", r.stdout)
	}
	w.want(0, render, "1 created, 0 updated, 0 removed")
	s.Forget()
	w.want(0, []string{"validate"})
	w.want(0, render, "0 created")
	if s.Conns() != 0 {
		t.Errorf("the server was asked %v", s.Requests())
	}
}

// A run that fails leaves the source cache and the outputs as they were, and they do no harm: the
// next run publishes the commit of its own time, a commit that is pinned meanwhile is fetched, and
// a value that is a secret by now leaves the cache with the first run that ends well.
func TestGitCacheAfterFailure(t *testing.T) {
	w := newWorld(t)
	repo := w.Repo("site.git", gitserver.Commit{Files: gitserver.Tree{"v.yaml": {Data: "db: {dsn: old-dsn}\n"}}})
	s := w.https()
	source := func(fields string) string {
		return "- {git: " + s.URL + "/site.git, name: site, auth: auth, read: [v.yaml], " + fields + "}"
	}
	spec := func(fields, inline string) {
		w.write("confit.yaml", pipe(source(fields), "- {inline: '"+inline+"', to: x}"))
	}
	const good, wrong = "{{ .Values.db.dsn }}", "{{ .Values.db.none }}"
	spec("ref: main", good)
	w.want(0, render)
	first := repo.Hash("HEAD")
	cache := w.read("out/.confit-default/sources.json")
	unchanged := func(want string) {
		t.Helper()
		if w.read("out/.confit-default/sources.json") != cache || w.read("out/x") != want {
			t.Errorf("a failed run changed the cache, or x, which is %q", w.read("out/x"))
		}
	}
	repo.Push(gitserver.Commit{Files: gitserver.Tree{"v.yaml": {Data: "db: {dsn: new-dsn}\n"}}})
	spec("ref: main", wrong)
	w.want(65, render)
	unchanged("old-dsn")
	spec("commit: "+repo.Hash("HEAD"), wrong)
	w.want(65, render)
	unchanged("old-dsn")
	spec("commit: "+first, good)
	w.want(0, render, "0 created, 0 updated")
	spec("commit: "+repo.Hash("HEAD"), good)
	w.want(0, render, "1 updated")
	if got := w.read("out/x"); got != "new-dsn" {
		t.Errorf("x holds %q", got)
	}
	cache = w.read("out/.confit-default/sources.json")
	spec("sensitive: [dsn], commit: "+repo.Hash("HEAD"), wrong)
	w.want(65, render)
	unchanged("new-dsn")
	spec("sensitive: [dsn], commit: "+repo.Hash("HEAD"), good)
	w.want(0, render)
	if text, err := os.ReadFile(w.sourceCache()); err == nil && strings.Contains(fmt.Sprint(parseCache(t, text).objects), "new-dsn") {
		t.Error("the cache holds a secret after a run that ended well")
	}
}
