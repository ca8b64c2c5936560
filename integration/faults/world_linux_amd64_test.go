package faults

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// secret is the value that may be nowhere but in a file of mode 0640.
const secret = "hunter2"

// A scenario is a run over a directory that an earlier one, if any, has filled.
type scenario struct {
	name     string
	old, new map[string]string        // path → template; nil means no earlier run
	before   func(out string) error   // the earlier run
	drift    func(out string) error   // after the earlier run
	adopt    bool                     // overwrite: true on the outputs
	lacks    map[string]syscall.Errno // calls that the file system does not have
	init     bool                     // the run is process 1
	portable bool                     // the program without the calls that only Linux has
	kinds    []strike                 // nil means all
}

var (
	oldSet = map[string]string{"gone": "old", "same": "same", "up": "old", "file": "old", "dir/x/y": "old", "dead/end/z": "old", "s": "old {{ .Values.pw }}"}
	newSet = map[string]string{"same": "same", "up": "new", "file/now/dir": "new", "dir": "new", "fresh/a": "new", "fresh/s": "{{ .Values.pw }}", "s": "new {{ .Values.pw }}", "top": "new"}
	update = scenario{name: "update", old: oldSet, new: newSet}
)

func scenarios() []scenario {
	signals := strikes()[:3]
	few := []strike{{signal: syscall.SIGKILL}, {errno: syscall.EIO}, {errno: syscall.ENOSPC, on: true}}
	first, prune := scenario{name: "first", new: newSet}, scenario{name: "prune", old: oldSet, new: map[string]string{"same": "same"}}
	manyUpdate := scenario{name: "many, update", old: many("old"), new: many("new"), kinds: few}
	return []scenario{
		first,
		{name: "first, no directory", new: newSet, before: os.RemoveAll},
		update,
		{name: "update as process 1", old: oldSet, new: newSet, init: true, kinds: signals},
		{name: "update, no links", old: oldSet, new: newSet, lacks: map[string]syscall.Errno{"linkat": syscall.EPERM, "renameat2": syscall.EINVAL}},
		prune,
		{name: "nothing left", old: oldSet},
		{name: "noop", old: newSet, new: newSet},
		{name: "drift", old: newSet, new: newSet, drift: drift},
		{name: "takeover", new: newSet, adopt: true, drift: strangers},
		{name: "setgid", old: oldSet, new: newSet, before: setgid},
		{name: "many", new: many("new"), kinds: few},
		portably(first), portably(update), portably(prune), portably(manyUpdate),
		manyUpdate,
	}
}

// portably is a scenario for the portable program.
func portably(s scenario) scenario {
	s.name, s.portable = s.name+", portably", true
	return s
}

// many is a set that is synced in one go, staged and in place, and published on two cores.
func many(text string) map[string]string {
	set := map[string]string{}
	for i := range 65 {
		set[fmt.Sprintf("d%d/f", i)] = text
	}
	return set
}

func drift(out string) error {
	return errors.Join(
		os.Chmod(filepath.Join(out, "up"), 0o666), os.Chmod(filepath.Join(out, "fresh"), 0o700),
		os.WriteFile(filepath.Join(out, "top"), []byte("not ours"), 0o644), os.Remove(filepath.Join(out, "s")))
}

func strangers(out string) error {
	return errors.Join(os.Mkdir(filepath.Join(out, "fresh"), 0o755),
		os.WriteFile(filepath.Join(out, "fresh/s"), []byte("theirs"), 0o600), os.WriteFile(filepath.Join(out, "up"), []byte("theirs"), 0o666))
}

func setgid(out string) error {
	return errors.Join(os.Chown(out, -1, 4242), os.Chmod(out, fs.ModeSetgid|0o777))
}

// foreign is what was there before us.
var foreign = map[string]string{"mine": "m", "dead/mine": "m"}

// A scene is a scenario made ready: the specs, and the directory to begin with, of
// which each run gets a copy.
type scene struct {
	scenario
	top string // holds the specs
	out string

	mu   sync.Mutex
	seen map[string]string // what is wrong with the run after one that left this
}

func newScene(t *testing.T, s scenario) *scene {
	t.Helper()
	top, err := os.MkdirTemp(memory, "")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(top) })
	sc := &scene{scenario: s, top: top, out: filepath.Join(top, "out"), seen: map[string]string{}}
	must(t, os.Mkdir(filepath.Join(top, "pw"), 0o755))
	must(t, os.WriteFile(filepath.Join(top, "pw", "pw"), []byte(secret), 0o644))
	must(t, sc.spec("new.yaml", s.new))
	for p, text := range foreign {
		name := filepath.Join(sc.out, p)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(text), 0o600))
	}
	if s.before != nil {
		must(t, s.before(sc.out))
	}
	if s.old != nil {
		must(t, sc.spec("old.yaml", s.old))
		if status, out := (&world{scene: sc, dir: top}).run("old.yaml", "1ms"); status != 0 {
			t.Fatalf("%s: the earlier run ends %d: %s", s.name, status, out)
		}
	}
	if s.drift != nil {
		must(t, s.drift(sc.out))
	}
	return sc
}

// spec writes a spec for a set of outputs.
func (s *scene) spec(name string, set map[string]string) error {
	var b strings.Builder
	b.WriteString("version: 1\nsources: [{secret: pw}]\nsinks: [{dir: out}]\nrender:\n")
	for p, text := range set {
		fmt.Fprintf(&b, "- {inline: %q, to: %s, overwrite: %v}\n", text, p, s.adopt)
	}
	if len(set) == 0 {
		b.WriteString("- {inline: x, to: x, when: never}\n")
	}
	return os.WriteFile(filepath.Join(s.top, name), []byte(b.String()), 0o644)
}

// A world is a copy of a scene.
type world struct {
	*scene
	dir string // holds out
}

func (s *scene) world(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp(memory, "")
	must(t, err)
	must(t, clone(s.out, filepath.Join(dir, "out")))
	return &world{s, dir}
}

func (w *world) end() { os.RemoveAll(w.dir) }

func (w *world) path(p string) string { return filepath.Join(w.dir, "out", p) }

func (w *world) args(spec, wait string) []string {
	bin := confit
	if w.portable {
		bin = portable
	}
	return []string{bin, "render", "-c", filepath.Join(w.top, spec), "--out", w.path(""), "--lock-timeout", wait, "--timeout", "1h"}
}

// env keeps the runtime quiet: its own threads and signals are not the subject.
var env = []string{"GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "GOTRACEBACK=none"}

// run executes a run without a fault, on a thread of its own: a tracer waits for
// any child of its thread.
func (w *world) run(spec, wait string) (status int, out string) {
	alone(func() {
		args := w.args(spec, wait)
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

// An end is how a traced run ended.
type end struct {
	*traced
	ws  syscall.WaitStatus
	log string
}

// struck executes a run under a fault; each, if any, is called before each call.
func (w *world) struck(s strike, each func(n int, name string)) (end, error) {
	log, err := os.Create(filepath.Join(w.dir, "log"))
	if err != nil {
		return end{}, err
	}
	defer log.Close()
	var e end
	alone(func() {
		e.traced, e.ws, err = trace(job{args: w.args("new.yaml", "1ms"), env: env, dir: w.dir, out: log, init: w.init, sink: w.path(""), lacks: w.lacks, each: each, strike: s})
	})
	if err != nil {
		return e, err
	}
	text, err := os.ReadFile(log.Name())
	e.log = string(text)
	return e, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
