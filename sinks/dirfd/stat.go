package dirfd

import "golang.org/x/sys/unix"

// A Stat is what the system says of a file.
type Stat struct {
	Mode    uint32 // type and permissions, as in struct stat
	UID     uint32
	Dev     uint64
	Ino     uint64
	Size    int64
	Changed int64 // the time of the last change of the file or its inode, in nanoseconds
}

func statOf(st *unix.Stat_t) Stat {
	return Stat{Mode: uint32(st.Mode), UID: st.Uid, Dev: uint64(st.Dev), Ino: st.Ino, Size: st.Size, Changed: st.Ctim.Nano()}
}

// Perm is the permissions with setuid, setgid and the sticky bit.
func (s Stat) Perm() uint32 { return s.Mode & 0o7777 }

// IsFile tells whether it is a regular file.
func (s Stat) IsFile() bool { return s.Mode&unix.S_IFMT == unix.S_IFREG }

// IsDir tells whether it is a directory.
func (s Stat) IsDir() bool { return s.Mode&unix.S_IFMT == unix.S_IFDIR }

// IsLink tells whether it is a symlink.
func (s Stat) IsLink() bool { return s.Mode&unix.S_IFMT == unix.S_IFLNK }

// Setgid is the setgid bit. A directory that has it hands its group down, as fsGroup
// arranges it.
func (s Stat) Setgid() uint32 { return s.Mode & unix.S_ISGID }

// Sticky tells whether only the owner of a file may replace it in this directory.
func (s Stat) Sticky() bool { return s.Mode&unix.S_ISVTX != 0 }

// Kind names the type for a message, as in "a symlink".
func (s Stat) Kind() string {
	switch s.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return "a file"
	case unix.S_IFDIR:
		return "a directory"
	case unix.S_IFLNK:
		return "a symlink"
	case unix.S_IFIFO:
		return "a named pipe"
	case unix.S_IFSOCK:
		return "a socket"
	}
	return "a device"
}
