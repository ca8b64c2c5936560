// Package integration tests confit from outside: its binary on real files, and its
// image in real containers. It imports nothing of the product.
package integration

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"confit/integration/gitserver"
)

// bin is the directory of the confit binary under test.
var bin string

func TestMain(m *testing.M) { os.Exit(withBinary(m)) }

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "confit-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := errors.Join(os.Chmod(dir, 0o755), build(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin = dir
	return m.Run()
}

func build(dir string) error {
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "confit"), "confit")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

func TestScripts(t *testing.T) {
	root := t.TempDir()
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // other users run scripts below it
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 ".",
		WorkdirRoot:         root,
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+":"+env.Getenv("PATH"))
			env.Values[forgeKey{}] = &forge{repos: map[string]*gitserver.Repo{}}
			return os.Chmod(env.WorkDir, 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "mode": mode, "same": same, "mount": mount,
			"gitrepo": gitrepo, "gitserve": gitserve, "gitlog": gitlog,
		},
	})
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
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		st := info.Sys().(*syscall.Stat_t)
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
	var flags uintptr
	options := args[1]
	if options == "ro" { // what is there, read-only
		flags, options = syscall.MS_BIND, ""
		ts.Check(syscall.Mount(dir, dir, "", flags, ""))
		ts.Check(syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	} else {
		ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, options))
	}
	ts.Defer(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}
