package integration

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

const endless = "{{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}\n"

// TestSignals ends a run that renders, as an ordinary process and as PID 1 of its own
// namespace, where the kernel takes no default action: status 143 or 130, the signal is
// named, and nothing is written.
func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
		argv   []string
	}{
		"SIGTERM":                  {syscall.SIGTERM, 143, nil},
		"SIGINT":                   {syscall.SIGINT, 130, nil},
		"SIGTERM as PID 1":         {syscall.SIGTERM, 143, []string{"unshare", "--pid", "--fork", "--kill-child"}},
		"SIGTERM on one processor": {syscall.SIGTERM, 143, []string{"unshare", "--pid", "--fork", "--kill-child", "env", "GOMAXPROCS=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "endless.tmpl"), []byte(endless), 0o644); err != nil {
				t.Fatal(err)
			}
			argv := append(c.argv, filepath.Join(bin, "confit"), "render", "--template", "endless.tmpl", "--out", "out")
			cmd := exec.Command(argv[0], argv[1:]...)
			var stderr bytes.Buffer
			cmd.Dir, cmd.Stderr = dir, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			pid := cmd.Process.Pid
			if c.argv != nil {
				pid = child(t, pid)
			}
			awaitBusy(t, pid)
			if err := syscall.Kill(pid, c.signal); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.status {
				t.Errorf("ended with %v, want status %d", err, c.status)
			}
			if !strings.Contains(stderr.String(), "ended by") || !strings.Contains(stderr.String(), "nothing was written") {
				t.Errorf("stderr %q does not say so", stderr.String())
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); !errors.Is(err, os.ErrNotExist) {
				t.Error("something was written")
			}
		})
	}
}

// child waits for the child of a process that runs confit.
func child(t *testing.T, pid int) int {
	t.Helper()
	name := "/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children"
	for range 200 {
		data, _ := os.ReadFile(name)
		for id := range strings.FieldsSeq(string(data)) {
			if comm, _ := os.ReadFile("/proc/" + id + "/comm"); string(comm) == "confit\n" {
				n, _ := strconv.Atoi(id)
				return n
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no child")
	return 0
}

// awaitBusy waits until a process has used some processor time: it renders by then.
func awaitBusy(t *testing.T, pid int) {
	t.Helper()
	for range 1000 {
		data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			t.Fatal(err)
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		if ticks, _ := strconv.Atoi(fields[11]); ticks > 10 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the run does not render")
}

// TestSignalInCommit asks a run to end when its commit has begun: it publishes all, and
// the status tells of the signal.
func TestSignalInCommit(t *testing.T) {
	dir := t.TempDir()
	spec := "version: 1\nrender: [{inline: a, to: a}, {inline: b, to: b}]\nsinks: [{dir: out}]\n"
	if err := os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:delay_enter=1000000", filepath.Join(bin, "confit"), "render")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child(t, cmd.Process.Pid)
	for i := 0; ; i++ {
		if _, err := os.Stat(filepath.Join(dir, "out/.confit-default/journal.json")); err == nil {
			break
		}
		if i > 1000 {
			t.Fatal("the commit does not begin")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 143 {
		t.Errorf("ended with %v, want status 143", err)
	}
	for _, name := range []string{"a", "b"} {
		if text, err := os.ReadFile(filepath.Join(dir, "out", name)); err != nil || string(text) != name {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
}
