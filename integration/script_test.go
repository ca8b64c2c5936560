// Package integration tests confit from outside: its binary on real files, and its
// image in real containers. It imports nothing of the product.
package integration

import (
	"os"
	"testing"

	"confit/integration/harness"
)

// bin is the directory of the confit binary under test.
var bin string

func TestMain(m *testing.M) { os.Exit(harness.Main(m, &bin)) }

func TestScripts(t *testing.T) { harness.Scripts(t, bin, nil, nil) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
