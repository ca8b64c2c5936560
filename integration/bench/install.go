package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"confit/integration/peers"
)

// An Installer finds or builds the contenders.
type Installer struct {
	Root  string // of the repository
	Cache string // kept between runs, ignored by git
	Bin   string // of this run, on tmpfs: all programs
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
		if err := in.gather(t); err != nil {
			return err
		}
	}
	return nil
}

// gather copies a program that lies elsewhere beside the others: how fast a program is
// mapped depends on the file system that it is on, and on a disk on how it came there.
func (in Installer) gather(t *Tool) error {
	if t.Path == "" || filepath.Dir(t.Path) == in.Bin {
		return nil
	}
	from := t.Path
	t.Path = filepath.Join(in.Bin, "its-"+strings.ReplaceAll(t.Name, " ", "-")) // we have a git as well
	return lay(from, t.Path)
}

// lay puts a new copy of a program at a place, which may be where it is.
func lay(from, to string) error {
	old, err := os.Open(from)
	if err != nil {
		return err
	}
	defer old.Close()
	fresh, err := os.OpenFile(to+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(fresh, old)
	if err = errors.Join(err, fresh.Close()); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), to)
}

// floor builds our own small programs as everything else is built.
func (in Installer) floor(ctx context.Context) error {
	return peers.Compile(ctx, in.Root, "-o", in.Bin+"/", "./integration/bench/floor/...")
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
	return peers.Compile(ctx, in.Root, "-o", t.Path, ".")
}

func (in Installer) debian(ctx context.Context, t *Tool) {
	path, err := exec.LookPath(t.Package)
	if err != nil && in.Fetch {
		err = peers.Run(ctx, "", nil, "apt-get", "install", "-y", "-q", t.Debian)
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

// peer takes a program from the cache, or builds it from the module proxy.
func (in Installer) peer(ctx context.Context, t *Tool) {
	m := peers.Module{Name: t.Name, Path: t.Module, Version: t.Version, Package: t.Package, Require: t.Require, Sum: t.Sum}
	t.Path = m.In(in.Cache)
	if _, err := os.Stat(t.Path); err == nil {
		return
	}
	if !in.Fetch {
		in.absent(t, "not in the cache; a run without -quick tries to fetch it", nil)
		return
	}
	fmt.Fprintf(in.Log, "building %s %s\n", t.Name, t.Version)
	if err := m.Build(ctx, in.Cache); err != nil {
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
