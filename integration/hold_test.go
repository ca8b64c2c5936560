package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"confit/integration/harness"
)

// A held is a run of confit under strace that stands still at a system call.
type held struct {
	t      *testing.T
	cmd    *exec.Cmd
	output string // the file that holds what it says
	tracer *exec.Cmd
}

// hold starts confit in dir. Its calls do not begin until the test releases them; strace's
// options may say more about which these are.
func hold(t *testing.T, dir string, call []string, args ...string) *held {
	t.Helper()
	shell := append([]string{"-c", `read -r go && exec "$@"`, "sh", filepath.Join(bin, "confit")}, args...)
	h := &held{t: t, cmd: exec.Command("sh", shell...), output: filepath.Join(t.TempDir(), "output")}
	output, err := os.Create(h.output)
	must(t, err)
	defer output.Close()
	h.cmd.Dir, h.cmd.Stdout, h.cmd.Stderr = dir, output, output
	start, err := h.cmd.StdinPipe()
	must(t, err)
	must(t, h.cmd.Start())
	pid := h.cmd.Process.Pid
	options := []string{"-f", "-qq", "-o", "/dev/null", "-p", fmt.Sprint(pid), "-e", "trace=" + call[0], "-e", "inject=" + call[0] + ":delay_enter=3600s"}
	h.tracer = exec.Command("strace", append(options, call[1:]...)...)
	must(t, h.tracer.Start())
	t.Cleanup(func() {
		_ = h.cmd.Process.Kill() // it has ended, unless the test failed
		h.release()
	})
	harness.Await(t, "strace", func() (bool, error) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		return err == nil && !strings.Contains(string(status), "\nTracerPid:\t0\n"), err
	})
	_, err = start.Write([]byte("go\n"))
	must(t, err)
	return h
}

// text is what the run has said so far.
func (h *held) text() string {
	text, _ := os.ReadFile(h.output)
	return string(text)
}

// release lets the run go on without strace.
func (h *held) release() {
	_ = h.tracer.Process.Kill() // it has ended, perhaps
	_ = h.tracer.Wait()
}

// awaitQuiet waits until one thread is held, all others sleep and no signal is on its way.
func (h *held) awaitQuiet() {
	h.t.Helper()
	quiet := 0 // looks in a row: a thread may wake another between two looks
	harness.Await(h.t, "a held run", func() (bool, error) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", h.cmd.Process.Pid))
		if len(threads) == 0 {
			return false, fmt.Errorf("the run has ended: %v\n%s", err, h.text())
		}
		if quiet++; !isQuiet(threads) {
			quiet = 0
		}
		return quiet == 10, nil
	})
}

func isQuiet(threads []string) bool {
	atCall := 0
	for _, name := range threads {
		data, _ := os.ReadFile(name)
		text := string(data)
		switch {
		case !strings.Contains(text, "\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n"):
			return false
		case strings.Contains(text, "\nState:\tt "):
			atCall++
		case !strings.Contains(text, "\nState:\tS "):
			return false
		}
	}
	return atCall == 1
}
