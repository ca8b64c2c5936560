package pod

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killCgroup ends every process in the control group of that name and all below
// it, in whatever hierarchies there are, and removes the groups. This is exact
// where podman, asked to remove a container that restarts at that moment, is not.
func killCgroup(name string) error {
	var roots []string
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		found, err := filepath.Glob(pattern + name)
		if err != nil {
			return err
		}
		roots = append(roots, found...)
	}
	for {
		var errs []error
		for _, root := range roots {
			errs = append(errs, killBelow(root))
		}
		err := errors.Join(errs...)
		if !errors.Is(err, syscall.EBUSY) {
			return err
		}
		time.Sleep(5 * time.Millisecond) // a killed process leaves its group a little later
	}
}

// killBelow kills what runs in a group, the groups below it first, and removes
// it. That is EBUSY as long as a process is still there.
func killBelow(group string) error {
	entries, err := os.ReadDir(group)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() {
			err = errors.Join(err, killBelow(filepath.Join(group, e.Name())))
		}
	}
	b, errRead := os.ReadFile(filepath.Join(group, "cgroup.procs"))
	for field := range strings.FieldsSeq(string(b)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 1 {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if err := errors.Join(err, errRead); err != nil {
		return err
	}
	if err := os.Remove(group); err != nil {
		return fmt.Errorf("control group: %w", err)
	}
	return nil
}
