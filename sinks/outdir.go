package sinks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"confit/render"
	"confit/sinks/dirfd"
)

// errGone is the error of a directory that another run made and has removed by the time
// that this one holds its lock.
var errGone = errors.New("it was removed by the run that made it")

// againIfGone repeats what another run's leaving has disturbed.
func againIfGone[T any](do func() (T, error)) (v T, err error) {
	for range 10 {
		if v, err = do(); !errors.Is(err, errGone) {
			break
		}
	}
	return v, err
}

// stillThere tells whether an open directory still has a name.
func stillThere(f *dirfd.Dir) error {
	removed, err := f.Removed()
	if removed {
		err = &fs.PathError{Op: "open", Path: f.Full, Err: errGone}
	}
	return err
}

// makeAll creates the directory dir, and tells which ones it made, deepest last.
func makeAll(dir string) ([]string, error) {
	if _, err := os.Stat(dir); !dirfd.Absent(err) {
		return nil, err
	}
	var made []string
	if up := filepath.Dir(dir); up != dir {
		var err error
		if made, err = makeAll(up); err != nil {
			return made, err
		}
	}
	if err := os.Mkdir(dir, 0o755); errors.Is(err, fs.ErrExist) {
		if to, err := os.Readlink(dir); err == nil {
			return made, inWay(dir, "is a symlink to "+render.Quoted(to)+", where nothing is", "remove it")
		}
		return made, nil
	} else if err != nil {
		return made, err
	}
	return append(made, dir), widen(dir)
}

// widen gives a new directory its mode whatever the umask; it keeps an inherited setgid.
func widen(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil || info.Mode().Perm() == 0o755 {
		return err
	}
	return os.Chmod(dir, info.Mode()&fs.ModeSetgid|0o755)
}

// unmake removes directories that this run made, unless something is inside, or another run
// is at work in the deepest.
func unmake(made []string) {
	if len(made) == 0 {
		return
	}
	t, err := dirfd.Open(made[len(made)-1])
	if err != nil {
		return
	}
	defer t.Close()
	if free, _ := t.Top().TryLock(true); !free {
		return
	}
	for _, dir := range slices.Backward(made) {
		if os.Remove(dir) != nil {
			return
		}
	}
}
