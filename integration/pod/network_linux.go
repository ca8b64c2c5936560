package pod

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// enter moves the calling thread into the network of a process.
func enter(pid int) error {
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
}
