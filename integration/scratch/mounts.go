package scratch

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

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
