package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A surrounding is what a run must not depend on.
type surrounding struct {
	env   []string
	dir   string
	umask string
}

// surroundings are as many different ones, the same on each call.
func surroundings(n int, dirs ...string) []surrounding {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var all []surrounding
	for i := range n {
		env := []string{"APP_SERVER_PORT=9090", "APP_SERVER__HOST=h", "APP_ZETA=2.50", "APP_TOKEN=t0p", "TYPED_B=1", "TYPED_A=true", "TYPED_C__D=x", "OTHER=1"}
		env = append(
			env, "TZ="+pick("", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"),
			"LANG="+pick("", "C", "tr_TR.UTF-8", "de_DE.UTF-8", "ar_EG"), "LC_ALL="+pick("", "POSIX", "tr_TR.UTF-8", "ja_JP.eucJP"),
			"GOMAXPROCS="+fmt.Sprint(1+i%8), "GOGC="+pick("off", "1", "20", "100", "800"),
		)
		if i%2 == 0 {
			env = append(env, "HOME="+pick("/", "/root", "/nonexistent"), "TMPDIR=/nonexistent", "USER=nobody")
		}
		if i == 1 {
			slices.Reverse(env)
		} else if i > 1 {
			r.Shuffle(len(env), func(i, j int) { env[i], env[j] = env[j], env[i] })
		}
		all = append(all, surrounding{env, dirs[i%len(dirs)], pick("022", "000", "077", "027")})
	}
	return all
}

// TestSameEverywhere: bytes, modes, notes and all that is printed are the same whatever
// surrounds a run.
func TestSameEverywhere(t *testing.T) {
	dir := t.TempDir()
	a, err := txtar.ParseFile("testdata/rich.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		name := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	var first []string
	for i, s := range surroundings(30, dir, "/", t.TempDir()) {
		got := s.all(t, dir)
		if i == 0 {
			first = got
			continue
		}
		for j := range got {
			if got[j] != first[j] {
				t.Fatalf("run %d, with %q in %s, umask %s, differs from the first:\n%s", i, s.env, s.dir, s.umask, parting(first[j], got[j]))
			}
		}
	}
}

// parting is where two texts begin to differ, with the line that says what they are.
func parting(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	i := 0
	for i < min(len(x), len(y))-1 && x[i] == y[i] {
		i++
	}
	return fmt.Sprintf("%s\nline %d\n- %s\n+ %s", x[0], i+1, x[i], y[i])
}

// all runs every verb, and gives what each printed and left.
func (s surrounding) all(t *testing.T, dir string) []string {
	t.Helper()
	out, spec, broken := filepath.Join(dir, "out"), filepath.Join(dir, "confit.yaml"), filepath.Join(dir, "broken.yaml")
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	got := []string{
		s.run(t, 1, "diff", "-c", spec),
		s.run(t, 0, "render", "-c", spec, "-v"),
		tree(t, out),
	}
	if err := errors.Join(os.Remove(filepath.Join(out, "conf", "maps.conf")), os.WriteFile(filepath.Join(out, "conf", "secret.conf"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	return append(
		got,
		s.run(t, 1, "diff", "-c", spec), s.run(t, 1, "diff", "-c", spec, "--format", "json"),
		s.run(t, 0, "render", "-c", spec, "--out", "-", "--masked"),
		s.run(t, 0, "explain", "-c", spec), s.run(t, 0, "explain", "-c", spec, "server"), s.run(t, 0, "explain", "-c", spec, "conf/secret.conf"),
		s.run(t, 0, "validate", "-c", spec, "--format", "json", "--allow-env"),
		s.run(t, 0, "report", "-c", spec, "--out", "-", "--allow-env"), s.run(t, 65, "report", "-c", broken, "--out", "-", "--allow-env"),
		s.run(t, 65, "validate", "-c", broken, "--format", "json", "--allow-env"), s.run(t, 65, "render", "-c", broken), s.run(t, 65, "render", "-c", broken, "--log-format", "json"),
	)
}

var milliseconds = regexp.MustCompile(`in \d+ ms`)

// run gives what a command printed; the time it took is none of the output.
func (s surrounding) run(t *testing.T, want int, args ...string) string {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{"-c", `umask "$0" && exec "$@"`, s.umask, filepath.Join(bin, "confit")}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.dir, &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != want {
		t.Fatalf("confit %q: %v, want %d\n%s%s", args, err, want, &stdout, &stderr)
	}
	return fmt.Sprintf("confit %q\n%s\n%s", args, &stdout, milliseconds.ReplaceAllString(stderr.String(), "in N ms"))
}

// tree is all there is in a directory, notes and modes included.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s\n", strings.TrimPrefix(name, dir), info.Mode())
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(name)
		fmt.Fprintf(&b, "%q\n", data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
