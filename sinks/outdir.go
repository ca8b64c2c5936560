package sinks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// errGone is the error of a directory that another run made and removed while this one
// waited for its lock.
var errGone = errors.New("it was removed by the run that made it")

// retryIfGone calls do again where another run removed the directory meanwhile.
func retryIfGone[T any](do func() (T, error)) (v T, err error) {
	for range 10 {
		if v, err = do(); !errors.Is(err, errGone) {
			break
		}
	}
	return v, err
}

// stillThere gives errGone for an open directory that was removed.
func stillThere(f *dirfd.Dir) error {
	removed, err := f.Removed()
	if removed {
		err = &fs.PathError{Op: "open", Path: f.Full, Err: errGone}
	}
	return err
}

// makeAll makes the directory dir, and returns the directories that it made, deepest last.
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
			return made, inWay(dir, "is a symlink to "+diag.Quoted(to)+", where nothing is", "remove it")
		}
		return made, nil
	} else if err != nil {
		return made, err
	}
	return append(made, dir), setMode(dir)
}

// setMode sets the mode of a new directory whatever the umask. An inherited setgid stays.
func setMode(dir string) error {
	t, err := dirfd.Open(dir) // no symlink that has just taken its name
	if err != nil {
		return err
	}
	defer t.Close()
	return t.Top().SetMode(0o755 | t.Top().Stat.Setgid())
}

// removeMade removes the directories that this run made, unless they hold something or
// another run has locked the deepest.
func removeMade(made []string) {
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
