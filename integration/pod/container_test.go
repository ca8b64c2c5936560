package pod_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"confit/integration/pod"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "env.yaml"))
	list, err := p.Environ("app")
	must(t, err)
	env := map[string]string{}
	for _, e := range list {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	want := map[string]string{
		"PROGRAM": "sleep", "APP_app.yaml": "port: 8080", "APP_COLOR": "blue", "password": "hunter2",
		"GREETING": "hello hunter2 at 8080", "UNKNOWN": "$(NOBODY) $(GREETING) $5", "LATER": "$(LAST)", "LAST": "x",
		"LINES": "one\ntwo", "FROM_MAP": "port: 8080", "FROM_SECRET": "hunter2", "POD": "env", "LABEL": "web", "CPU": "500",
		"HOSTNAME": "env", "HOME": "/", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"APP_SERVICE_HOST": "10.96.12.34", "APP_SERVICE_PORT": "8080", "APP_SERVICE_PORT_HTTP": "8080",
		"APP_PORT": "tcp://10.96.12.34:8080", "APP_PORT_8080_TCP": "tcp://10.96.12.34:8080",
		"APP_PORT_8080_TCP_PROTO": "tcp", "APP_PORT_8080_TCP_PORT": "8080", "APP_PORT_8080_TCP_ADDR": "10.96.12.34",
	}
	maps.DeleteFunc(env, func(name, _ string) bool { return strings.HasPrefix(name, "KUBERNETES_") })
	if !maps.Equal(env, want) {
		t.Errorf("environment = %q, want %q", env, want)
	}
	pid, err := p.PID("app")
	must(t, err)
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if want := "/bin/busybox\x00sleep\x003600\x00"; err != nil || string(command) != want {
		t.Errorf("command line = %q, %v, want %q", command, err, want)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "env.yaml"))
	const status = "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/1/status | cut -f2 | xargs"
	check(t, p, "app", map[string]string{
		"id":                      "uid=1001 gid=0 groups=3000",
		status:                    "0000000000000000 0000000000000000 1 2",
		"touch /x 2>&1; true":     "touch: /x: Read-only file system",
		"touch /tmp/x 2>&1; true": "touch: /tmp/x: Read-only file system",
	})
	check(t, p, "root", map[string]string{
		"id -u":           "0",
		status:            "00000000aa0405fb 00000000aa0405fb 0 0",
		"touch /x; ls /x": "/x",
	})
}

func TestRunAsNonRoot(t *testing.T) {
	t.Parallel()
	m := load(t, "env.yaml")
	yes := true
	m.Container("root").SecurityContext.RunAsNonRoot = &yes
	err := prepare(t, m).Start(t.Context())
	var f *pod.Failure
	if !errors.As(err, &f) || f.Container != "root" || !strings.Contains(f.Log, "runAsNonRoot") {
		t.Errorf("Start = %v, want container root refused", err)
	}
}

// A Job's containers end. In a shared process namespace the first process is
// the pause process.
func TestJob(t *testing.T) {
	t.Parallel()
	p := up(t, load(t, "job.yaml"))
	err := p.Wait(t.Context())
	var f *pod.Failure
	if !errors.As(err, &f) || f.Container != "bad" || f.Status != 7 || f.Log != "why" {
		t.Errorf("Wait = %v, want status 7 of container bad", err)
	}
	log, err := p.Log("good")
	must(t, err)
	if strings.Contains(log, "pid 1\n") || !strings.Contains(log, "catatonit") {
		t.Errorf("Log(good) = %s, want the pause process as PID 1", log)
	}
}

// What cannot be started says why.
func TestNotStarted(t *testing.T) {
	t.Parallel()
	m := load(t, "job.yaml")
	m.Container("good").Command[0] = "/no/such/program"
	err := prepare(t, m).Start(t.Context())
	var f *pod.Failure
	if !errors.As(err, &f) || f.Status != -1 || !strings.Contains(f.Log, "/no/such/program") {
		t.Errorf("Start = %v, want a container that was not started", err)
	}
}
