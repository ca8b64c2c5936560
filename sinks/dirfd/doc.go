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
//   - system_linux.go: the calls as Linux makes them.
//   - system_portable.go: the same calls on every other system. With the build tag
//     portable Linux uses them too, so that its tests run them.
//   - system_darwin.go and system_posix.go: renames and syncs as a Mac makes them, and as
//     POSIX has them.
package dirfd
