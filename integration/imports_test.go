package integration

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// order lists the packages of the core from the bottom up: each may use those before it.
var order = []string{
	"confit/render/diag", "confit/render/content", "confit/render/glob", "confit/render/specfile", "confit/render/tree",
	"confit/render/syntax", "confit/render/functions", "confit/render/format", "confit/render/values", "confit/render/schema", "confit/render/template", "confit/render",
}

// outside are the packages of the standard library that reach the outside world. The core
// uses none of them, whatever the libraries that it stands on do.
var outside = []string{"os", "net", "os/exec", "log", "syscall", "io/ioutil", "net/http"}

// TestImports pins which package may import which: arrows point inward, and the core touches
// nothing outside.
func TestImports(t *testing.T) {
	never := map[string][]string{
		"confit/sources":          {"confit/sinks", "github.com/spf13/pflag", "log", "os/exec"},
		"confit/sources/verify":   append([]string{"io/fs", "github.com/go-git"}, outside...),
		"confit/sources/remote":   {"os", "os/exec", "log"},
		"confit/sources/pack":     outside,
		"confit/sources/manifest": append([]string{"confit/sources"}, outside...),
		"confit/sources/kubelet":  {"os", "os/exec", "net", "log", "confit/sinks"},
		"confit/sources/watchdog": {"os/exec", "net", "log", "confit/sources", "confit/sinks"},
		"confit/sources/checkout": {"os/exec", "net", "log", "confit/sinks"},
		"confit/sinks":            {"github.com/go-git/go-git", "log", "os/exec", "golang.org/x/sys"},
		"confit/sinks/dirfd":      {"log", "os/exec", "confit"},
		"confit/sinks/access":     {"log", "os/exec", "confit/sinks/dirfd"},
		"confit/sinks/report":     {"log", "os/exec", "confit/sinks/dirfd"},
		"confit/sinks/page":       {"os", "os/exec", "net", "log", "html/template", "text/template", "confit/sources", "confit/sinks/dirfd"},
		"confit/sinks/console":    {"log", "os/exec", "confit/sinks/dirfd"},
		"confit/sinks/notify":     {"log", "os/exec", "confit/sinks", "confit/sources"},
		"confit/sinks/watch":      {"os", "os/exec", "net", "log", "confit/sources"},
		"confit/sinks/cases":      {"os", "os/exec", "net", "log"},
		"confit/sinks/probe":      {"log", "os/exec", "confit"},
	}
	for _, pkg := range order {
		never[pkg] = outside
	}
	for pkg, banned := range never {
		for _, path := range goList(t, "{{join .Imports \"\\n\"}}", pkg) {
			pure := path == "net/url" // text only
			if within(path, banned) && !pure {
				t.Errorf("%s imports %s", pkg, path)
			}
		}
	}
}

// TestReach pins what a package links, by whatever way.
func TestReach(t *testing.T) {
	never := map[string][]string{
		"confit/sources":        {"confit/render/template", "confit/sinks", "github.com/Masterminds/sprig", "github.com/spf13/pflag", "github.com/knadh"},
		"confit/sources/remote": {"confit/sources/pack", "confit/sources/verify", "confit/sinks", "go.yaml.in/yaml"},
		"confit/sources/verify": {"confit/sources/remote", "confit/sources/pack", "confit/sinks", "go.yaml.in/yaml"},
		"confit/sources/pack":   {"confit/sources/remote", "confit/sources/verify", "confit/sinks", "go.yaml.in/yaml"},
		"confit/sinks":          {"confit/sources", "confit/render/template", "github.com/Masterminds/sprig", "github.com/go-git/go-git"},
	}
	for i, pkg := range order {
		never[pkg] = append([]string{"confit/sources", "confit/sinks", "github.com/spf13/pflag", "github.com/knadh"}, order[i+1:]...)
	}
	for pkg, banned := range never {
		for _, path := range goList(t, "{{join .Deps \"\\n\"}}", pkg) {
			below := strings.HasPrefix(path, pkg+"/") // a package may have a door or an inside of its own
			allowed := below || within(path, order[:max(0, slices.Index(order, pkg))])
			if within(path, banned) && !allowed {
				t.Errorf("%s reaches %s", pkg, path)
			}
		}
	}
	for _, judge := range []string{"confit/integration/pod", "confit/integration/gitserver", "confit/integration/harness", "confit/integration/scratch"} {
		for _, path := range goList(t, "{{join .Deps \"\\n\"}}", judge) {
			if path == "confit" || strings.HasPrefix(path, "confit/") && !strings.HasPrefix(path, "confit/integration/") {
				t.Errorf("%s reaches %s: it is to judge the product, not to use it", judge, path)
			}
		}
	}
}

// within tells whether a path is one of the banned packages or lies below one.
func within(path string, banned []string) bool {
	return slices.ContainsFunc(banned, func(b string) bool { return path == b || strings.HasPrefix(path, b+"/") })
}

// goList is what go list says of a package, a line each.
func goList(t *testing.T, format, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", format, pkg).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// TestReveal pins who opens the door to the bytes of a secret: sinks, and tests of render.
func TestReveal(t *testing.T) {
	const door = "confit/render/content/reveal"
	for name, field := range map[string]string{"the program": ".Imports", "its tests": ".TestImports", "its external tests": ".XTestImports"} {
		format := "{{ range " + field + " }}{{ if eq . \"" + door + "\" }}{{ $.ImportPath }}\n{{ end }}{{ end }}"
		out, err := exec.Command("go", "list", "-f", format, "confit/...").Output()
		if err != nil {
			t.Fatal(err)
		}
		for pkg := range strings.FieldsSeq(string(out)) {
			if pkg != "confit/sinks" && (field == ".Imports" || pkg != "confit/render") {
				t.Errorf("%s: %s imports %s", name, pkg, door)
			}
		}
	}
}
