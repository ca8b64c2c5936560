//go:build !linux

package scratch

import "errors"

// MountMemory mounts a file system in memory.
func MountMemory(string, string) error { return errors.ErrUnsupported }

// Bind gives a file or directory a second path.
func Bind(string, string) error { return errors.ErrUnsupported }

// ReadOnly makes a directory read-only.
func ReadOnly(string) error { return errors.ErrUnsupported }

// Unmount has nothing to do where nothing can be mounted.
func Unmount(string) error { return nil }
