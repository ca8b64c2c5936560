package sources

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"confit/render/content"
	"confit/render/diag"
)

func machine(t *testing.T, env ...string) Machine {
	t.Helper()
	return Machine{Root: Host(), Host: Host(), Dir: t.TempDir(), Env: env}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// volume switches a directory to its next generation, as the kubelet does.
func volume(t *testing.T, dir string, generation int, files map[string]string) {
	t.Helper()
	name := fmt.Sprintf("..2026_11_23_10_00_00.%09d", generation)
	for key, text := range files {
		write(t, filepath.Join(dir, name, key), text)
		if generation == 0 {
			if err := os.Symlink("..data/"+key, filepath.Join(dir, key)); err != nil {
				t.Fatal(err)
			}
		}
	}
	old, _ := os.Readlink(filepath.Join(dir, "..data"))
	if err := errors.Join(os.Symlink(name, filepath.Join(dir, "..data_tmp")), os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data"))); err != nil {
		t.Fatal(err)
	}
	if old != "" {
		_ = os.RemoveAll(filepath.Join(dir, old))
	}
}

// TestNoMixedSnapshot reads two volumes while their generations are swapped: every read
// sees one generation of each, and the same of both where they were switched together.
func TestNoMixedSnapshot(t *testing.T) {
	w := machine(t)
	var err error
	if w.Dir, err = os.MkdirTemp("/dev/shm", "confit-volumes-"); err != nil { // as quick to switch as a Secret's
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(w.Dir) })
	var generations atomic.Int64
	a, b := filepath.Join(w.Dir, "a"), filepath.Join(w.Dir, "b")
	swap := func(i int) {
		text := fmt.Sprint(i)
		volume(t, a, i, map[string]string{"x": text, "y": text, "z": text})
		volume(t, b, i, map[string]string{"x": text, "y": text, "z": text})
	}
	swap(0)
	stop := make(chan bool)
	done := make(chan int)
	go func() {
		for i := 1; ; i++ {
			select {
			case <-stop:
				done <- i
				return
			default:
				swap(i)
				generations.Store(int64(i))
			}
		}
	}()
	reads, busy := 0, 0
	for reads < 2000 || generations.Load() < 2000 {
		var files []content.File
		err := Consistent(w, func(s *Snapshot) error {
			files = nil
			for _, dir := range []string{a, b} {
				more, err := s.Tree(dir, func(string) bool { return true })
				if err != nil {
					return err
				}
				files = append(files, more...)
			}
			return nil
		})
		reads++
		var p *diag.Problem
		if errors.As(err, &p) && p.Cause == diag.CauseBusy {
			busy++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != 6 {
			t.Fatalf("read %d files, want 6", len(files))
		}
		for i, f := range files {
			if string(f.Data) != string(files[i/3*3].Data) {
				t.Fatalf("a mixed snapshot: %s holds %s, and %s holds %s", files[i/3*3].From, files[i/3*3].Data, f.From, f.Data)
			}
		}
	}
	close(stop)
	t.Logf("%d reads over %d generations, %d of them gave up as busy", reads, <-done, busy)
}

func TestServiceLinks(t *testing.T) {
	env := []string{
		"APP_SERVICE_HOST=10.0.0.1", "APP_SERVICE_PORT=80", "APP_SERVICE_PORT_HTTP=80", "APP_PORT=tcp://10.0.0.1:80",
		"APP_PORT_80_TCP=tcp://10.0.0.1:80", "APP_PORT_80_TCP_ADDR=10.0.0.1", "APP_NAME=web", "APP_PORTS=1",
		"DB_SERVICE_HOST=mine", "DB_PORT=5432",
	}
	links := serviceLinks(env)
	for _, pair := range env[:6] {
		name, _, _ := strings.Cut(pair, "=")
		if !links[name] {
			t.Errorf("%s is a service link and was not found", name)
		}
	}
	for _, pair := range env[6:] {
		name, _, _ := strings.Cut(pair, "=")
		if links[name] {
			t.Errorf("%s is no service link", name)
		}
	}
}

func TestTree(t *testing.T) {
	w := machine(t)
	dir := filepath.Join(w.Dir, "vol")
	volume(t, dir, 0, map[string]string{"app.yaml": "a: 1"})
	write(t, filepath.Join(dir, "..old", "app.yaml"), "stale")
	write(t, filepath.Join(w.Dir, "plain", "sub", "x"), "x")
	write(t, filepath.Join(w.Dir, "plain", ".hidden"), "h")
	for name, c := range map[string]struct {
		dir  string
		want []string
	}{
		"volume":    {"vol", []string{"app.yaml"}},
		"directory": {"plain", []string{".hidden", "sub/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSnapshot(w)
			files, err := s.Tree(c.dir, func(string) bool { return true })
			var got []string
			for _, f := range files {
				got = append(got, f.Path)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("Tree(%s) = %v, %v, want %v", c.dir, got, err, c.want)
			}
		})
	}
}

// TestLoopOfLinks ends with an error instead of running for ever.
func TestLoopOfLinks(t *testing.T) {
	w := machine(t)
	write(t, filepath.Join(w.Dir, "d", "x"), "x")
	if err := os.Symlink(".", filepath.Join(w.Dir, "d", "self")); err != nil {
		t.Fatal(err)
	}
	s := newSnapshot(w)
	if _, err := s.Tree("d", func(string) bool { return true }); err == nil {
		t.Error("Tree of a loop of links gave no error")
	}
}

// A panic on any core is the problem of the one call; the others are made.
func TestInParallelPanics(t *testing.T) {
	var made atomic.Int64
	err := inParallel(100, func(i int) error {
		made.Add(1)
		if i == 7 {
			panic("hunter2")
		}
		return nil
	})
	all := diag.Problems(err, diag.CauseIO)
	if len(all) != 1 || all[0].Code != "bug" || made.Load() != 100 {
		t.Errorf("%v after %d calls", err, made.Load())
	}
}
