// Package pack reads a Git pack while it arrives, forward and once, in bounded memory, and
// lists the files of a commit in it. It opens no connection and touches no disk: a reader
// gives the bytes, and a Store keeps the blobs. It computes the id of each object that it
// returns, and verifies every checksum.
//
// # The way of one object
//
//   - readahead.go reads chunks from the transport in a goroutine of its own and computes the
//     checksum of the pack.
//   - reader.go parses the header of the object and finds the base of a delta. inflate.go
//     inflates the object into a buffer of buffer.go.
//   - resolver.go queues the object as a job. A delta waits until its base is saved.
//   - worker.go applies a delta (delta.go), computes the id, and saves the content: a blob in
//     the Store, a commit, tree or tag in memory.
//   - objects.go finds commits and tags by their ids.
//
// pack.go has Read, which runs all of this; limits.go has the limits, and the problem of each.
//
// # The way to the files of a commit
//
//   - files.go has Objects.Files, and dir.go finds the directory to list.
//   - walk.go walks the trees below it. tree.go parses their entries, and name.go checks the
//     names.
//   - link.go resolves symlinks, and placeholder.go recognizes the blobs of Git LFS and git-crypt.
//   - restore.go saves the objects on the way to the files, and reads them again.
//
// An entry without a regular file is listed with its Defect: only a caller who needs the
// entry makes an error of it.
package pack
