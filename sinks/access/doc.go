// Package access explains why this process may not read or write at a path. It only looks:
// it changes neither modes nor mounts.
//
//	access.go  the hint for each error of the system, and who this process is
//	path.go    the modes of each part of a path, and its mount
package access
