package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespace runs the rest of its arguments with a /dev of its own, where the termination
// log is the file of the first argument, as the kubelet makes it.
const inNamespace = `mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && : >/dev/termination-log &&
mount --bind "$1" /dev/termination-log && shift && exec "$@"`

// TestProbeSignals ends a run by each signal while a template has a secret in hand, and looks
// for the secret in stdout, stderr, the state and the termination log. Without a signal, the
// time limit ends the run.
func TestProbeSignals(t *testing.T) {
	if err := exec.Command("unshare", "--mount", "true").Run(); err != nil {
		t.Skip("no mount namespace can be made:", err)
	}
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
		says   string
	}{
		"SIGTERM": {syscall.SIGTERM, 143, "ended by terminated"},
		"SIGINT":  {syscall.SIGINT, 130, "ended by interrupt"},
		"SIGQUIT": {syscall.SIGQUIT, 131, "ended by quit"},
		"SIGABRT": {syscall.SIGABRT, 2, ""},
		"SIGSEGV": {syscall.SIGSEGV, 2, ""},
		"none":    {0, 65, "nothing was written"},
	} {
		t.Run(name, func(t *testing.T) {
			var shown [2]string
			for i, canary := range canaries {
				text := "{{ range 1000000000 }}{{ range 1000000000 }}{{ $.Values.s.k | upper | b64enc }}{{ end }}{{ end }}"
				if c.signal == 0 {
					text = "{{ fail .Values.s.k }}"
				}
				shown[i] = endedBySignal(t, canary, text, c.signal, c.status)
				if !strings.Contains(shown[i], c.says) || c.says != "" && strings.Count(shown[i], c.says) != 2 {
					t.Errorf("stderr and the termination log do not say %q:\n%s", c.says, shown[i])
				}
				for _, needle := range needles(canary) {
					if strings.Contains(strings.ToLower(shown[i]), strings.ToLower(needle)) {
						t.Errorf("%q is shown:\n%s", needle, shown[i])
					}
				}
			}
			if shown[0] != shown[1] {
				t.Errorf("the length shows:\n%s\nand\n%s", shown[0], shown[1])
			}
		})
	}
}

// endedBySignal runs a template on a secret, ends the run by a signal once it is under way, and
// gives all that is shown.
func endedBySignal(t *testing.T, canary, text string, signal syscall.Signal, status int) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "sec/k", canary)
	put(t, dir, "app.tmpl", text)
	put(t, dir, "confit.yaml", "version: 1\nsources: [{secret: sec, at: s}]\nrender: [{template: app.tmpl, to: x}]\nsinks: [{dir: out}]\n")
	put(t, dir, "log", "")
	cmd := exec.Command("unshare", "--mount", "sh", "-c", inNamespace, "sh", filepath.Join(dir, "log"), os.Args[0], "render", "--timeout", "1h")
	var shown bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &shown, &shown
	cmd.Env = []string{"CONFIT_TEST_AS=confit", "PATH=" + os.Getenv("PATH"), "KUBERNETES_SERVICE_HOST=10.0.0.1"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if signal != 0 {
		awaitUnderWay(t, cmd.Process.Pid)
		_ = cmd.Process.Signal(signal)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != status {
		t.Errorf("ended with %v, want status %d\n%s", err, status, &shown)
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	return shown.String() + "\ntermination log:\n" + string(log) + stateIn(t, dir)
}

// awaitUnderWay waits until a process is this test's binary and has used some processor time:
// it renders by then.
func awaitUnderWay(t *testing.T, pid int) {
	t.Helper()
	for {
		data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if err != nil || len(fields) < 12 || fields[0] == "Z" {
			t.Fatal("the run ended by itself")
		}
		command, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if ticks, _ := strconv.Atoi(fields[11]); ticks > 10 && strings.HasPrefix(string(command), os.Args[0]) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
