package sinks

import (
	"errors"

	"golang.org/x/sys/unix"
)

func (c *commit) mkdir(i int, o op, f *folder) error {
	name := base(o.Path)
	err := unix.Mkdirat(f.fd, name, 0o700)
	if errors.Is(err, unix.EEXIST) && !c.again {
		return nil // someone was faster; what it holds is looked at next
	}
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return errno("mkdir", f.at(name), err)
	}
	c.taken[i] = done
	c.dirs[o.Path] = true
	return f.chmod(name, o.Mode)
}

func (c *commit) chmod(i int, o op, f *folder) error {
	c.taken[i] = done
	return f.chmod(base(o.Path), o.Mode)
}

func (c *commit) rmdir(i int, o op, f *folder) error {
	name := base(o.Path)
	if there, err := f.has(name); !there {
		return err
	}
	return c.did(i, done, f.removeEmpty(name))
}

// remake makes a directory again that was removed.
func (f *folder) remake(name string, mode uint32) error {
	if there, err := f.has(name); there || err != nil {
		return err
	}
	if err := unix.Mkdirat(f.fd, name, 0o700); err != nil {
		return errno("mkdir", f.at(name), err)
	}
	return f.chmod(name, mode)
}

// removeEmpty removes the directory name, unless it holds something or is gone.
func (f *folder) removeEmpty(name string) error {
	err := f.unlink(name, unix.AT_REMOVEDIR)
	if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) || isNoDir(err) {
		return nil
	}
	return err
}

// chmod sets the mode of the directory name, whose setgid bit stays.
func (f *folder) chmod(name string, mode uint32) error {
	fd, err := f.openat(name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return errno("stat", f.at(name), err)
	}
	want := mode | st.Mode&unix.S_ISGID
	if st.Mode&0o7777 == want {
		return nil
	}
	return errno("chmod", f.at(name), unix.Fchmod(fd, want))
}

func (f *folder) has(name string) (bool, error) {
	var st unix.Stat_t
	err := f.lstat(name, &st)
	if isAbsent(err) {
		return false, nil
	}
	return err == nil, err
}

// move renames a file; what has the new name is replaced.
func move(from *folder, a string, to *folder, b string) error {
	if err := unix.Renameat(from.fd, a, to.fd, b); err != nil {
		return errno("rename to", to.at(b), err)
	}
	return nil
}

// moveNew renames a file to a name that nothing has.
func moveNew(from *folder, a string, to *folder, b string) error {
	err := unix.Renameat2(from.fd, a, to.fd, b, unix.RENAME_NOREPLACE)
	if err == nil {
		return nil
	}
	there, e := to.has(b)
	switch {
	case e != nil:
		return e
	case there:
		return inWay(to.at(b), "was put there while this run was at work", "move it away")
	case err == unix.EINVAL || err == unix.ENOSYS: // not every file system can
		return move(from, a, to, b)
	}
	return errno("rename to", to.at(b), err)
}

// link gives a file a second name.
func link(from *folder, a string, to *folder, b string) error {
	if err := unix.Linkat(from.fd, a, to.fd, b, 0); err != nil {
		return errno("link to", to.at(b), err)
	}
	return nil
}
