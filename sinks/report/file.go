package report

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"confit/render/diag"
)

// Errors of a file that WriteFile refuses.
var (
	errLink   = errors.New("it is a symbolic link")
	errUnread = errors.New("nobody reads the pipe")
)

// WriteFile writes a file whole, or leaves the one that is there, whose mode the new one keeps.
// A pull request may hold a symbolic link, so only links of the system are followed, like
// /dev/stdout. A pipe or another special file is written to as it is.
func WriteFile(name, text string) error {
	name = filepath.Clean(name)
	info, err := os.Lstat(name)
	switch {
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		if !ofSystem(name) {
			return problem(name, errLink)
		}
		err = appendTo(name, os.O_APPEND, text)
	case err == nil && !info.Mode().IsRegular():
		err = appendTo(name, syscall.O_NOFOLLOW, text)
	default: // a file that cannot be looked at cannot be made either
		err = replace(name, info, text)
	}
	return problem(name, err)
}

// ofSystem tells whether a name lies where only the system makes links.
func ofSystem(name string) bool {
	dir := filepath.Dir(name)
	return dir == "/dev" || dir == "/dev/fd" || strings.HasPrefix(dir, "/proc/")
}

// replace puts a new file in the place of the old one, which is nil where there is none.
func replace(name string, old fs.FileInfo, text string) error {
	mode := fs.FileMode(0o666) // less the umask
	if old != nil {
		mode = old.Mode().Perm()
	}
	temporary := filepath.Join(filepath.Dir(name), ".confit-report-"+strconv.FormatUint(rand.Uint64(), 36))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if old != nil {
		err = errors.Join(err, f.Chmod(mode))
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(temporary, name)
	}
	if err != nil {
		_ = os.Remove(temporary) // the error of the file says enough
	}
	return err
}

// summaryLimit is the size up to which GitHub shows the summary of a step. It drops a larger
// one as a whole.
const summaryLimit = 1 << 20

// AppendSummary adds the report to the summary of a GitHub step.
func (r *Report) AppendSummary(name string) error {
	left := summaryLimit
	if info, err := os.Stat(name); err == nil {
		left -= int(min(info.Size(), summaryLimit))
	}
	const least = 4 << 10
	if left < least {
		return nil
	}
	return problem(name, appendTo(name, os.O_CREATE|os.O_APPEND, r.markdownWithin(left)))
}

// appendTo writes to a file that is there. It waits for no reader of a pipe; a reader that stops
// to read blocks it.
func appendTo(name string, flags int, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK|flags, 0o644)
	if info, err2 := os.Stat(name); errors.Is(err, syscall.ENXIO) && err2 == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return errUnread
	}
	if err != nil {
		return err
	}
	if f.SetWriteDeadline(time.Time{}) != nil { // Go does not wait for it, so that the kernel must
		_ = syscall.SetNonblock(int(f.Fd()), false)
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// problem is the problem of a file that cannot be written.
func problem(name string, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		text = at.Err.Error()
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		text = link.Err.Error()
	}
	hint := "name a file in a directory that is there and may be written to"
	switch {
	case errors.Is(err, errLink):
		hint = "remove it, or name another file"
	case errors.Is(err, errUnread):
		hint = "start its reader first"
	}
	return &diag.Problem{
		Cause: diag.CauseIO, Code: "report-io", Text: "the report " + diag.Quoted(name) + " cannot be written: " + text,
		Hint: hint, Err: err,
	}
}
