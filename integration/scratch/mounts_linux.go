package scratch

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// MountMemory mounts a file system in memory.
func MountMemory(dir, options string) error { return syscall.Mount("tmpfs", dir, "tmpfs", 0, options) }

// Bind gives a file or directory a second path.
func Bind(from, to string) error { return syscall.Mount(from, to, "", syscall.MS_BIND, "") }

// ReadOnly makes a directory read-only.
func ReadOnly(dir string) error {
	if err := Bind(dir, dir); err != nil {
		return err
	}
	return syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
}

// Unmount unmounts dir and all below it, the latest mount first.
func Unmount(dir string) error {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	defer f.Close()
	var points []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		at := strings.Fields(lines.Text())[4]
		if at == dir || strings.HasPrefix(at, dir+"/") {
			points = append([]string{at}, points...)
		}
	}
	var errs []error
	for _, at := range points {
		err := syscall.Unmount(at, syscall.MNT_DETACH)
		if err != nil && !errors.Is(err, syscall.EINVAL) { // gone with one above it
			errs = append(errs, fmt.Errorf("unmount %s: %w", at, err))
		}
	}
	return errors.Join(errs...)
}
