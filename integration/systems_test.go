package integration

import (
	"debug/macho"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"confit/integration/harness"
)

// TestMac builds the programs for a Mac, as the Makefile builds that of the image.
func TestMac(t *testing.T) {
	for arch, want := range map[string]macho.Cpu{"arm64": macho.CpuArm64, "amd64": macho.CpuAmd64} {
		t.Run(arch, func(t *testing.T) {
			bin := filepath.Join(t.TempDir(), "confit")
			build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "confit")
			build.Dir = harness.Repo(t)
			build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=darwin", "GOARCH="+arch)
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			f, err := macho.Open(bin)
			must(t, err)
			defer f.Close()
			if f.Cpu != want || f.Type != macho.TypeExec {
				t.Errorf("it is a %v for %v, want a program for %v", f.Type, f.Cpu, want)
			}
		})
	}
}
