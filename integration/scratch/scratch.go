// Package scratch makes the temporary folders of tests. A folder is locked as long as the
// process that made it lives. A killed process cannot remove its folders, so the next
// process does.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A Dir is a folder of a living process.
type Dir struct {
	Path string
	lock *os.File // the folder itself
}

// New makes a folder in parent. Its name begins with prefix, and appears once the folder is
// locked: nobody takes a new folder for an abandoned one.
func New(parent, prefix string) (*Dir, error) {
	unlocked, err := os.MkdirTemp(parent, "."+prefix)
	if err != nil {
		return nil, err
	}
	d, err := lock(unlocked)
	if err != nil {
		return nil, errors.Join(err, os.Remove(unlocked))
	}
	d.Path = filepath.Join(parent, strings.TrimPrefix(filepath.Base(unlocked), "."))
	if err := os.Rename(unlocked, d.Path); err != nil {
		return nil, errors.Join(err, d.lock.Close(), os.Remove(unlocked))
	}
	return d, nil
}

// Abandoned finds the folders of killed processes. The caller owns them, and removes them.
func Abandoned(parent, prefix string) []*Dir {
	var found []*Dir
	names, _ := filepath.Glob(filepath.Join(parent, prefix+"*")) // no name is a bad pattern
	for _, name := range names {
		if d, err := lock(name); err == nil {
			found = append(found, d)
		}
	}
	return found
}

// Fresh is New, once the folders of killed processes are removed.
func Fresh(parent, prefix string) (*Dir, error) {
	for _, old := range Abandoned(parent, prefix) {
		if err := old.Remove(); err != nil {
			return nil, err
		}
	}
	return New(parent, prefix)
}

// lock takes a folder that no living process has.
func lock(path string) (*Dir, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Dir{path, f}, nil
}

// Remove unmounts everything below the folder and removes it. A mount that stays is an
// error, and its files are left alone.
func (d *Dir) Remove() error {
	err := Unmount(d.Path)
	if err == nil {
		err = os.RemoveAll(d.Path)
	}
	return errors.Join(err, d.lock.Close())
}

const prefix = "confit-tests-"

// Run calls f with a new folder, which is the temporary directory of this process and of
// its children meanwhile: every folder of testing.T.TempDir is below. The folders of
// earlier runs that were killed are removed first. Run gives the status that f gives.
func Run(f func(dir string) (status int)) (status int) {
	dir, err := begin()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := dir.Remove(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}()
	return f(dir.Path)
}

func begin() (*Dir, error) {
	d, err := Fresh(os.TempDir(), prefix)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(d.Path, 0o755), os.Setenv("TMPDIR", d.Path)); err != nil { // tests run as other users, too
		return nil, errors.Join(err, d.Remove())
	}
	return d, nil
}
