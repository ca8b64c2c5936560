//go:build !linux || portable

package dirfd

import "golang.org/x/sys/unix"

// SyncsAll tells whether SyncAll works on this system: sync(2) does not wait for the disk.
const SyncsAll = false

// searchOnly needs the right to read a directory, too.
const searchOnly = unix.O_RDONLY

// statDir looks at an open directory. A mount shows in its device number only.
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

// Removed tells whether the path of d does not lead to d any more. A directory without a
// name may still count links.
func (d *Dir) Removed() (bool, error) {
	var st unix.Stat_t
	err := unix.Lstat(d.Full, &st)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return true, nil
	}
	now := statOf(&st)
	return err == nil && (now.Ino != d.Stat.Ino || now.Dev != d.Stat.Dev), pathError("stat", d.Full, err)
}

func syncAll(int) error { return unix.ENOSYS }
