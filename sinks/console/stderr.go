package console

import (
	"os"

	"golang.org/x/sys/unix"
)

// OwnStderr moves stderr to a descriptor of its own, and leads descriptor 2 nowhere. The Go
// runtime writes to descriptor 2 what it cannot survive: a stack that is too deep, memory that
// the kernel refuses, SIGABRT. It writes the stacks of all goroutines, whose arguments may be
// parts of a secret, and neither GOTRACEBACK=none nor debug.SetTraceback keeps it from that.
// Who sets GOTRACEBACK to another value wants to see them.
func OwnStderr() *os.File {
	if level := os.Getenv("GOTRACEBACK"); level != "" && level != "none" {
		return os.Stderr
	}
	nowhere, err := os.Open(os.DevNull) // opened to read: a write fails
	if err != nil {
		return os.Stderr
	}
	defer nowhere.Close()
	own, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return os.Stderr // it is closed
	}
	if err := unix.Dup2(int(nowhere.Fd()), 2); err != nil {
		_ = unix.Close(own)
		return os.Stderr
	}
	return os.NewFile(uintptr(own), os.Stderr.Name())
}
