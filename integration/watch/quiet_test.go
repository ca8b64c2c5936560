package watch

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// When nothing has changed, a look is one readlink a volume, and the watcher touches no other
// file.
func TestQuiet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(`version: 1
sources: [{configMap: ../config}, {secret: ../secret}, {file: ../plain.yaml}]
render: [{values: ., to: all.yaml}]
sinks: [{dir: ../out}]
`)
	w.port("1")
	w.volume("secret", map[string]string{"password": "hunter2"})
	must(t, os.WriteFile(w.path("plain.yaml"), []byte("a: 1\n"), 0o644))
	r := w.watch("--signal", "nobody=HUP")
	r.says(1, "watching 3 volumes and 1 other path, every 20ms")
	trace := w.path("trace")
	strace := exec.Command("strace", "-f", "-qq", "-o", trace, "-e", "trace=%file,write,pwrite64,fsync,ftruncate", "-p", fmt.Sprint(r.cmd.Process.Pid))
	must(t, strace.Start())
	t.Cleanup(func() { _ = strace.Process.Kill(); _ = strace.Wait() })
	const looks = 20
	calls := func() map[string]int {
		data, _ := os.ReadFile(trace)
		counts := map[string]int{}
		for line := range strings.Lines(string(data)) {
			counts[call(line)]++
		}
		return counts
	}
	r.await("some looks", func() bool { return calls()["readlinkat config/..data"] >= looks })
	_ = strace.Process.Signal(syscall.SIGINT)
	_ = strace.Wait() // of a signal
	counts := calls()
	total := counts["readlinkat config/..data"]
	for _, want := range []string{"readlinkat config/..data", "readlinkat secret/..data", "readlinkat spec/..data", "newfstatat plain.yaml"} {
		if n := counts[want]; n < total-1 || n > total+1 {
			t.Errorf("%d times %s in %d looks", n, want, total)
		}
		delete(counts, want)
	}
	delete(counts, "")
	if len(counts) > 0 {
		t.Errorf("the watcher also does %v", counts)
	}

	// A file outside of volumes is seen, too.
	must(t, os.WriteFile(w.path("plain.yaml"), []byte("a: 2000\n"), 0o644))
	r.says(1, "1 updated")
}

// call is the name of a system call in a line of strace and the end of its path; "" for what
// the runtime does to wake its own threads, and for the second half of a call.
func call(line string) string {
	m := regexp.MustCompile(`^\d+ +(\w+)\((?:AT_FDCWD, )?(?:"([^"]*)"|(\d+), ("\\1\\0\\0\\0\\0\\0\\0\\0"))?`).FindStringSubmatch(line)
	if m == nil || m[4] != "" {
		return ""
	}
	path := strings.Split(m[2], "/")
	if len(path) > 1 && path[len(path)-1] == "..data" {
		path = path[len(path)-2:]
	} else {
		path = path[len(path)-1:]
	}
	return m[1] + " " + strings.Join(path, "/")
}

// A watcher that is stopped answers no probe, and a check of a watcher that is not there says
// so. A second watcher of the same spec is refused.
func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(onePort)
	w.port("1")
	check := func(want int, say string) {
		t.Helper()
		if status, text := w.confit("watch", "-c", "spec/confit.yaml", "--check"); status != want || !strings.Contains(text, say) {
			t.Errorf("--check ends with %d and says %q, want %d and %q", status, text, want, say)
		}
	}
	check(69, "no watcher answers")
	r := w.watch("--interval", "2s")
	r.says(1, "watching")
	check(0, "well")
	if status, text := w.confit("watch", "-c", "spec/confit.yaml"); status != 75 || !strings.Contains(text, "another watcher of the same spec") {
		t.Errorf("a second watcher ends with %d and says %q", status, text)
	}
	if status, _ := w.confit("watch", "-c", "spec/confit.yaml", "--out", "elsewhere", "--check"); status != 69 {
		t.Errorf("the check of another watcher ends with %d", status)
	}
	r.signal(syscall.SIGSTOP)
	check(69, "no watcher answers")
	r.signal(syscall.SIGCONT)
	r.signal(syscall.SIGTERM)
	r.ends(143)
	check(69, "no watcher answers")
	if files := w.files(); strings.Contains(files, "alive") || strings.Count(files, "\n") > 4 {
		t.Errorf("the watcher has left files:\n%s", files)
	}
}

// The watcher answers its own user and root only: all containers of a pod can reach the socket.
func TestCheckAsOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec(onePort)
	w.port("1")
	r := w.watch("--interval", "2s")
	r.says(1, "watching")
	must(t, os.Chmod(bin, 0o755))
	cmd := exec.Command(bin+"/confit", "watch", "-c", "spec/confit.yaml", "--check")
	cmd.Dir = w.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, _ := cmd.CombinedOutput() // the status is looked at
	if cmd.ProcessState.ExitCode() != 69 {
		t.Errorf("another user gets %v: %s", cmd.ProcessState, out)
	}
}
