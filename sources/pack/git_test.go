package pack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// TestGit reads packs of Git's own making, and compares what comes out with git archive.
func TestGit(t *testing.T) {
	repo := newRepo(t, history)
	head := strings.TrimSpace(string(git(t, repo, nil, "rev-parse", "main")))
	want := archive(t, repo, "main")
	for name, args := range map[string][]string{
		"as it is":        {"--revs", "--delta-base-offset"},
		"deltas by id":    {"--revs", "--no-reuse-delta"},
		"no deltas":       {"--revs", "--window=0", "--no-reuse-delta"},
		"long chains":     {"--revs", "--window=50", "--depth=4000", "--no-reuse-delta", "--delta-base-offset"},
		"short chains":    {"--revs", "--window=5", "--depth=1", "--no-reuse-delta"},
		"not compressed":  {"--revs", "--compression=0", "--no-reuse-object"},
		"only the newest": {"--revs", "--shallow"},
	} {
		t.Run(name, func(t *testing.T) {
			revs := "main\n"
			if slices.Contains(args, "--shallow") {
				revs = "--shallow " + head + "\n" + revs
			}
			data := git(t, repo, []byte(revs), append([]string{"pack-objects", "-q", "--stdout"}, args...)...)
			o, m, err := readPack(t, data, Limits{File: 32 << 20})
			if err != nil {
				t.Fatal(err)
			}
			compareFiles(t, o, m, plumbing.NewHash(head), "", want)
		})
	}
}

func compareFiles(t *testing.T, o *Objects, m *memory, commit plumbing.Hash, dir string, want map[string]tarFile) {
	t.Helper()
	files, err := o.Files(commit, dir, Limits{File: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("not sorted")
	}
	got := map[string]tarFile{}
	for _, f := range files {
		data, err := m.Get(f.ID, nil)
		if err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		if int64(len(data)) != f.Size {
			t.Errorf("%s has size %d, want %d", f.Path, f.Size, len(data))
		}
		got[f.Path] = tarFile{string(data), f.Exec}
	}
	if len(files) != len(got) || !maps.Equal(got, want) {
		t.Errorf("Files(%q) = %d files %v, want %d files %v, or with other bytes", dir, len(files),
			slices.Sorted(maps.Keys(got)), len(want), slices.Sorted(maps.Keys(want)))
	}
}

// TestBig has a blob that is larger than anything the reader keeps, and a delta of it.
func TestBig(t *testing.T) {
	line := strings.Repeat("0123456789abcdef", 64)
	repo := newRepo(t, func(w io.Writer) {
		for n := range 2 {
			fmt.Fprintf(w, "commit refs/heads/main\ncommitter a <a@example.com> %d +0000\ndata 1\nx\n", n)
			file(w, "100644", "big", strings.Repeat(line, 20<<10)+fmt.Sprint(n))
		}
		fmt.Fprint(w, "done\n")
	})
	data := git(t, repo, []byte("main\n"), "pack-objects", "-q", "--stdout", "--revs")
	o, m, err := readPack(t, data, Limits{File: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	head := strings.TrimSpace(string(git(t, repo, nil, "rev-parse", "main")))
	compareFiles(t, o, m, plumbing.NewHash(head), "", archive(t, repo, "main"))
	if _, _, err := readPack(t, data, Limits{}); !is(err, diag.CauseLimit, "git-limit", "16 MiB") {
		t.Errorf("with the default limits: %v, want git-limit", err)
	}
}

// history has files that grow, so that there are chains of deltas, and whatever else a
// file can be.
func history(w io.Writer) {
	g := rand.New(rand.NewPCG(1, 2))
	body := make([]string, 40)
	for n := range 60 {
		fmt.Fprintf(w, "commit refs/heads/main\nmark :%d\ncommitter a <a@example.com> %d +0000\ndata 1\nx\n", 1000+n, 1700000000+n)
		if n == 0 {
			file(w, "100755", "bin/run ü 漢.sh", "#!/bin/sh\n")
			file(w, "100644", "empty", "")
			file(w, "100644", "bin.d/nul", "\x00\xff\r\n\x00")
			file(w, "100644", "bin-a", "between bin and bin.d")
			file(w, "120000", "link", "bin/run ü 漢.sh")
			file(w, "120000", "d/links", "../bin.d")
			file(w, "120000", "d/chain", "./links//../d/../link")
		}
		for i := range body {
			if n == 0 || g.IntN(4) == 0 {
				body[i] += fmt.Sprintf("line %d of %d: %x\n", n, i%7, g.Uint64())
				for range 20 {
					body[i] += fmt.Sprintf("%x\n", g.Uint64())
				}
				file(w, "100644", fmt.Sprintf("conf/%d/f%02d.yaml", i%3, i), body[i])
			}
		}
	}
	fmt.Fprint(w, "tag v1\nfrom :1059\ntagger a <a@example.com> 1 +0000\ndata 2\nhi\n")
	fmt.Fprint(w, "done\n")
}

func file(w io.Writer, mode, path, data string) {
	fmt.Fprintf(w, "M %s inline %s\ndata %d\n%s\n", mode, path, len(data), data)
}

// newRepo imports a stream of git fast-import.
func newRepo(t testing.TB, stream func(io.Writer)) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare", "-b", "main")
	var in bytes.Buffer
	stream(&in)
	git(t, dir, in.Bytes(), "fast-import", "--quiet", "--done")
	return dir
}

func git(t testing.TB, dir string, in []byte, args ...string) []byte {
	t.Helper()
	c := exec.Command("git", args...)
	var stderr bytes.Buffer
	c.Dir, c.Stdin, c.Stderr = dir, bytes.NewReader(in), &stderr
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, stderr.Bytes())
	}
	return out
}

type tarFile struct {
	data string
	exec bool
}

// archive is what git archive says a commit has, with its links followed by hand.
func archive(t *testing.T, repo, rev string) map[string]tarFile {
	t.Helper()
	files := map[string]tarFile{}
	for r := tar.NewReader(bytes.NewReader(git(t, repo, nil, "archive", "--format=tar", rev))); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = tarFile{string(data), h.Mode&0o100 != 0}
	}
	if run, ok := files["bin/run ü 漢.sh"]; ok {
		files["link"], files["d/chain"], files["d/links/nul"] = run, run, files["bin.d/nul"]
	}
	return files
}
