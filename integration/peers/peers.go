// Package peers builds other tools from the Go module proxy: the benchmark measures
// confit beside them, and the tests hold it against them. It keeps what it built.
package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// A Module is a program of the Go module proxy in a pinned version.
type Module struct {
	Name    string
	Path    string
	Version string
	Package string // below Path; "" for its root
	Require string // more lines for go.mod
	Sum     string // lines for go.sum
}

// In is where the program is kept in a cache.
func (m Module) In(cache string) string {
	return filepath.Join(cache, strings.Join([]string{m.Name, m.Version, runtime.Version()}, "-"))
}

// Build builds the program in a module of its own, so that our go.mod does not see its
// dependencies, and its go.mod decides their versions. Several may build the same at once.
func (m Module) Build(ctx context.Context, cache string) (err error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(cache, "build-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	mod := fmt.Sprintf("module peer\n\ngo 1.26\n\nrequire %s %s\n\n%s\n", m.Path, m.Version, m.Require)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), []byte(m.Sum), 0o644); err != nil {
		return err
	}
	program := filepath.Join(dir, m.Name)
	if err := Compile(ctx, dir, "-mod=mod", "-o", program, m.Path+m.Package); err != nil {
		return err
	}
	return os.Rename(program, m.In(cache))
}

// Compile runs go build in dir, with the flags that confit's image is built with.
func Compile(ctx context.Context, dir string, args ...string) error {
	args = append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}, args...)
	return Run(ctx, dir, []string{"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS="}, "go", args...)
}

// Run is for preparations: what they print is in the error when they go wrong.
func Run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, Tail(out.Bytes(), 600))
	}
	return nil
}

// Tail is the end of an output, at most n bytes of it.
func Tail(b []byte, n int) []byte {
	b = bytes.TrimSpace(b)
	return b[max(0, len(b)-n):]
}
