package browser

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"confit/integration/harness"
)

// bin is the directory of the confit binary under test.
var bin string

// cached is where axe-core is kept.
const cached = "../../.cache/browser"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := installAxe(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(harness.Main(m, &bin))
}

// installAxe installs the axe-core of the lock file, unless it is in the cache.
func installAxe() error {
	const lock = "package-lock.json"
	want, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	if have, err := os.ReadFile(filepath.Join(cached, lock)); err == nil && bytes.Equal(have, want) {
		return nil
	}
	fmt.Fprintln(os.Stderr, "installing axe-core, once")
	manifest, err := os.ReadFile("package.json")
	if err == nil {
		err = errors.Join(os.RemoveAll(cached), os.MkdirAll(cached, 0o755), os.WriteFile(filepath.Join(cached, "package.json"), manifest, 0o644))
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(cached, lock), want, 0o644); err != nil {
		return err
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir, npm.Stderr = cached, os.Stderr
	if err := npm.Run(); err != nil {
		return errors.Join(fmt.Errorf("npm ci: %w", err), os.Remove(filepath.Join(cached, lock)))
	}
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
