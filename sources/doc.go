// Package sources reads the outside world: mounted ConfigMaps and Secrets, files,
// environment variables and Git repositories. It yields layers of values, each with its
// origin, and file trees. It sees every volume in one consistent generation, and changes
// nothing.
//
// The files of the package:
//
//   - kind.go: the table of the kinds of sources, and the formats of files.
//   - spec.go, check.go, gitspec.go: an item of the sources section, and its checks.
//   - read.go, parse.go: sources to layers and files, and files to values.
//   - env.go, fromfile.go: variables, and values that a variable or flag takes from a file.
//   - lists.go, sensitive.go: the fields lists: and sensitive:.
//   - find.go: the files that an entry of the spec names.
//   - machine.go: the files and variables that a run may read.
//   - boundary.go: file trees that no path and no symbolic link leads out of.
//   - volume.go, snapshot.go, walk.go: volumes in one generation, files and directories.
//   - inputs.go: what a run has read, and whether it has changed since.
//   - limits.go: the numbers and sizes of files.
//   - unusable.go: files that are listed, but have no content: submodules, say.
//   - encrypted.go: values that are cipher text, and no passwords.
//   - git.go, gitfetch.go: the commits of Git sources, and how they are fetched.
//   - gitfiles.go, blobs.go, cache.go: the files of a commit, their contents, and commits of an
//     earlier run.
//   - detail.go, problem.go: the steps that -v shows, and errors of reading.
//
// Below it, remote talks to Git servers, pack reads what they send, and verify checks
// signatures.
package sources
