//go:build !linux

package notify

import "syscall"

func sendSignal(process, func() bool, syscall.Signal) error { return syscall.ENOSYS }
