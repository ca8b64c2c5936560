package integration

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports pins which package may import what: arrows point inward, and the core
// touches nothing outside.
func TestImports(t *testing.T) {
	never := map[string][]string{
		"confit/render":         {"os", "net", "os/exec", "log", "syscall", "confit/sources", "confit/sinks", "github.com/spf13/pflag", "github.com/knadh/koanf"},
		"confit/sources":        {"confit/sinks", "github.com/Masterminds/sprig", "github.com/spf13/pflag", "log", "os/exec"},
		"confit/sources/verify": {"os", "io/fs", "net", "os/exec", "log", "syscall", "confit/sources", "confit/sinks", "github.com/go-git"},
		"confit/sources/remote": {"os", "os/exec", "log", "confit/sources", "confit/sinks", "github.com/go-git/go-git/v5/plumbing/transport"},
		"confit/sinks":          {"confit/sources", "github.com/Masterminds/sprig", "github.com/go-git/go-git", "log", "os/exec"},
		"confit/sources/pack":   {"os", "net", "os/exec", "log", "syscall", "confit/sources", "confit/sinks", "github.com/Masterminds/sprig"},
	}
	for pkg, banned := range never {
		for _, path := range imports(t, pkg) {
			pure := path == "net/url" // text only
			if slices.ContainsFunc(banned, func(b string) bool { return path == b || strings.HasPrefix(path, b+"/") }) && !pure {
				t.Errorf("%s imports %s", pkg, path)
			}
		}
	}
	for _, judge := range []string{"confit/integration/pod", "confit/integration/gitserver"} {
		for _, path := range imports(t, judge) {
			if path == "confit" || strings.HasPrefix(path, "confit/") && !strings.HasPrefix(path, "confit/integration/") {
				t.Errorf("%s imports %s: it is to judge the product, not to use it", judge, path)
			}
		}
	}
}

func imports(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=Imports", pkg).Output()
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Imports []string }
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	return list.Imports
}

// TestReveal pins the one door to the bytes of a secret: only sinks goes through it.
func TestReveal(t *testing.T) {
	out, err := exec.Command("grep", "-rlE", `\.Reveal\(\)`, "--include=*.go", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(out)) {
		if !strings.HasPrefix(name, "../sinks/") {
			t.Errorf("%s calls Reveal", strings.TrimSpace(name))
		}
	}
}
