package faults

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// secret is the value that may be nowhere but in a file of mode 0640.
const secret = "hunter2"

// A scenario is a run over a directory that an earlier one, if any, has filled.
type scenario struct {
	name     string
	old, new map[string]string      // path → template; nil means no earlier run
	drift    func(dir string) error // after the earlier run
}

var (
	oldSet = map[string]string{"gone": "old", "same": "same", "up": "old", "file": "old", "dir/x/y": "old", "dead/end/z": "old", "s": "old {{ .Values.pw }}"}
	newSet = map[string]string{"same": "same", "up": "new", "file/now/dir": "new", "dir": "new", "fresh/a": "new", "fresh/s": "{{ .Values.pw }}", "s": "new {{ .Values.pw }}"}
)

var scenarios = []scenario{
	{name: "first", new: newSet},
	{name: "update", old: oldSet, new: newSet},
	{name: "prune", old: oldSet, new: map[string]string{"same": "same"}},
	{name: "noop", old: newSet, new: newSet},
	{name: "many", new: many("new")},
	{name: "drift", old: newSet, new: newSet, drift: func(dir string) error { return os.Chmod(filepath.Join(dir, "up"), 0o666) }},
}

// many is a set that is synced in one go: more than 64 steps, at first.
func many(text string) map[string]string {
	set := map[string]string{}
	for i := range 33 {
		set[fmt.Sprintf("d%d/f", i)] = text
	}
	return set
}

// foreign is what was there before us.
var foreign = map[string]string{"mine": "m", "dead/mine": "m"}

// A world is a copy of a scenario's beginning.
type world struct {
	confit string // the binary
	top    string
	out    string
}

// spec writes a spec for a set of outputs.
func (w *world) spec(name string, set map[string]string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nsources: [{secret: %s/pw}]\nsinks: [{dir: %s}]\nrender:\n", w.top, w.out)
	for p, text := range set {
		fmt.Fprintf(&b, "- {inline: %q, to: %s}\n", text, p)
	}
	if len(set) == 0 {
		b.WriteString("[]\n")
	}
	return os.WriteFile(filepath.Join(w.top, name), []byte(b.String()), 0o644)
}

func (w *world) args(spec string) []string {
	return []string{w.confit, "render", "-c", filepath.Join(w.top, spec), "--lock-timeout", "10ms"}
}

// env keeps the runtime quiet: its own threads and signals are not the subject.
var env = []string{"GODEBUG=asyncpreemptoff=1", "GOTRACEBACK=none"}

// run executes a run without a fault, on a thread of its own: a tracer waits for
// any child of its thread.
func (w *world) run(spec string) (status int, out string) {
	alone(func() {
		args := w.args(spec)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = env
		text, _ := cmd.CombinedOutput()
		status, out = cmd.ProcessState.ExitCode(), string(text)
	})
	return status, out
}

func alone(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with f
		f()
	}()
	<-done
}

// struck executes a run under a fault.
func (w *world) struck(spec string, s strike) (*traced, syscall.WaitStatus, string, error) {
	log, err := os.CreateTemp(w.top, "log")
	if err != nil {
		return nil, 0, "", err
	}
	defer log.Close()
	var t *traced
	var ws syscall.WaitStatus
	alone(func() { t, ws, err = trace(w.args(spec), env, w.top, log, s) })
	if err != nil {
		return t, ws, "", err
	}
	text, err := os.ReadFile(log.Name())
	return t, ws, string(text), err
}

// newWorld makes the beginning of a scenario.
func newWorld(t *testing.T, confit string, s scenario) *world {
	t.Helper()
	top, err := os.MkdirTemp("/dev/shm", "confit-faults-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(top) })
	w := &world{confit: confit, top: top, out: filepath.Join(top, "out")}
	must(t, os.Mkdir(filepath.Join(top, "pw"), 0o755))
	must(t, os.WriteFile(filepath.Join(top, "pw", "pw"), []byte(secret), 0o644))
	must(t, w.spec("new.yaml", s.new))
	for p, text := range foreign {
		name := filepath.Join(w.out, p)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(text), 0o600))
	}
	if s.old == nil {
		return w
	}
	must(t, w.spec("old.yaml", s.old))
	if status, out := w.run("old.yaml"); status != 0 {
		t.Fatalf("%s: the earlier run ends %d: %s", s.name, status, out)
	}
	if s.drift != nil {
		must(t, s.drift(w.out))
	}
	return w
}

// A look is a directory's content: what is at each path. Of the state it has
// names and modes only.
type look map[string]item

type item struct {
	text string
	mode fs.FileMode
	id   string // inode and mtime of a file
}

func (w *world) look() (look, error) {
	l := look{}
	err := filepath.WalkDir(w.out, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == w.out {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		p, _ := filepath.Rel(w.out, name)
		it := item{mode: info.Mode()}
		if e.Type().IsRegular() {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			st := info.Sys().(*syscall.Stat_t)
			it.text, it.id = string(text), fmt.Sprint(st.Ino, st.Mtim)
		}
		l[p] = it
		return nil
	})
	return l, err
}

// visible leaves the state directory out.
func (l look) visible() look {
	v := maps.Clone(l)
	maps.DeleteFunc(v, func(p string, _ item) bool { return strings.HasPrefix(p, ".confit-") })
	return v
}

// same compares what users see: without inodes and times, which differ between
// two directories.
func (l look) same(o look) bool {
	return maps.EqualFunc(l, o, func(a, b item) bool { return a.text == b.text && a.mode == b.mode })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
