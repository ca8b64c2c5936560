// Package podman runs the podman command on stores of its own, and builds the
// images the pod tests run. It never reads or writes the machine's own store or
// configuration; everything lies below the directory it is given.
package podman

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A Store is a private podman store: images, containers and configuration below
// one directory.
type Store struct {
	dir string
}

// Open makes a store in dir, or finds the one that is there. Images are also
// looked up in the stores named, which are only read.
func Open(dir string, images ...*Store) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir}
	place, err := os.ReadFile(s.path("place"))
	if err == nil && string(place) != dir {
		// It was moved: podman's database would still lead to the old place.
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(s.path("build"), 0o755); err != nil {
		return nil, err
	}
	return s, errors.Join(
		s.put("containers.conf", s.containersConf()),
		s.put("storage.conf", s.storageConf(images)),
		s.put("runtime", fmt.Sprintf("#!/bin/sh\nexec runc --root '%s' \"$@\"\n", s.path("runc"))),
		s.put("place", dir),
	)
}

// put writes a file whole, or not at all if it is as it should be: other
// processes may be reading it.
func (s *Store) put(name, text string) error {
	if old, err := os.ReadFile(s.path(name)); err == nil && string(old) == text {
		return nil
	}
	f, err := os.CreateTemp(s.dir, name)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Chmod(0o755), f.Close(), os.Rename(f.Name(), s.path(name)))
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// containersConf lists the capabilities that containerd gives a container, and
// runc because crun 1.8 refuses a hybrid cgroup hierarchy. Runc too keeps its
// notes in the store, which podman can only be told by a script of that name.
// Locks are files: the default is one memory segment for all stores of a machine.
func (s *Store) containersConf() string {
	return fmt.Sprintf(`[containers]
default_ulimits = ["nofile=8192:8192", "nproc=32768:32768"]
default_capabilities = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
  "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = %q
[engine.runtimes]
runc = [%q]
[network]
network_backend = "netavark"
network_config_dir = %q
`, s.path("tmp"), s.path("runtime"), s.path("net"))
}

func (s *Store) storageConf(images []*Store) string {
	var roots []string
	for _, i := range images {
		roots = append(roots, strconv.Quote(i.path("root")))
	}
	return fmt.Sprintf(`[storage]
driver = "overlay"
graphroot = %q
runroot = %q
[storage.options]
additionalimagestores = [%s]
`, s.path("root"), s.path("run"), strings.Join(roots, ", "))
}

// Command is podman with args on this store, for the caller to run.
func (s *Store) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "podman", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ^C is for the caller, who then cleans up
	cmd.Env = append(os.Environ(),
		"CONTAINERS_CONF="+s.path("containers.conf"),
		"CONTAINERS_STORAGE_CONF="+s.path("storage.conf"),
		"TMPDIR="+s.path("build"))
	return cmd
}

// Run runs podman with args and returns what it printed. An error carries the
// end of podman's standard error.
func (s *Store) Run(ctx context.Context, args ...string) (string, error) {
	cmd := s.Command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("podman %s: %w: %s", args[0], err, lastLines(stderr.String(), 20))
	}
	return stdout.String(), nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
