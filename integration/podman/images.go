package podman

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Images is a store of images built on this machine, without a registry. It is
// kept below the repository's .cache directory from one run to the next.
type Images struct {
	*Store
	repo string
}

// A recipe makes one image. Its key changes whenever the image must be built
// again.
type recipe struct {
	name  string
	key   func(context.Context, *Images) (string, error)
	build func(ctx context.Context, i *Images, dir string) error
	needs []string
}

var recipes = []recipe{pause, busybox, golang, nginx, exporter, haproxy, postgres, confit, confitCI}

// OpenImages opens the image store of the repository at repo.
func OpenImages(repo string) (*Images, error) {
	repo, err := filepath.Abs(repo)
	if err != nil {
		return nil, err
	}
	s, err := Open(filepath.Join(repo, ".cache", "pods"))
	if err != nil {
		return nil, err
	}
	return &Images{Store: s, repo: repo}, nil
}

// Reference is the full form of an image name, as the kubelet makes it: nginx
// is docker.io/library/nginx:latest.
func Reference(name string) string {
	first, _, slash := strings.Cut(name, "/")
	switch {
	case !slash:
		name = "docker.io/library/" + name
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		name = "docker.io/" + name
	}
	if base := name[strings.LastIndex(name, "/"):]; !strings.ContainsAny(base, ":@") {
		name += ":latest"
	}
	return name
}

// Ensure builds those of the named images that are not there yet, or are out of
// date. Other processes may use the store meanwhile. It is an error to ask for
// an image that nobody here knows how to build.
func (i *Images) Ensure(ctx context.Context, names ...string) error {
	unlock, err := lock(i.path("build.lock"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	for _, name := range append([]string{pause.name}, names...) {
		if err := i.ensure(ctx, Reference(name)); err != nil {
			return fmt.Errorf("image %s: %w", name, err)
		}
	}
	return nil
}

func (i *Images) ensure(ctx context.Context, name string) error {
	at := slices.IndexFunc(recipes, func(r recipe) bool { return r.name == name })
	if at < 0 {
		return fmt.Errorf("no recipe for %s", name)
	}
	r := recipes[at]
	for _, n := range r.needs {
		if err := i.ensure(ctx, n); err != nil {
			return err
		}
	}
	key, err := r.key(ctx, i)
	if err != nil {
		return err
	}
	stamp := filepath.Join(i.path("stamps"), strings.ReplaceAll(name, "/", "_"))
	if old, err := os.ReadFile(stamp); err == nil && string(old) == key {
		return nil
	}
	if err := i.cook(ctx, r); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(stamp), 0o755); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(key), 0o644)
}

// cook builds an image and leaves nothing else in the store, even if it fails or
// an earlier one was killed.
func (i *Images) cook(ctx context.Context, r recipe) error {
	dir, err := os.MkdirTemp("", "confit-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	err = r.build(ctx, i, dir)
	return errors.Join(err, i.tidy(context.WithoutCancel(ctx)))
}

// tidy removes the containers of builds that did not end, and the images that a
// newer one of the same name has replaced, unless a pod may still stand on them.
func (i *Images) tidy(ctx context.Context) error {
	ids, err := i.Run(ctx, "ps", "--all", "--quiet", "--external")
	if err != nil {
		return err
	}
	if ids != "" {
		if _, err := i.Run(ctx, append([]string{"rm", "--force"}, strings.Fields(ids)...)...); err != nil {
			return err
		}
	}
	dirs, err := filepath.Glob(filepath.Join(i.path("build"), "buildah[0-9]*"))
	for _, dir := range dirs {
		// The command of a RUN line outlives a podman that was killed.
		runc := exec.CommandContext(ctx, i.path("runtime"), "delete", "--force", "buildah-"+filepath.Base(dir))
		err = errors.Join(err, runc.Run(), os.RemoveAll(dir))
	}
	unlock, inUse := lock(i.path("use.lock"), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil || inUse != nil {
		return err
	}
	defer unlock()
	_, err = i.Run(ctx, "image", "prune", "--force")
	return err
}

// Use keeps the images in the store until the function it returns is called.
func (i *Images) Use() (func(), error) {
	return lock(i.path("use.lock"), syscall.LOCK_SH)
}

// build makes the image name of the Containerfile and what else lies in dir.
func (i *Images) build(ctx context.Context, name, dir, containerfile string) error {
	file := filepath.Join(dir, "Containerfile")
	if err := os.WriteFile(file, []byte(containerfile), 0o644); err != nil {
		return err
	}
	_, err := i.Run(ctx, "build", "--quiet", "--pull=never", "--network=host", "--layers=false",
		"--tag", name, "--ignorefile", os.DevNull, "--file", file, dir)
	return err
}

// lock takes a lock on a file, which ends with the process at the latest.
func lock(name string, how int) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return func() { f.Close() }, nil
}

// fixed is the key of an image that depends on its recipe only.
func fixed(parts ...string) func(context.Context, *Images) (string, error) {
	return func(context.Context, *Images) (string, error) { return digest(parts...), nil }
}

func digest(parts ...string) string {
	return fmt.Sprintf("%x\n", sha256.Sum256([]byte(strings.Join(parts, "\x00"))))
}
