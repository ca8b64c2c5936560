// Package examples runs what the repository shows for CI platforms, Kustomize, Helm and
// pre-commit, with the real programs where they run on this machine.
package examples

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"confit/integration/harness"
	"confit/integration/peers"
)

// bin is the directory of the confit binary under test.
var bin string

// cached is where Helm and Kustomize are kept.
const cached = "../../.cache/peers"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := build(peers.Helm(), peers.Kustomize()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(harness.Main(m, &bin))
}

// build builds those of the programs that are not in the cache, before the time of the
// tests begins.
func build(all ...peers.Module) error {
	cache, err := filepath.Abs(cached)
	for _, m := range all {
		if _, missing := os.Stat(m.In(cache)); missing != nil {
			fmt.Fprintf(os.Stderr, "building %s %s, once\n", m.Name, m.Version)
			err = errors.Join(err, m.Build(context.Background(), cache))
		}
	}
	return err
}

// TestScripts runs the scripts with helm and kustomize beside confit. REPO is the
// repository.
func TestScripts(t *testing.T) {
	cache, err := filepath.Abs(cached)
	must(t, err)
	for _, m := range []peers.Module{peers.Helm(), peers.Kustomize()} {
		must(t, os.Symlink(m.In(cache), filepath.Join(bin, m.Name)))
	}
	repo := harness.Repo(t)
	harness.Scripts(t, bin, nil, func(env *testscript.Env) {
		env.Setenv("REPO", repo)
		env.Setenv("HOME", env.WorkDir)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
