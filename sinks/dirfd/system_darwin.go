package dirfd

import "golang.org/x/sys/unix"

// renameNoReplace is for APFS and HFS+; other file systems know no RENAME_EXCL.
func renameNoReplace(from int, name string, to int, newName string) error {
	return unix.RenameatxNp(from, name, to, newName, unix.RENAME_EXCL)
}

// syncFile orders the content of a file before all that is written later. fsync alone
// leaves the content in the cache of the drive, which may write it in any order.
func syncFile(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_BARRIERFSYNC, 0)
	if err == unix.ENOTSUP || err == unix.EINVAL || err == unix.ENOTTY {
		return syncDir(fd)
	}
	return err
}

// syncDir also waits until the drive has written its cache. A network drive cannot be asked
// for that.
func syncDir(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_FULLFSYNC, 0)
	if err == unix.ENOTSUP || err == unix.EINVAL || err == unix.ENOTTY {
		return unix.Fsync(fd)
	}
	return err
}
