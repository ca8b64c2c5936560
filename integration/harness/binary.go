// Package harness is what the tests of the binary share: the binary itself, scripts that
// run it, pods of its image, and waiting for events. Nothing in it measures time.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"confit/integration/scratch"
)

// Main builds confit once, sets bin to its directory and runs the tests. Their temporary
// folders go with them, or with the next run where this one is killed.
func Main(m *testing.M, bin *string) (status int) {
	return scratch.Run(func(dir string) int {
		*bin = filepath.Join(dir, "bin")
		build := exec.Command("go", "build", "-o", *bin+"/", "confit")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	})
}

// Repo is the root of the repository.
func Repo(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the working directory")
	return ""
}

// Untouched lists the files of a directory, each with what a rewrite would change.
func Untouched(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("find", dir, "-printf", "%p %i %m %T@ %C@ %s\n").Output()
	must(t, err)
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
