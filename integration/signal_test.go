package integration

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"confit/integration/harness"
)

const endless = "{{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}\n"

// TestSignals ends a run that renders, as an ordinary process and as PID 1 of its own
// namespace, where the kernel takes no default action: status 143, 130 or 131, the signal is
// named, and nothing is written.
func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
		argv   []string
	}{
		"SIGTERM":                  {syscall.SIGTERM, 143, nil},
		"SIGINT":                   {syscall.SIGINT, 130, nil},
		"SIGQUIT":                  {syscall.SIGQUIT, 131, nil},
		"SIGTERM as PID 1":         {syscall.SIGTERM, 143, []string{"unshare", "--pid", "--fork", "--kill-child"}},
		"SIGTERM on one processor": {syscall.SIGTERM, 143, []string{"unshare", "--pid", "--fork", "--kill-child", "env", "GOMAXPROCS=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, "endless.tmpl"), []byte(endless), 0o644))
			argv := append(c.argv, filepath.Join(bin, "confit"), "render", "--template", "endless.tmpl", "--out", "out", "--timeout", "1h")
			cmd := exec.Command(argv[0], argv[1:]...)
			var stderr bytes.Buffer
			cmd.Dir, cmd.Stderr = dir, &stderr
			must(t, cmd.Start())
			pid := cmd.Process.Pid
			if c.argv != nil {
				pid = child(t, pid)
			}
			awaitBusy(t, pid)
			must(t, syscall.Kill(pid, c.signal))
			err := cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.status {
				t.Errorf("ended with %v, want status %d", err, c.status)
			}
			if strings.Count(stderr.String(), "\n") > 2 || !strings.Contains(stderr.String(), "ended by") || !strings.Contains(stderr.String(), "nothing was written") {
				t.Errorf("stderr %q does not say so", stderr.String())
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); !errors.Is(err, os.ErrNotExist) {
				t.Error("something was written")
			}
		})
	}
}

// child waits for the child of a process that runs confit.
func child(t *testing.T, pid int) (id int) {
	t.Helper()
	name := fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)
	harness.Await(t, "confit in a namespace", func() (bool, error) {
		_, err := harness.Stat(pid)
		data, _ := os.ReadFile(name)
		for field := range strings.FieldsSeq(string(data)) {
			if comm, _ := os.ReadFile("/proc/" + field + "/comm"); string(comm) == "confit\n" {
				id, err = strconv.Atoi(field)
				return true, err
			}
		}
		return false, err
	})
	return id
}

// awaitBusy waits until a process has used some processor time: it renders by then.
func awaitBusy(t *testing.T, pid int) {
	t.Helper()
	harness.Await(t, "a run that renders", func() (bool, error) {
		fields, err := harness.Stat(pid)
		if err != nil {
			return false, err
		}
		ticks, err := strconv.Atoi(fields[11])
		return ticks > 10, err
	})
}

// TestSignalInCommit asks a run, and a round of a watcher, to end while its commit is held at
// the first output: it publishes all, and the status tells of the signal.
func TestSignalInCommit(t *testing.T) {
	for _, verb := range []string{"render", "watch"} {
		t.Run(verb, func(t *testing.T) { signalInCommit(t, verb) })
	}
}

func signalInCommit(t *testing.T, verb string) {
	dir := t.TempDir()
	spec := "version: 1\nrender: [{inline: a, to: a}, {inline: b, to: b}]\nsinks: [{dir: out}]\n"
	must(t, os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte(spec), 0o644))
	h := hold(t, dir, []string{"renameat2"}, verb)
	harness.Await(t, "the commit", func() (bool, error) {
		_, errRun := harness.Stat(h.cmd.Process.Pid)
		_, err := os.Stat(filepath.Join(dir, "out/.confit-default/journal.json"))
		return err == nil, errRun
	})
	h.awaitQuiet() // the first output is held
	must(t, h.cmd.Process.Signal(syscall.SIGTERM))
	h.awaitQuiet() // the signal has been taken
	if _, err := os.Stat(filepath.Join(dir, "out/a")); err == nil {
		t.Error("the commit is not held")
	}
	h.release()
	_ = h.cmd.Wait() // the status is looked at
	if got := h.cmd.ProcessState.ExitCode(); got != 143 {
		t.Errorf("ended with %v, want status 143\n%s", h.cmd.ProcessState, h.text())
	}
	for _, name := range []string{"a", "b"} {
		if text, err := os.ReadFile(filepath.Join(dir, "out", name)); err != nil || string(text) != name {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
}
