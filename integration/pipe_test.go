package integration

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const twoSinks = `version: 1
sources: [{secret: secret, at: s}]
render:
  - {inline: "{{ .Values.s.password }}", to: x, sink: a}
  - {inline: "{{ .Values.s.password }}", to: y, sink: b}
sinks: [{dir: one, name: a}, {dir: two, name: b}]
`

// readerGone gives a pipe that nobody reads.
func readerGone(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	must(t, r.Close())
	t.Cleanup(func() { w.Close() })
	return w
}

// A reader of the messages that has gone changes nothing: each sink gets its files, and the
// status is the same. The notices of the first sink come before the second is written.
func TestReaderOfMessagesGone(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "secret"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "secret/password"), []byte("hunter2"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte(twoSinks), 0o644))
	run := func(args ...string) int {
		cmd := exec.Command(filepath.Join(bin, "confit"), args...)
		cmd.Dir, cmd.Stderr = dir, readerGone(t)
		return statusOf(t, cmd.Run())
	}
	for _, args := range [][]string{{"render"}, {"render", "-v"}, {"render", "--log-format", "json"}} {
		if got := run(args...); got != 0 {
			t.Errorf("%v: status %d, want 0", args, got)
		}
		for _, name := range []string{"one/x", "two/y"} {
			if data, err := os.ReadFile(filepath.Join(dir, name)); string(data) != "hunter2" || err != nil {
				t.Errorf("%v: %s is %q, %v", args, name, data, err)
			}
		}
		must(t, errors.Join(os.RemoveAll(filepath.Join(dir, "one")), os.RemoveAll(filepath.Join(dir, "two"))))
	}
	if got := run("render", "-c", "nowhere.yaml"); got != 66 {
		t.Errorf("a spec that is missing: status %d, want 66", got)
	}
}

// A reader of data that has gone ends the run without a word, like a pager that was left.
func TestReaderOfDataGone(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte("version: 1\nrender: [{inline: x, to: a}]\nsinks: [{dir: out}]\n"), 0o644))
	for _, args := range [][]string{{"diff"}, {"diff", "--format", "json"}, {"render", "--out", "-"}, {"explain", "--set", "a=1"}, {"validate", "--set", "a=1"}, {"report", "--out", "-"}, {"schema"}} {
		var stderr bytes.Buffer
		cmd := exec.Command(filepath.Join(bin, "confit"), args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, readerGone(t), &stderr
		if got := statusOf(t, cmd.Run()); got != 141 || stderr.Len() > 0 {
			t.Errorf("%v: status %d, want 141; stderr is %q", args, got, &stderr)
		}
	}
}

func statusOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err == nil {
		return 0
	}
	return exit.ExitCode()
}
