package dirfd

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Create makes a new file and lets fill write it. The file is at no instant wider than
// mode, and has that mode in the end whatever the umask. A durable file is synced.
func (d *Dir) Create(name string, mode uint32, durable bool, fill func(File) error) error {
	fd, err := d.openat(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err = fill(File{d, name, fd}); err == nil {
		err = d.failed("chmod", name, d.setMode(fd, mode))
	}
	if err == nil && durable {
		err = d.failed("sync", name, retry(func() error { return syncFile(fd) }))
	}
	if e := unix.Close(fd); err == nil {
		err = d.failed("close", name, e)
	}
	return err
}

// WriteFile makes a new file of data, as Create does.
func (d *Dir) WriteFile(name string, data []byte, mode uint32, durable bool) error {
	return d.Create(name, mode, durable, func(f File) error {
		_, err := f.Write(data)
		return err
	})
}

// setMode gives a new file the mode that it was created with. The umask and a default
// ACL take the same bits from all files of d, so the first file tells whether others of
// its mode need a call.
func (d *Dir) setMode(fd int, mode uint32) error {
	const kept = 1 << 31 // beside firstMode: that file got its mode without a call
	if d.firstMode.Load() == mode|kept {
		return nil
	}
	var st unix.Stat_t
	if d.firstMode.CompareAndSwap(0, mode) && unix.Fstat(fd, &st) == nil && uint32(st.Mode)&0o7777 == mode {
		d.firstMode.Store(mode | kept)
		return nil
	}
	return unix.Fchmod(fd, mode)
}

// SyncFile makes a file durable.
func (d *Dir) SyncFile(name string) error {
	fd, err := d.openat(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	err = retry(func() error { return syncFile(fd) })
	if e := unix.Close(fd); err == nil {
		err = e
	}
	return d.failed("sync", name, err)
}

// Chmod sets the mode of name in d. It follows a symlink, so d must be a directory in
// which nobody else can make one.
func (d *Dir) Chmod(name string, mode uint32) error {
	return d.failed("chmod", name, unix.Fchmodat(d.fd, name, mode, 0))
}

// ChmodDir sets the mode of the directory name in d. A setgid bit stays.
func (d *Dir) ChmodDir(name string, mode uint32) error {
	return d.chmod(name, unix.O_RDONLY|unix.O_DIRECTORY, mode)
}

// ChmodEntry sets the mode of a directory, as ChmodDir does, or of a file. It leaves
// everything else alone.
func (d *Dir) ChmodEntry(name string, mode uint32) error {
	return d.chmod(name, unix.O_RDONLY|unix.O_NONBLOCK, mode)
}

func (d *Dir) chmod(name string, flags int, mode uint32) error {
	fd, err := d.openat(name, flags, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return d.failed("stat", name, err)
	}
	st, want := statOf(&stat), mode
	if st.IsDir() {
		want |= st.Setgid()
	}
	if st.Perm() == want || !st.IsDir() && !st.IsFile() {
		return nil
	}
	return d.failed("chmod", name, unix.Fchmod(fd, want))
}

// SetMode sets the mode of d itself, which was opened by OpenDir.
func (d *Dir) SetMode(mode uint32) error {
	if d.Stat.Perm() == mode {
		return nil
	}
	if err := unix.Fchmod(d.fd, mode); err != nil {
		return pathError("chmod", d.Full, err)
	}
	st, _, err := statDir(d.fd)
	if err == nil {
		d.Stat = st
	}
	return pathError("stat", d.Full, err)
}

// Mkdir makes a directory that only this user can enter.
func (d *Dir) Mkdir(name string) error {
	return d.failed("mkdir", name, unix.Mkdirat(d.fd, name, 0o700))
}

// Remove removes a file. The file may be absent.
func (d *Dir) Remove(name string) error { return d.unlink(name, 0) }

// RemoveDir removes an empty directory. The directory may be absent.
func (d *Dir) RemoveDir(name string) error { return d.unlink(name, unix.AT_REMOVEDIR) }

// RemoveEmpty removes a directory, unless it holds something or is none.
func (d *Dir) RemoveEmpty(name string) error {
	err := d.RemoveDir(name)
	if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) || NotDir(err) {
		return nil
	}
	return err
}

func (d *Dir) unlink(name string, flags int) error {
	if err := unix.Unlinkat(d.fd, name, flags); err != nil && err != unix.ENOENT {
		return d.failed("remove", name, err)
	}
	return nil
}

// Rename gives the file name in d the name newName in to, and replaces what has it.
func (d *Dir) Rename(name string, to *Dir, newName string) error {
	return to.failed("rename to", newName, unix.Renameat(d.fd, name, to.fd, newName))
}

// ErrTwoNames says that RenameNoReplace gave a file its new name, and could not take the old
// one away.
var ErrTwoNames = errors.New("the file has two names")

// RenameNoReplace is Rename to a name that nothing has; else the error is fs.ErrExist. Where
// the file system has no such rename, the file has both names for an instant. Without hard
// links it checks for the name, then renames; that is racy.
func (d *Dir) RenameNoReplace(name string, to *Dir, newName string) error {
	err := renameNoReplace(d.fd, name, to.fd, newName)
	if unsupported(err) {
		err = unix.Linkat(d.fd, name, to.fd, newName, 0)
		if err == nil || err == unix.EEXIST && d.Same(name, to, newName) {
			return d.dropOldName(name, to, newName)
		}
	}
	if err == nil {
		return nil
	}
	there, e := to.Has(newName)
	switch {
	case e != nil:
		return e
	case there:
		err = fs.ErrExist
	case unsupported(err) || err == unix.EPERM || err == unix.EMLINK:
		return d.Rename(name, to, newName)
	}
	return to.failed("rename to", newName, err)
}

// unsupported tells whether a file system does not know a call or one of its flags.
func unsupported(err error) bool {
	return err == unix.EINVAL || err == unix.ENOSYS || err == unix.ENOTSUP || err == unix.EOPNOTSUPP
}

// Same tells whether two names are of one file, as an interrupted RenameNoReplace leaves
// them.
func (d *Dir) Same(name string, to *Dir, newName string) bool {
	a, err := d.Lstat(name)
	b, e := to.Lstat(newName)
	return err == nil && e == nil && a.Ino == b.Ino && a.Dev == b.Dev
}

// dropOldName is the second half of RenameNoReplace. It takes the first one back if it fails.
func (d *Dir) dropOldName(name string, to *Dir, newName string) error {
	err := unix.Unlinkat(d.fd, name, 0)
	if err == nil {
		return nil
	}
	if unix.Unlinkat(to.fd, newName, 0) != nil {
		err = fmt.Errorf("%w: %w", ErrTwoNames, err)
	}
	return d.failed("remove", name, err)
}

// Link gives the file name in d a second name, newName in to, which nothing may have.
func (d *Dir) Link(name string, to *Dir, newName string) error {
	return to.failed("link to", newName, unix.Linkat(d.fd, name, to.fd, newName, 0))
}
