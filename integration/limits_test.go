package integration

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"confit/integration/harness"
	"confit/integration/pod"
)

// container is the memory of the control group that bombs go off in.
const container = 128 << 20

// TestBombs lets each bomb go off over the outputs of a good run, with the memory of a
// small container: the run ends by itself with the status of a limit or of data, leaves
// the outputs, and says why in a few lines.
func TestBombs(t *testing.T) {
	group := memoryGroup(t)
	for name, b := range bombs {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			plant(t, dir, bomb{template: "good"})
			if status, text, _ := set(t, "", dir, bomb{}); status != 0 {
				t.Fatalf("the good run: status %d, %s", status, text)
			}
			plant(t, dir, b)
			before := harness.Untouched(t, dir+"/out")
			status, text, peak := set(t, group, dir, b)
			if status != 76 && status != 65 {
				t.Errorf("status %d", status)
			}
			if !strings.Contains(text, b.says) || !strings.HasSuffix(text, cmp.Or(b.ends, "nothing was written\n")) || strings.Contains(text, "goroutine") || len(text) > 4000 {
				t.Errorf("stderr %.2000q, want %q in it", text, b.says)
			}
			if peak > container {
				t.Errorf("peak of %d MiB", peak>>20)
			}
			if after := harness.Untouched(t, dir+"/out"); after != before {
				t.Errorf("outputs %s, were %s", after, before)
			}
			t.Logf("status %d, %d MiB: %.200s", status, peak>>20, text)
		})
	}
}

// plant writes what a bomb consists of.
func plant(t *testing.T, dir string, b bomb) {
	t.Helper()
	render := b.render
	if render == "" {
		render = "{template: app.conf.tmpl}"
	}
	files := map[string]string{"values.yaml": "x: 1\n", "app.conf.tmpl": b.template}
	files["confit.yaml"] = "version: 1\nsources: [{file: " + cmp.Or(b.source, "values.yaml") + "}, {env: APP_}]\nrender: [" + render + "]\nsinks: [{dir: out}]\n"
	if b.files != nil {
		maps.Copy(files, b.files())
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(text), 0o644))
	}
}

// set runs confit on a bomb, in a control group or else with a limit of its own.
func set(t *testing.T, group, dir string, b bomb) (status int, stderr string, peak int64) {
	t.Helper()
	args := append([]string{filepath.Join(bin, "confit"), "render", "-q", "--timeout", "1s"}, b.args...)
	if group != "" {
		args = append([]string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, group}, args...)
	} else {
		args = append(args, "--limit", "heap=89MiB")
	}
	cmd := exec.Command(args[0], args[1:]...)
	var text bytes.Buffer
	cmd.Dir, cmd.Stderr, cmd.Env = dir, &text, append(b.env, "PATH="+os.Getenv("PATH"))
	debug.FreeOSMemory()
	must(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)) // a child's peak begins at ours
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), text.String(), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// memoryGroup makes a control group with little memory; "" where that cannot be.
func memoryGroup(t *testing.T) string {
	t.Helper()
	for _, c := range []struct{ mount, limit string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
		{"/sys/fs/cgroup", "memory.max"},
	} {
		dir, err := os.MkdirTemp(c.mount, "confit-bombs-")
		if err != nil {
			continue
		}
		t.Cleanup(func() { _ = syscall.Rmdir(dir) })
		if os.WriteFile(filepath.Join(dir, c.limit), []byte("134217728"), 0o644) == nil {
			return dir
		}
	}
	t.Log("no control group can be made: the limit is the run's own")
	return ""
}

// TestBombInPod lets bombs go off in a pod with little memory. The container ends by
// itself, and its last words name the template.
func TestBombInPod(t *testing.T) {
	t.Parallel()
	for name, template := range map[string]string{
		"outputs":  `{{ $l := list }}{{ range 100 }}{{ $l = append $l (repeat 1000000 "abcdefgh") }}{{ end }}{{ join "" $l }}`,
		"small":    `{{ $d := dict }}{{ range $i := 1000000 }}{{ $_ := set $d (toString $i) (until 10000) }}{{ end }}`,
		"one text": `{{ range 6000000 }}0123456789{{ end }}{{ define "a" }}{{ range 6000000 }}0123456789{{ end }}{{ end }}{{ include "a" . }}`,
	} {
		t.Run(name, func(t *testing.T) {
			m := manifest(t)
			m.ConfigMaps["web-config"]["nginx.conf.tmpl"] = template
			m.Template.Spec.InitContainers[0].Resources.Limits = map[string]string{"memory": "128Mi"}
			err := harness.NewPod(t, m).Start(t.Context())
			var f *pod.Failure
			if !errors.As(err, &f) || f.Container != initConfig || f.Status != 76 {
				t.Fatalf("Start = %v, want status 76 of %s", err, initConfig)
			}
			for _, text := range []string{f.Message, f.Log} {
				if !strings.Contains(text, "nginx.conf.tmpl") || strings.Contains(text, "goroutine") {
					t.Errorf("message or log %q", text)
				}
			}
		})
	}
}

// TestSlowSource reads a file that does not answer: the run ends at its time limit and
// names the source. Where the limit is over before the file is read, it was too short for
// the machine.
func TestSlowSource(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, bomb{template: "x"})
	for limit := 500 * time.Millisecond; ; limit *= 4 {
		h := hold(t, dir, []string{"read", "-P", filepath.Join(dir, "values.yaml")}, "render", "--timeout", limit.String())
		harness.Await(t, "the end of the run", func() (bool, error) {
			_, err := harness.Stat(h.cmd.Process.Pid)
			return err != nil || strings.HasSuffix(h.text(), "\n"), nil
		})
		h.release()      // strace would keep the process from ending
		_ = h.cmd.Wait() // the status is looked at
		status, text := h.cmd.ProcessState.ExitCode(), h.text()
		begins := "the run did not end within " + limit.String()
		if status == 76 && strings.Contains(text, begins+"; at work: source file values.yaml\n") {
			return
		}
		if status != 76 || !strings.Contains(text, begins) || limit > time.Minute {
			t.Fatalf("status %d, %s", status, text)
		}
	}
}
