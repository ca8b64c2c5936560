// Package watch tests confit watch from outside: its binary beside volumes that change as the
// kubelet changes them, HTTP servers and processes that it notifies. It asserts no times.
package watch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/integration/harness"
)

// bin is the directory of the confit binary under test.
var bin string

func TestMain(m *testing.M) {
	if got := os.Getenv(appEnv); got != "" {
		app(got)
	}
	os.Exit(harness.Main(m, &bin))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A world is a directory with volumes and an output directory, out.
type world struct {
	t   *testing.T
	dir string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		must(t, os.Chmod(at, 0o755)) // another user follows the path
	}
	must(t, os.Chmod(dir, 0o777))
	return &world{t, dir}
}

// spec writes the spec into a volume of its own, which never changes.
func (w *world) spec(text string) {
	w.t.Helper()
	w.volume("spec", map[string]string{"confit.yaml": text})
}

// volume makes a volume show files, as the kubelet does: a new generation, one rename over
// ..data, and then the end of the old generation.
func (w *world) volume(name string, files map[string]string) {
	w.t.Helper()
	dir := filepath.Join(w.dir, name)
	must(w.t, os.MkdirAll(dir, 0o755))
	generation, err := os.MkdirTemp(dir, "..2026_")
	must(w.t, err)
	must(w.t, os.Chmod(generation, 0o755))
	for key, text := range files {
		must(w.t, os.WriteFile(filepath.Join(generation, key), []byte(text), 0o644))
	}
	data, next := filepath.Join(dir, "..data"), filepath.Join(dir, "..data_tmp")
	old, _ := os.Readlink(data)
	must(w.t, os.Symlink(filepath.Base(generation), next))
	must(w.t, os.Rename(next, data))
	for key := range files {
		if old == "" {
			must(w.t, os.Symlink("..data/"+key, filepath.Join(dir, key)))
		}
	}
	if old != "" {
		must(w.t, os.RemoveAll(filepath.Join(dir, old)))
	}
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// holds tells whether an output has a text.
func (w *world) holds(name, text string) bool {
	data, err := os.ReadFile(w.path(name))
	return err == nil && string(data) == text
}

// confit runs a verb to its end.
func (w *world) confit(args ...string) (status int, output string) {
	w.t.Helper()
	cmd := exec.Command(filepath.Join(bin, "confit"), args...)
	cmd.Dir = w.dir
	out, _ := cmd.CombinedOutput() // the status is looked at
	return cmd.ProcessState.ExitCode(), string(out)
}

// A watcher is a running confit watch.
type watcher struct {
	*world
	cmd    *exec.Cmd
	output string // the file that holds what it says
}

// watch starts confit watch, which ends with the test.
func (w *world) watch(args ...string) *watcher {
	w.t.Helper()
	return w.watchAs(nil, args...)
}

func (w *world) watchAs(user *syscall.Credential, args ...string) *watcher {
	w.t.Helper()
	args = append([]string{"watch", "-c", "spec/confit.yaml", "--interval", "20ms"}, args...)
	r := &watcher{world: w, cmd: exec.Command(filepath.Join(bin, "confit"), args...)}
	f, err := os.CreateTemp(w.t.TempDir(), "output")
	must(w.t, err)
	defer f.Close()
	r.output = f.Name()
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = w.dir, f, f
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
	must(w.t, r.cmd.Start())
	w.t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // it has ended, perhaps
		_ = r.cmd.Wait()
		if w.t.Failed() {
			w.t.Logf("the watcher said:\n%s", r.said())
		}
	})
	return r
}

func (r *watcher) said() string {
	data, _ := os.ReadFile(r.output)
	return string(data)
}

// await waits for an event while the watcher runs.
func (r *watcher) await(event string, happened func() bool) {
	r.t.Helper()
	harness.Await(r.t, event, func() (bool, error) {
		if happened() {
			return true, nil
		}
		_, err := harness.Stat(r.cmd.Process.Pid)
		return false, err
	})
}

// says waits until the watcher has said a text n times.
func (r *watcher) says(n int, text string) {
	r.t.Helper()
	r.await(fmt.Sprintf("%d times %q", n, text), func() bool { return strings.Count(r.said(), text) >= n })
}

// ends waits for the end of the watcher.
func (r *watcher) ends(status int) {
	r.t.Helper()
	_ = r.cmd.Wait() // the status is looked at
	if got := r.cmd.ProcessState.ExitCode(); got != status {
		r.t.Errorf("the watcher ended with %v, want status %d", r.cmd.ProcessState, status)
	}
}

// signal sends the watcher a signal.
func (r *watcher) signal(s syscall.Signal) {
	r.t.Helper()
	must(r.t, r.cmd.Process.Signal(s))
}

// files lists what is in the output directory, each with what a rewrite would change.
func (w *world) files() string {
	w.t.Helper()
	var all bytes.Buffer
	cmd := exec.Command("find", "out", "-printf", "%p %i %m %T@ %C@ %s\n")
	cmd.Dir, cmd.Stdout = w.dir, &all
	must(w.t, cmd.Run())
	return all.String()
}
