//go:build !darwin && (!linux || portable)

package dirfd

import "golang.org/x/sys/unix"

// renameNoReplace makes RenameNoReplace use a hard link: POSIX has no such rename.
func renameNoReplace(int, string, int, string) error { return unix.ENOSYS }

func syncFile(fd int) error { return unix.Fsync(fd) }

func syncDir(fd int) error { return unix.Fsync(fd) }
