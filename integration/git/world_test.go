// Package git tests the Git sources of confit from outside, against servers that it starts
// itself. It imports nothing of the product.
package git

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
	"confit/integration/harness"
)

// bin is the directory of the confit binary under test.
var bin string

func TestMain(m *testing.M) { os.Exit(harness.Main(m, &bin)) }

const (
	password = "hunter2-hunter2" // the credential that no output may show

	// patient is a limit that no run reaches, however slow the machine is.
	patient = "1h"
)

// A world is repositories, their servers, and a folder with a spec that reads them.
type world struct {
	*gitserver.World
	t    *testing.T
	dir  string
	time string // the limit of a Git source in the spec that spec writes
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{gitserver.For(t), t, t.TempDir(), patient}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) write(name, text string) {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	must(w.t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(w.t, os.WriteFile(name, []byte(text), 0o644))
}

func (w *world) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	must(w.t, err)
	return string(text)
}

// https starts a server that asks for a password, and writes the Secret for it to auth.
func (w *world) https() *gitserver.HTTP {
	w.t.Helper()
	s := w.HTTP(gitserver.HTTPOptions{Username: "robot", Password: password, V0: true})
	w.write("auth/username", "robot")
	w.write("auth/password", password+"\n")
	w.write("auth/ca.crt", string(s.CA))
	return s
}

// spec writes a spec with a source site.git of that server and the given fields, that
// copies all of it.
func (w *world) spec(url string, fields ...string) {
	w.t.Helper()
	fields = append([]string{"name: site", "auth: auth"}, fields...)
	w.write("confit.yaml", fmt.Sprintf(`version: 1
sources:
  - git: %s/site.git
    %s
render:
  - copy: site:**
limits: {git: {time: %s}}
sinks: [{dir: out}]
`, url, strings.Join(fields, "\n    "), w.time))
}

// An outcome is what a run of confit did.
type outcome struct {
	status         int
	stdout, stderr string
}

// command is confit in the folder, with time limits that no run reaches.
func (w *world) command(args ...string) *exec.Cmd {
	args = append(args, "--timeout", patient)
	if args[0] == "render" {
		args = append(args, "--lock-timeout", patient)
	}
	cmd := exec.Command(filepath.Join(bin, "confit"), args...)
	cmd.Dir = w.dir
	return cmd
}

// confit runs in the folder. Whatever it does, it shows no password.
func (w *world) confit(args ...string) outcome {
	w.t.Helper()
	cmd := w.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		w.t.Error(err) // not Fatal: some runs are not of the test's goroutine
	}
	r := outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if strings.Contains(r.stdout+r.stderr, password) || strings.Contains(r.stderr, "goroutine ") {
		w.t.Errorf("confit %v says\n%s%s", args, r.stdout, r.stderr)
	}
	return r
}

// want runs confit, and wants a status and each of the texts in its messages.
func (w *world) want(status int, args []string, texts ...string) outcome {
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

// wantOutputs compares the outputs with the files of a commit.
func (w *world) wantOutputs(want gitserver.Tree) {
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

// wantNoOutputs wants no output directory.
func (w *world) wantNoOutputs() {
	w.t.Helper()
	if _, err := os.Lstat(filepath.Join(w.dir, "out")); !os.IsNotExist(err) {
		names, _ := filepath.Glob(filepath.Join(w.dir, "out", ".confit-default", "*"))
		w.t.Errorf("the output directory is there: %v %v", err, names)
	}
}

// pipe is a spec with these sources and outputs.
func pipe(sources, outputs string) string {
	return "version: 1\nsources:\n  " + sources + "\nrender:\n  " + outputs + "\nlimits: {git: {time: " + patient + "}}\nsinks: [{dir: out}]\n"
}
