package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// An Installer finds or builds the contenders.
type Installer struct {
	Root  string // of the repository
	Cache string // kept between runs, ignored by git
	Bin   string // of this run: the floor and confit
	Fetch bool   // build peers that are not in the cache
	Log   io.Writer
}

// Tools sets Path or Absent of each.
func (in Installer) Tools(ctx context.Context, list []*Tool, confit string) error {
	if err := in.floor(ctx); err != nil {
		return err
	}
	for _, t := range list {
		switch {
		case t.Name == "confit":
			if err := in.confit(ctx, t, confit); err != nil {
				return err
			}
		case t.Name == "imports":
			t.Path = filepath.Join(in.Bin, "imports")
		case t.Name == "go-git" || t.Name == "receive":
			t.Path = filepath.Join(in.Bin, "git")
		case t.Floor:
			t.Path = filepath.Join(in.Bin, "render")
		case t.Debian != "":
			in.debian(ctx, t)
		default:
			in.peer(ctx, t)
		}
	}
	return nil
}

// floor builds our own small programs as everything else is built.
func (in Installer) floor(ctx context.Context) error {
	return in.build(ctx, in.Root, "-o", in.Bin+"/", "./integration/bench/floor/...")
}

// confit takes the given program, or builds the repository's. It is not an error
// that there is none yet, nor that none is wanted.
func (in Installer) confit(ctx context.Context, t *Tool, given string) (err error) {
	t.Version = "this tree"
	if given == "none" {
		t.Absent = "left out"
		return nil
	}
	if given != "" {
		t.Version = "as given"
		t.Path, err = filepath.Abs(given)
		if err != nil {
			return err
		}
		_, err = os.Stat(t.Path)
		return err
	}
	if mains, _ := filepath.Glob(filepath.Join(in.Root, "*.go")); len(mains) == 0 {
		t.Absent = "not built yet"
		return nil
	}
	t.Path = filepath.Join(in.Bin, "confit")
	return in.build(ctx, in.Root, "-o", t.Path, ".")
}

func (in Installer) debian(ctx context.Context, t *Tool) {
	path, err := exec.LookPath(t.Package)
	if err != nil && in.Fetch {
		err = run(ctx, "", nil, "apt-get", "install", "-y", "-q", t.Debian)
		path, _ = exec.LookPath(t.Package)
	}
	if path == "" {
		in.absent(t, "package "+t.Debian+" is not installed", err)
		return
	}
	version, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f", "${Version}", t.Debian).Output()
	t.Path, t.Version = path, string(version)
	if err != nil {
		t.Version = "unknown"
	}
}

// peer builds a module in a module of its own, so that our go.mod does not see
// its dependencies, and its go.mod decides their versions.
func (in Installer) peer(ctx context.Context, t *Tool) {
	t.Path = filepath.Join(in.Cache, strings.Join([]string{t.Name, t.Version, runtime.Version()}, "-"))
	if _, err := os.Stat(t.Path); err == nil {
		return
	}
	if !in.Fetch {
		in.absent(t, "not in the cache; a run without -quick tries to fetch it", nil)
		return
	}
	fmt.Fprintf(in.Log, "building %s %s\n", t.Name, t.Version)
	dir := filepath.Join(in.Cache, "modules", t.Name)
	err := errors.Join(os.RemoveAll(dir),
		write(dir, "go.mod", "module peer\n\ngo 1.26\n\nrequire %s %s\n\n%s\n", t.Module, t.Version, t.Require))
	if err == nil {
		err = in.build(ctx, dir, "-mod=mod", "-o", t.Path, t.Module+t.Package)
	}
	if err != nil {
		in.absent(t, "the Go module proxy does not have it in this version, or it does not build", err)
	}
}

// absent keeps the details for the terminal: they may name this machine.
func (in Installer) absent(t *Tool, why string, err error) {
	t.Path, t.Absent = "", why
	if err != nil {
		fmt.Fprintf(in.Log, "%s is absent: %v\n", t.Name, err)
	}
}

// build compiles as confit is compiled for its image.
func (in Installer) build(ctx context.Context, dir string, args ...string) error {
	args = append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}, args...)
	return run(ctx, dir, []string{"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS="}, "go", args...)
}

// run is for preparations: its output is shown when it goes wrong.
func run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, tail(out.Bytes(), 600))
	}
	return nil
}

func tail(b []byte, n int) []byte {
	b = bytes.TrimSpace(b)
	return b[max(0, len(b)-n):]
}
