package integration

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/gitserver"
)

// password is the credential that no output may show.
const password = "hunter2-hunter2"

// A gitWorld is repositories, their servers, and a folder with a spec that reads them.
type gitWorld struct {
	*gitserver.World
	t   *testing.T
	dir string
}

func newGitWorld(t *testing.T) *gitWorld {
	t.Helper()
	return &gitWorld{gitserver.For(t), t, t.TempDir()}
}

func (w *gitWorld) write(name, text string) {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		w.t.Fatal(err)
	}
}

// https starts a server that asks for a password, and writes the Secret for it to auth.
func (w *gitWorld) https() *gitserver.HTTP {
	w.t.Helper()
	s := w.HTTP(gitserver.HTTPOptions{Username: "robot", Password: password, V0: true})
	w.write("auth/username", "robot")
	w.write("auth/password", password+"\n")
	w.write("auth/ca.crt", string(s.CA))
	return s
}

// spec writes a spec with a source site.git of that server and the given fields, that
// copies all of it.
func (w *gitWorld) spec(url string, fields ...string) {
	w.t.Helper()
	fields = append([]string{"name: site", "auth: auth"}, fields...)
	w.write("confit.yaml", fmt.Sprintf(`version: 1
sources:
  - git: %s/site.git
    %s
render:
  - copy: site:**
limits: {git: {time: 5s}}
sinks: [{dir: out}]
`, url, strings.Join(fields, "\n    ")))
}

// An outcome is what a run of confit did.
type outcome struct {
	status         int
	stdout, stderr string
}

// confit runs in the folder. Whatever it does, it shows no password.
func (w *gitWorld) confit(args ...string) outcome {
	w.t.Helper()
	cmd := exec.Command(filepath.Join(bin, "confit"), args...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	r := outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if strings.Contains(r.stdout+r.stderr, password) || strings.Contains(r.stderr, "goroutine ") {
		w.t.Errorf("confit %v says\n%s%s", args, r.stdout, r.stderr)
	}
	return r
}

// want runs confit, wants a status, and each of the texts in what it says.
func (w *gitWorld) want(status int, args []string, texts ...string) outcome {
	w.t.Helper()
	r := w.confit(args...)
	if r.status != status {
		w.t.Fatalf("confit %v: status %d, want %d\n%s", args, r.status, status, r.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(r.stderr+r.stdout, text) {
			w.t.Errorf("confit %v does not say %q:\n%s%s", args, text, r.stderr, r.stdout)
		}
	}
	return r
}

var render = []string{"render"}

// same holds what was published against the files of a commit.
func (w *gitWorld) same(want gitserver.Tree) {
	w.t.Helper()
	got, err := gitserver.ReadDir(filepath.Join(w.dir, "out"), ".confit-default")
	if err != nil {
		w.t.Fatal(err)
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("published are\n%v, want\n%v", paths(got), paths(want))
	}
}

func paths(tree gitserver.Tree) string {
	var b strings.Builder
	for name, f := range tree {
		fmt.Fprintf(&b, "%s %s %d bytes; ", name, f.Mode, len(f.Data))
	}
	return b.String()
}

// nothing wants that no output directory was made.
func (w *gitWorld) nothing() {
	w.t.Helper()
	if _, err := os.Lstat(filepath.Join(w.dir, "out")); !os.IsNotExist(err) {
		names, _ := filepath.Glob(filepath.Join(w.dir, "out", ".confit-default", "*"))
		w.t.Errorf("the output directory is there: %v %v", err, names)
	}
}

// pipe is a spec of these sources and outputs.
func pipe(sources, outputs string) string {
	return "version: 1\nsources:\n  " + sources + "\nrender:\n  " + outputs + "\nlimits: {git: {time: 5m}}\nsinks: [{dir: out}]\n"
}
