package notify

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// sendSignal sends a signal to a process that is still the same once its descriptor is held:
// from then on its number cannot pass to another process.
func sendSignal(p process, same func() bool, signal syscall.Signal) error {
	fd, err := unix.PidfdOpen(p.pid, 0)
	if err != nil {
		return gone(err)
	}
	defer unix.Close(fd)
	if !same() {
		return errEnded
	}
	return gone(unix.PidfdSendSignal(fd, signal, nil, 0))
}

func gone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return errEnded
	}
	return err
}
