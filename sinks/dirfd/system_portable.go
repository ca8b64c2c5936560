//go:build !linux

package dirfd

import "golang.org/x/sys/unix"

// SyncsAll tells whether SyncAll works on this system: sync(2) does not wait for the disk.
const SyncsAll = false

const searchOnly = unix.O_RDONLY

// statDir looks at an open directory. A mount shows in its device number.
func statDir(fd int) (Stat, bool, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	return statOf(&st), false, err
}

// Mounted tells whether name in d is a mount of its own.
func (d *Dir) Mounted(name string) bool {
	st, err := d.Lstat(name)
	return err == nil && st.Dev != d.Stat.Dev
}

// renameNew leaves RenameNew to look before it renames.
func renameNew(int, string, int, string) error { return unix.ENOSYS }

func syncfs(int) error { return unix.ENOSYS }
