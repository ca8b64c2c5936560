package scratch

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A killed process leaves its folder, its files and its mounts, and the next run removes
// them. The folder of a living process stays.
func TestRun(t *testing.T) {
	if os.Getenv("SCRATCH_TEST_CHILD") != "" {
		Run(hang)
	}
	parent := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestRun$")
	child.Env = append(os.Environ(), "SCRATCH_TEST_CHILD=1", "TMPDIR="+parent)
	_, err := child.StdinPipe()
	must(t, err)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	t.Setenv("TMPDIR", parent)
	run := func(want int) {
		t.Helper()
		Run(func(string) int {
			if names, _ := filepath.Glob(filepath.Join(parent, prefix+"*")); len(names) != want {
				t.Errorf("there are %v, want %d", names, want)
			}
			return 0
		})
		must(t, os.Setenv("TMPDIR", parent))
	}
	run(2)
	must(t, child.Process.Kill())
	_ = child.Wait() // it was killed
	run(1)
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// hang fills a folder, says so and waits to be killed, or for its parent to end.
func hang(dir string) int {
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o755); err != nil {
		panic(err)
	}
	if err := MountMemory(sub, ""); err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(sub, "file"), []byte("x"), 0o644); err != nil {
		panic(err)
	}
	os.Stdout.WriteString("ready\n")
	_, err := os.Stdin.Read(make([]byte, 1))
	panic(err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
