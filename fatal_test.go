package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fatals end the process in ways that no program can handle. Each has a secret at hand.
var fatals = map[string]func(secret string){
	"stack overflow": func(secret string) {
		debug.SetMaxStack(1 << 20)
		if overflow(secret, 1) == 0 {
			return
		}
	},
	"out of memory": func(secret string) {
		_ = unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20})
		for all := secret; all != ""; {
			all += all
		}
	},
	"SIGABRT": func(string) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
		time.Sleep(time.Minute)
	},
	"panic": func(secret string) { panic(secret) },
	"concurrent writes": func(secret string) {
		m := map[string]int{}
		for range 8 {
			go func() {
				for {
					m[secret]++
				}
			}()
		}
		select {}
	},
}

func overflow(secret string, n int) int {
	if n == 0 {
		return 0
	}
	return overflow(secret, n+1) + len(secret) + n
}

// TestMain is confit itself, or one of fatals, where a test starts its own binary for that.
func TestMain(m *testing.M) {
	switch what := os.Getenv("CONFIT_TEST_AS"); what {
	case "":
		os.Exit(m.Run())
	case "confit":
		main()
	default:
		sys := host()
		_, _ = sys.stderr.Write([]byte("before\n"))
		fatals[what](canaries[0])
	}
}

// TestFatal ends processes in each of those ways: the status is 2, what was written before is
// there, and the runtime shows no stack, whatever GOTRACEBACK=none promises by itself.
func TestFatal(t *testing.T) {
	for name := range fatals {
		for _, level := range []string{"", "none", "single"} {
			t.Run(name+" "+level, func(t *testing.T) {
				t.Parallel()
				cmd := exec.Command(os.Args[0])
				var stderr bytes.Buffer
				cmd.Stdout, cmd.Stderr = &stderr, &stderr
				cmd.Env = []string{"CONFIT_TEST_AS=" + name, "GOTRACEBACK=" + level, "GOMAXPROCS=2"}
				err := cmd.Run()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != 2 {
					t.Fatalf("ended with %v, want status 2\n%.2000s", err, &stderr)
				}
				switch got := stderr.String(); {
				case level == "single":
					if len(got) < 100 {
						t.Errorf("shows %q, and the stack was asked for", got)
					}
				case got != "before\n":
					t.Errorf("shows %.2000q", got)
				}
			})
		}
	}
}
