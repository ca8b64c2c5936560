//go:build !darwin && (!linux || portable)

package dirfd

import "golang.org/x/sys/unix"

// renameNew leaves RenameNew to link, as POSIX has no such rename.
func renameNew(int, string, int, string) error { return unix.ENOSYS }

func syncFile(fd int) error { return unix.Fsync(fd) }

func syncDir(fd int) error { return unix.Fsync(fd) }
