package harness

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"confit/integration/scratch"
)

// A Command is a word of the scripts.
type Command = func(ts *testscript.TestScript, neg bool, args []string)

// Scripts runs the *.txtar scripts of the working directory with confit of bin. To the
// usual words it adds status, mode, same and mount, and those of more. Setup, if not nil,
// prepares a script.
func Scripts(t *testing.T, bin string, more map[string]Command, setup func(*testscript.Env)) {
	t.Helper()
	words := map[string]Command{"status": status, "mode": mode, "same": same, "mount": mount}
	maps.Copy(words, more)
	testscript.Run(t, testscript.Params{
		Dir:                 ".",
		WorkdirRoot:         openFolder(t),
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Cmds:                words,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+":"+env.Getenv("PATH"))
			if setup != nil {
				setup(env)
			}
			return os.Chmod(env.WorkDir, 0o777)
		},
	})
}

// openFolder is a temporary folder whose path other users may follow: they run scripts.
func openFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		must(t, os.Chmod(at, 0o755))
	}
	return dir
}

// status N command… runs a command and wants that exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("status %d, want %s", got, want)
	}
}

// mode 0640 file… wants these permission bits.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); (got == args[0]) == neg {
			ts.Fatalf("%s has mode %s, want %s (negated: %v)", name, got, args[0], neg)
		}
	}
}

// same file… notes inode and times of files on the first call, and on the next wants
// them to be what they were.
func same(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		var st unix.Stat_t
		ts.Check(unix.Lstat(ts.MkAbs(name), &st))
		now := fmt.Sprint(st.Ino, st.Mtim, st.Ctim)
		key := "same_" + name
		before := ts.Getenv(key)
		ts.Setenv(key, now)
		if before != "" && (before == now) == neg {
			ts.Fatalf("%s: inode and times are %s, were %s (negated: %v)", name, now, before, neg)
		}
	}
}

// mount dir options mounts a tmpfs for the rest of the script.
func mount(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	if options := args[1]; options == "ro" { // what is there, read-only
		ts.Check(scratch.ReadOnly(dir))
	} else {
		ts.Check(scratch.MountMemory(dir, options))
	}
	ts.Defer(func() { _ = scratch.Unmount(dir) })
}
