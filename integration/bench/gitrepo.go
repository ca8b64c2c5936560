package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"confit/integration/peers"
)

// A Repo is the recipe of a Git repository. Size is that of one checkout.
type Repo struct {
	Name, Title          string
	Files, Size, Commits int
}

var repos = []Repo{
	{"G1", "Git, 50 files, 20 commits", 50, 100_000, 20},
	{"G2", "Git, 2,000 files, 20 MB, 50 commits", 2_000, 20_000_000, 50},
	{"G3", "Git, 50,000 files, 500 MB, 200 commits", 50_000, 500_000_000, 200},
}

// checkout is what the newest commit holds.
type checkout map[string][sha256.Size]byte

// create makes a bare repository in dir from a stream of our own, so that the
// same seed gives the same commits.
func (r Repo) create(ctx context.Context, dir string) (checkout, error) {
	if err := peers.Run(ctx, "", nil, "git", "init", "-q", "--bare", "-b", "main", dir); err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, "git", "fast-import", "--quiet", "--done")
	c.Dir, c.Stderr = dir, os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(in, 1<<20)
	files := r.stream(w)
	err = errors.Join(w.Flush(), in.Close(), c.Wait())
	if err != nil {
		return nil, fmt.Errorf("git fast-import: %w", err)
	}
	return files, peers.Run(ctx, dir, nil, "git", "repack", "-a", "-d", "-q")
}

// stream writes all files in the first commit and edits a few in each later one.
func (r Repo) stream(w io.Writer) checkout {
	g := newGen(r.Name)
	files := checkout{}
	content := make([]string, 0, r.Files)
	for commit := range r.Commits {
		fmt.Fprintf(w, "commit refs/heads/main\ncommitter Bench <bench@example.com> %d +0000\ndata 5\nstep\n\n", 1700000000+commit)
		edits := r.Files
		if commit > 0 {
			edits = 1 + r.Files/1000
		}
		for i := range edits {
			if commit == 0 {
				content = append(content, g.file(r.Size/r.Files))
			} else {
				i = g.IntN(r.Files)
				content[i] += fmt.Sprintf("revision: %d\n", commit)
			}
			files[path(i)] = sha256.Sum256([]byte(content[i]))
			fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", path(i), len(content[i]), content[i])
		}
	}
	fmt.Fprint(w, "done\n")
	return files
}

// path spreads files over folders of a hundred.
func path(i int) string { return fmt.Sprintf("app%02d/part%d/conf%02d.yaml", i/1000, i/100%10, i%100) }

// file is about size bytes of YAML, half of it words and half of it numbers.
func (g gen) file(size int) string {
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "%s-%d: %s %s %d %016x\n", g.word(), g.IntN(1000), g.word(), g.word(), g.IntN(1_000_000), g.Uint64())
	}
	return b.String()
}

// compare holds a folder against the checkout, whatever is in .git aside.
func (c checkout) compare(dir string) error {
	left := len(c)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != dir && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(dir, name)
		if want, ok := c[relative]; !ok || sha256.Sum256(data) != want {
			return fmt.Errorf("checkout: %s is not what was committed", relative)
		}
		left--
		return nil
	})
	if err == nil && left > 0 {
		return fmt.Errorf("checkout: %d of %d files are missing", left, len(c))
	}
	return err
}
