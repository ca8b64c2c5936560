package notify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confit/render/diag"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"http://localhost:9090/-/reload":      "POST http://localhost:9090/-/reload",
		"POST http://localhost:9090/-/reload": "POST http://localhost:9090/-/reload",
		"http://127.0.0.1/":                   "POST http://127.0.0.1/",
		"http://127.8.9.1:1/a?b=c#d":          "POST http://127.8.9.1:1/a?b=c",
		"http://[::1]:80":                     "POST http://[::1]:80",
		"http://[::ffff:127.0.0.1]:80/":       "POST http://[::ffff:127.0.0.1]:80/",
		"":                                    "error: this is no URL",
		"localhost:9090":                      "error: this is no URL",
		"https://localhost/":                  "error: this is no URL",
		"http:///x":                           "error: this is no URL",
		"http://local host/":                  "error: the request is a POST",
		"PUT http://localhost/":               "error: the request is a POST",
		"http://example.com/":                 "error: the host is no loopback address",
		"http://localhost.example.com/":       "error: the host is no loopback address",
		"http://127.0.0.1.example.com/":       "error: the host is no loopback address",
		"http://2130706433/":                  "error: the host is no loopback address",
		"http://0.0.0.0/":                     "error: the host is no loopback address",
		"http://10.0.0.1/":                    "error: the host is no loopback address",
		"http://169.254.169.254/latest":       "error: the host is no loopback address",
		"http://[fe80::1]/":                   "error: the host is no loopback address",
		"http://localhost@example.com/":       "error: the URL holds a user or a password",
		"http://u:hunter2@localhost/":         "error: the URL holds a user or a password",
	} {
		h, err := ParseURL(text)
		got := "error: " + fmt.Sprint(err)
		if err == nil {
			got = h.String()
		}
		if !strings.HasPrefix(got, want) || strings.Contains(got, "hunter2") || err == nil && got != want {
			t.Errorf("ParseURL(%q) = %s, want %s", text, got, want)
		}
	}
}

// fakeProc makes a directory like /proc: for each process its number, parent, kernel's name
// and arguments.
func fakeProc(t *testing.T, all ...string) string {
	t.Helper()
	proc := t.TempDir()
	for _, p := range all {
		f := strings.SplitN(p, "|", 4)
		dir := filepath.Join(proc, f[0])
		stat := fmt.Sprintf("%s (%s) S %s 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 %s00 0 0", f[0], f[2], f[1], f[0])
		err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "stat"), []byte(stat), 0o644),
			os.WriteFile(filepath.Join(dir, "cmdline"), []byte(strings.ReplaceAll(f[3], " ", "\x00")), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	return proc
}

func TestTopmost(t *testing.T) {
	for name, c := range map[string]struct {
		find string
		want string // the number, or a part of the error
		all  []string
	}{
		"master of workers":     {"nginx", "7", []string{"1|0|pause|/pause", "7|1|nginx|nginx:_master_process", "8|7|nginx|nginx:_worker_process", "9|7|nginx|nginx:_worker_process"}},
		"behind a shell":        {"nginx", "8", []string{"7|1|sh|/bin/sh -c nginx", "8|7|nginx|nginx"}},
		"grandchild":            {"haproxy", "7", []string{"7|1|haproxy|haproxy -W", "8|7|sh|sh", "9|8|haproxy|haproxy"}},
		"parent of another pod": {"nginx", "7", []string{"7|0|nginx|nginx"}},
		"long name":             {"prometheus-config-reloader", "7", []string{"7|1|prometheus-conf|/bin/x"}},
		"only the program":      {"gunicorn", "7", []string{"7|1|python3|/usr/bin/gunicorn app"}},
		"brackets in the name":  {"a) S 1 (b", "7", []string{"7|1|a) S 1 (b|x"}},
		"none":                  {"nginx", "no process has the name nginx", []string{"7|1|sh|/bin/sh -c nginx"}},
		"two":                   {"nginx", "several processes have the name nginx, and none is above the others: 7 and 9", []string{"7|1|nginx|nginx", "9|1|nginx|nginx"}},
		"a loop of parents":     {"nginx", "no process has the name nginx", []string{"7|8|a|a", "8|7|b|b"}},
		"its own parent":        {"nginx", "7", []string{"7|7|nginx|nginx"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := topmostNamed(fakeProc(t, c.all...), c.find)
			got := fmt.Sprint(p.pid)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("topmostNamed(%s) = %s, want %s", c.find, got, c.want)
			}
		})
	}
}

// TestSend: the signal goes to the process that was found, if it is still there.
func TestSend(t *testing.T) {
	proc := fakeProc(t, "7|1|nginx|nginx")
	s, err := ParseSignal("nginx", "SIGHUP")
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(err error) func(process, func() bool, syscall.Signal) error {
		return func(process, func() bool, syscall.Signal) error { return err }
	}
	for name, c := range map[string]struct {
		send func(process, func() bool, syscall.Signal) error
		want string
	}{
		"sent": {func(p process, same func() bool, sig syscall.Signal) error {
			if p.pid != 7 || sig != syscall.SIGHUP || !same() {
				t.Errorf("%v to %v", sig, p)
			}
			return nil
		}, "HUP to nginx, process 7"},
		"another user":   {refuse(syscall.EPERM), fmt.Sprintf("HUP to nginx: process 7 belongs to user %d, and confit runs as user %[1]d", os.Geteuid())},
		"ended":          {refuse(errEnded), "HUP to nginx: process 7: it has just ended"},
		"not in sandbox": {refuse(syscall.ENOSYS), "HUP to nginx: process 7: function not implemented"},
		"number passed on": {func(_ process, same func() bool, _ syscall.Signal) error {
			now := "7 (nginx) S 1" + strings.Repeat(" 0", 17) + " 999 0 0" // it has started later
			if err := os.WriteFile(filepath.Join(proc, "7", "stat"), []byte(now), 0o644); err != nil {
				t.Fatal(err)
			}
			if same() {
				t.Error("a process of the same number counts as the same")
			}
			return errEnded
		}, "HUP to nginx: process 7: it has just ended"},
	} {
		got, err := s.send(proc, c.send)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		var p *diag.Problem
		if name == "another user" && (!errors.As(err, &p) || !strings.Contains(p.Hint, "runAsUser: ")) {
			t.Errorf("%s: the hint of %v does not say what to set", name, err)
		}
	}
}
