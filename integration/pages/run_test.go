package pages

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"confit/integration/harness"
	"confit/integration/peers"
	"confit/integration/scratch"
)

var (
	tools    string // the directory of confit and of the other tools
	buildErr error
	modules  = []peers.Module{
		peers.Confd(), peers.ConsulTemplate(), peers.Dockerize(), peers.Gomplate(), peers.Helm(), peers.Kustomize(), peers.YQ(),
	}
)

// TestMain builds the tools before the time of the tests begins. Those of others are kept in
// the cache; -short does not fetch them.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(scratch.Run(func(dir string) int {
		tools = dir
		buildErr = errors.Join(buildPeers(), peers.Compile(context.Background(), "../..", "-o", filepath.Join(dir, "confit"), "."))
		return m.Run()
	}))
}

func buildPeers() error {
	cache, err := filepath.Abs("../../.cache/peers")
	if err != nil {
		return err
	}
	for _, m := range modules {
		program := m.In(cache)
		if _, err := os.Stat(program); err != nil {
			if testing.Short() {
				continue
			}
			fmt.Fprintf(os.Stderr, "building %s %s, once\n", m.Name, m.Version)
			if err := m.Build(context.Background(), cache); err != nil {
				return err
			}
		}
		if err := os.Symlink(program, filepath.Join(tools, m.Name)); err != nil {
			return err
		}
	}
	return nil
}

// pages are the Markdown files of the repository for its users.
func pages(t *testing.T) []*Page {
	t.Helper()
	root := harness.Repo(t)
	var all []*Page
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name != root && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		p, err := Read(root, rel)
		all = append(all, p)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	return all
}

// TestPages runs the blocks of each page.
func TestPages(t *testing.T) {
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	ran := 0
	for _, p := range pages(t) {
		if !p.Runs() {
			continue
		}
		ran++
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			skipWithoutPeer(t, p)
			runPage(t, p)
		})
	}
	if ran < 3 {
		t.Errorf("%d pages have something to run", ran)
	}
}

// skipWithoutPeer leaves out pages with a program that -short did not build.
func skipWithoutPeer(t *testing.T, p *Page) {
	t.Helper()
	for _, b := range p.Blocks {
		if b.Language != "console" && (b.Language != "sh" || b.File == "") {
			continue
		}
		for word := range strings.FieldsSeq(b.Text()) {
			wanted := slices.ContainsFunc(modules, func(m peers.Module) bool { return m.Name == word })
			if _, err := os.Stat(filepath.Join(tools, word)); err != nil && wanted && testing.Short() {
				t.Skipf("-short does not build %s", word)
			}
		}
	}
}

func runPage(t *testing.T, p *Page) {
	t.Helper()
	root := harness.Repo(t)
	s, err := NewSession(t.TempDir(), tools+":"+os.Getenv("PATH"))
	must(t, err)
	printed := ""
	for _, b := range p.Blocks {
		switch {
		case b.File != "":
			if !strings.Contains(b.Before, filepath.Base(b.File)) {
				t.Errorf("%s:%d: the text before the block does not name %s", p.Name, b.At, b.File)
			}
			sameFile(t, root, p, b)
			must(t, s.save(b))
		case b.Language == "console":
			before := printed
			printed = runBlock(t, s, p, b)
			if b.Same && strings.TrimSpace(printed) != strings.TrimSpace(before) {
				t.Errorf("%s:%d: the last command prints\n%sand the one of the block before\n%s", p.Name, b.At, printed, before)
			}
		}
	}
	if os.Getenv("UPDATE") != "" && !t.Failed() {
		must(t, p.Rewrite(root))
	}
}

// sameFile holds a block to the file of that name in the repository, if there is one.
func sameFile(t *testing.T, root string, p *Page, b *Block) {
	t.Helper()
	if !strings.HasPrefix(b.File, "examples/") {
		return
	}
	data, err := os.ReadFile(filepath.Join(root, b.File))
	if err != nil || string(data) != b.Text() {
		t.Errorf("%s:%d: the block is not the file %s of the repository (%v)", p.Name, b.At, b.File, err)
	}
}

// runBlock runs the commands of a console block and gives what the last one printed. With
// UPDATE=1 the block gets what they print.
func runBlock(t *testing.T, s *Session, p *Page, b *Block) (printed string) {
	t.Helper()
	steps, err := b.steps()
	must(t, err)
	var lines []string
	for _, step := range steps {
		want := 0
		if step.last {
			want = b.Status
		}
		got, status, err := s.run(harness.Patient(t), step.command)
		must(t, err)
		printed = got
		if status != want {
			t.Fatalf("%s:%d: $ %s\nstatus %d, want %d\n%s", p.Name, b.At, step.command, status, want, got)
		}
		lines = append(lines, "$ "+step.command)
		if matches(got, step.want) {
			lines = append(lines, step.want...)
			continue
		}
		if os.Getenv("UPDATE") == "" {
			t.Errorf("%s:%d: $ %s\nprints\n%swant\n%s", p.Name, b.At, step.command, got, strings.Join(step.want, "\n"))
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(got, "\n"), "\n")...)
	}
	b.Lines = strings.Split(strings.Join(lines, "\n"), "\n")
	return printed
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
