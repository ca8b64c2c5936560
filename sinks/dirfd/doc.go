// Package dirfd reads and changes the files below one directory through open
// descriptors. The directory is opened once. Each name below it is resolved from
// the descriptor of the directory that holds the name, and no symlink is followed.
// The package knows nothing of outputs, manifests or problems: its errors are
// those of the system, as fs.PathError.
//
//   - tree.go: a Tree walks paths and keeps the directories of the last path open.
//   - dir.go: a Dir is an open directory: list, look, sync, lock.
//   - change.go: create, rename, link and remove names in a Dir, and set modes.
//   - file.go: a File is an open file: read and write.
//   - stat.go: a Stat is what the system says of a file.
//   - errors.go: the kinds of errors that callers tell apart.
//   - dirfd_linux.go and dirfd_other.go: the system calls that only Linux has, and
//     their portable counterparts.
package dirfd
