package git

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/integration/gitserver"
)

// memo is the file in which confit notes the Git sources of a directory.
func (w *world) memo() string { return filepath.Join(w.dir, "out/.confit-default/sources.json") }

// publish publishes values, a template and files of one commit, and gives the outputs.
func (w *world) publish() (*gitserver.TestRepo, *gitserver.HTTP, gitserver.Tree) {
	w.t.Helper()
	repo := w.Repo("site.git", site())
	s := w.https()
	w.write("confit.yaml", strings.NewReplacer("URL", s.URL, "ref: v1", "commit: "+repo.Hash("HEAD")).Replace(pipeSpec))
	w.want(0, render)
	want, err := gitserver.ReadDir(filepath.Join(w.dir, "out"), ".confit-default")
	must(w.t, err)
	return repo, s, want
}

// A memo only saves work. After one that is damaged, forged, huge or foreign, confit fetches
// again and publishes the right bytes.
func TestGitMemoHarmed(t *testing.T) {
	w := newWorld(t)
	_, s, want := w.publish()
	good, err := os.ReadFile(w.memo())
	must(t, err)
	field := func(name string, change func(old string) any) func() error {
		return func() error {
			var all []map[string]any
			if err := json.Unmarshal(good, &all); err != nil {
				return err
			}
			old, _ := all[0][name].(string)
			all[0][name] = change(old)
			data, err := json.Marshal(all)
			if err != nil {
				return err
			}
			return os.WriteFile(w.memo(), data, 0o600)
		}
	}
	raw := func(text string) func() error {
		return func() error { return os.WriteFile(w.memo(), []byte(text), 0o600) }
	}
	line := func(change func(mode, id, size, name string) string) func() error {
		return field("files", func(old string) any {
			first, rest, _ := strings.Cut(old, "\n")
			head, name, _ := strings.Cut(first, "\t")
			f := strings.Fields(head)
			return change(f[0], f[2], f[3], name) + "\n" + rest
		})
	}
	named := func(name string) func() error {
		return line(func(mode, id, size, _ string) string { return mode + " blob " + id + " " + size + "\t" + name })
	}
	sized := func(size string) func() error {
		return line(func(mode, id, _, name string) string { return mode + " blob " + id + " " + size + "\t" + name })
	}
	for name, harm := range map[string]func() error{
		"empty":              raw(""),
		"no JSON":            raw("\x00\xff{{{"),
		"null":               raw("null"),
		"null in a list":     raw("[null]"),
		"an object":          raw("{}"),
		"deep":               raw(strings.Repeat("[", 100_000)),
		"cut":                raw(string(good[:len(good)/2])),
		"many":               raw("[" + strings.Repeat("{},", 1_000_000) + "{}]"),
		"files of no text":   field("files", func(string) any { return 7 }),
		"data of no map":     field("data", func(string) any { return []int{1} }),
		"no data":            field("data", func(string) any { return nil }),
		"data of another":    field("data", func(string) any { return map[string][]byte{strings.Repeat("0", 40): []byte("evil")} }),
		"another commit":     field("commit", func(string) any { return strings.Repeat("1", 40) }),
		"no commit":          field("object", func(string) any { return "" }),
		"another object":     field("object", func(string) any { return []byte("tree " + strings.Repeat("1", 40) + "\n") }),
		"another question":   field("asked", func(old string) any { return old + " " }),
		"a path that leaves": named("../../etc/passwd"),
		"an absolute path":   named("/etc/passwd"),
		"a path with a dot":  named("a/./b"),
		"an empty path":      named(""),
		"a path with NUL":    named("a\x00b"),
		"out of order":       named("zzz"),
		"no tab": line(func(mode, id, size, name string) string {
			return mode + " blob " + id + " " + size + " " + name
		}),
		"a negative size": sized("-1"),
		"a huge size":     sized("4611686018427387903"),
		"a large size":    sized("1099511627776"),
		"no size":         sized("x"),
		"a symlink":       line(func(_, id, size, name string) string { return "120000 blob " + id + " " + size + "\t" + name }),
		"no id":           line(func(mode, _, size, name string) string { return mode + " blob xyz " + size + "\t" + name }),
		"twice":           field("files", func(old string) any { return old + old }),
		"sparse":          func() error { return os.Truncate(w.memo(), 2<<30) },
		"not there":       func() error { return os.Remove(w.memo()) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, harm())
			s.Forget()
			w.want(0, render, "0 created, 0 updated, 0 removed")
			w.wantOutputs(want)
			if s.Count(gitserver.Fetch) == 0 {
				t.Error("the memo was believed")
			}
			got, err := os.ReadFile(w.memo())
			must(t, err)
			if string(got) != string(good) {
				t.Errorf("the memo is %.300q, want %.300q", got, good)
			}
		})
	}
	for name, make := range map[string]func(string) error{
		"a link":    func(name string) error { return os.Symlink("/etc/passwd", name) },
		"a pipe":    func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"a folder":  func(name string) error { return os.Mkdir(name, 0o700) },
		"a machine": func(name string) error { return syscall.Mknod(name, syscall.S_IFCHR|0o600, 1<<8|3) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.Remove(w.memo()))
			must(t, make(w.memo()))
			w.want(73, render, "sources.json", "where confit keeps its state")
			w.wantOutputs(want)
			must(t, os.Remove(w.memo()))
			w.want(0, render)
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
		if strings.Contains(r.stdout+r.stderr, "error") || strings.Contains(r.stderr, "the templates fail") || strings.Count(r.stdout, "+++ ") > 1 {
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
