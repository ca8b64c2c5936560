//go:build !portable

package dirfd

import "golang.org/x/sys/unix"

// SyncsAll tells whether SyncAll works on this system.
const SyncsAll = true

// searchOnly are the flags of a directory in which names are looked up and changed, but
// which is not read: the right to search it is enough.
const searchOnly = unix.O_PATH

// statDir looks at an open directory, and tells whether it is the root of a mount. A bind
// mount of the same file system is one, too: no rename can cross it.
func statDir(fd int) (Stat, bool, error) {
	var x unix.Statx_t
	err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &x)
	return Stat{
		Mode: uint32(x.Mode), UID: x.Uid, Dev: unix.Mkdev(x.Dev_major, x.Dev_minor), Ino: x.Ino, Size: int64(x.Size),
	}, isMount(&x), err
}

func isMount(x *unix.Statx_t) bool { return x.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0 }

// Mounted tells whether name in d is a mount of its own.
func (d *Dir) Mounted(name string) bool {
	var x unix.Statx_t
	err := unix.Statx(d.fd, name, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_TYPE, &x)
	return err == nil && isMount(&x)
}

// Removed tells whether d has no name any more.
func (d *Dir) Removed() (bool, error) {
	var st unix.Stat_t
	err := unix.Fstat(d.fd, &st)
	return err == nil && st.Nlink == 0, pathError("stat", d.Full, err)
}

func renameNoReplace(from int, name string, to int, newName string) error {
	return unix.Renameat2(from, name, to, newName, unix.RENAME_NOREPLACE)
}

func syncFile(fd int) error { return unix.Fsync(fd) }

func syncDir(fd int) error { return unix.Fsync(fd) }

func syncAll(fd int) error { return unix.Syncfs(fd) }
