// Package helm holds confit's templates against Helm: the same templates over the same
// values make the same bytes, but for the differences that this package lists.
package helm

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"confit/integration/peers"
	"confit/integration/scratch"
)

// tools are the two programs.
type tools struct{ helm, confit string }

// built are the tools once TestMain has built them, or what went wrong.
var (
	built    tools
	buildErr error
)

// TestMain builds both programs before the time of the tests begins. Helm is kept in the
// cache; -short does not fetch it.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(scratch.Run(func(dir string) int {
		built.confit = filepath.Join(dir, "confit")
		buildErr = errors.Join(buildHelm(), peers.Compile(context.Background(), "../..", "-o", built.confit, "."))
		return m.Run()
	}))
}

func buildHelm() error {
	cache, err := filepath.Abs("../../.cache/peers")
	if err != nil {
		return err
	}
	m := peers.Helm()
	program := m.In(cache)
	if _, err := os.Stat(program); err != nil {
		if testing.Short() {
			return nil
		}
		fmt.Fprintf(os.Stderr, "building Helm %s, once\n", m.Version)
		if err := m.Build(context.Background(), cache); err != nil {
			return err
		}
	}
	built.helm = program
	return nil
}

// find gives the two programs.
func find(t *testing.T) tools {
	t.Helper()
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	if built.helm == "" {
		t.Skip("Helm is not in the cache")
	}
	return built
}

// A chart is values, files and templates, as Helm has them.
type chart struct {
	name, title string
	files       map[string]string
}

// charts reads testdata.
func charts(t *testing.T) []chart {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []chart
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := chart{strings.TrimSuffix(filepath.Base(name), ".txtar"), strings.TrimSpace(string(a.Comment)), map[string]string{}}
		for _, f := range a.Files {
			c.files[f.Name] = string(f.Data)
		}
		all = append(all, c)
	}
	return all
}

// outputs are the names of what a chart makes, in order.
func (c chart) outputs() []string {
	var all []string
	for _, name := range sortedNames(c.files) {
		out, ok := strings.CutSuffix(strings.TrimPrefix(name, "templates/"), ".tmpl")
		if ok && path.Base(name) == out+".tmpl" {
			all = append(all, out)
		}
	}
	return all
}

// TestSame: what charts do in their ConfigMaps, both make byte by byte.
func TestSame(t *testing.T) {
	found, all := find(t), charts(t)
	want, failed := found.template(t, all)
	if failed != "" {
		t.Fatal(failed)
	}
	compared := 0
	for _, c := range all {
		dir := t.TempDir()
		if err := found.render(t, c, dir); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, name := range c.outputs() {
			compared++
			got := read(t, filepath.Join(dir, name))
			if want := want[c.name+"/"+name]; got != want {
				t.Errorf("%s/%s: confit makes\n%s\nHelm makes\n%s", c.name, name, marked(got, want), want)
			}
		}
	}
	if compared < 70 {
		t.Errorf("only %d templates were compared", compared)
	}
}

// marked is a text with a sign where it begins to differ from another.
func marked(s, other string) string {
	i := 0
	for i < len(s) && i < len(other) && s[i] == other[i] {
		i++
	}
	return s[:i] + "►" + s[i:]
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const spec = `version: 1
sources:
  - file: chart/values.yaml
  - {dir: chart, read: []}
render:
  - template: chart/templates
sinks: [{dir: %q}]
`

// render makes a chart's outputs in a folder with confit.
func (f tools) render(t *testing.T, c chart, out string) error {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "chart"), c.files)
	write(t, dir, map[string]string{"confit.yaml": fmt.Sprintf(spec, out)})
	cmd := exec.Command(f.confit, "render", "--log-format", "json")
	cmd.Dir = dir
	if log, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}
