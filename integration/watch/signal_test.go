package watch

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/integration/harness"
)

// appEnv names the file in which a process of the test binary, as an application, notes its
// signals.
const appEnv = "CONFIT_TEST_APP"

// app is such a process. The first one starts a worker of the same name.
func app(file string) {
	got := make(chan os.Signal, 16)
	signal.Notify(got, syscall.SIGHUP, syscall.SIGUSR2)
	note := func(text string) {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			fmt.Fprintln(f, text)
			f.Close()
		}
	}
	self, _ := os.Executable()
	worker := exec.Command(self)
	worker.Args = os.Args[:1]
	worker.Env = append(os.Environ(), appEnv+"="+file+".worker")
	if !strings.HasSuffix(file, ".worker") {
		if err := worker.Start(); err != nil {
			note(err.Error())
		}
	}
	note("ready")
	go func() { // ends with the test
		_, _ = os.Stdin.Read(make([]byte, 1))
		_ = worker.Process.Kill()
		os.Exit(0)
	}()
	for s := range got {
		note(s.String())
	}
}

// start starts an application of a name, and waits until it and its worker are there.
func (w *world) start(name, user string) (notes func() string) {
	w.t.Helper()
	self, err := os.Executable()
	must(w.t, err)
	copied := filepath.Join(w.t.TempDir(), "app") // which another user may start
	data, err := os.ReadFile(self)
	must(w.t, err)
	must(w.t, os.WriteFile(copied, data, 0o755))
	for at := filepath.Dir(copied); at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		must(w.t, os.Chmod(at, 0o755))
	}
	file := w.path("signals-" + name)
	cmd := exec.Command(copied)
	cmd.Args = []string{name}
	cmd.Env = append(os.Environ(), appEnv+"="+file)
	cmd.Stderr = os.Stderr
	if user != "" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	stdin, err := cmd.StdinPipe()
	must(w.t, err)
	must(w.t, cmd.Start())
	w.t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait() // it ends with its standard input
	})
	read := func(name string) string {
		data, _ := os.ReadFile(name)
		return string(data)
	}
	harness.Await(w.t, "the application", func() (bool, error) {
		return read(file) != "" && read(file+".worker") != "", nil
	})
	return func() string { return read(file) + read(file+".worker") }
}

// The topmost process of a name gets the signal after each change, and its worker does not.
func TestSignal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := fmt.Sprintf("app-%d-top", os.Getpid())
	notes := w.start(name, "")
	w.spec(onePort)
	w.port("1")
	r := w.watch("--signal", name+"=HUP")
	r.says(1, "watching")
	w.port("2")
	r.says(1, "notified: HUP to "+name+", process ")
	r.await("the signal", func() bool { return notes() == "ready\nhangup\nready\n" })
	w.spec(onePort + "watch: {signal: {process: " + name + ", name: SIGUSR2}}\n")
	r.says(1, "0 created, 0 updated, 0 removed, 1 unchanged")
	w.port("3") // the flag goes before the spec
	r.await("the signal", func() bool { return notes() == "ready\nhangup\nhangup\nready\n" })
}

// A process of another user cannot be signalled: the message says what to set. So does that
// of a process that is not there.
func TestSignalRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := fmt.Sprintf("app-%d-other", os.Getpid())
	notes := w.start(name, "nobody")
	w.spec(onePort)
	w.port("1")
	must(t, os.Chmod(filepath.Dir(bin), 0o755))
	must(t, os.Chmod(bin, 0o755))
	r := w.watchAs(&syscall.Credential{Uid: 65532, Gid: 65532}, "--signal", name+"=HUP")
	r.says(1, "watching")
	w.port("2")
	r.says(1, "belongs to user 65534, and confit runs as user 65532")
	r.says(1, "set securityContext: {runAsUser: 65534} on every container of confit in the pod")
	r.says(2, "belongs to user") // it is tried again
	if got := notes(); got != "ready\nready\n" {
		t.Errorf("the application has noted %q", got)
	}
	if status, text := w.confit("watch", "-c", "spec/confit.yaml", "--check"); status != 0 || !strings.Contains(text, "runAsUser: 65534") {
		t.Errorf("--check ends with %d and says %q", status, text)
	}
	r.signal(syscall.SIGTERM)
	r.ends(143)

	r = w.watch("--out", "other", "--signal", "nobody-has-this-name=HUP")
	r.says(1, "watching")
	w.port("3")
	r.says(1, "no process has the name nobody-has-this-name")
	r.says(1, "shareProcessNamespace: true")
}
