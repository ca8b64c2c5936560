package report

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"confit/render/diag"
)

// WriteFile writes a file whole, or leaves the one that is there. What is no regular file,
// like a pipe, is written to as it is.
func WriteFile(name, text string) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return problem(name, appendTo(name, 0, text))
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".confit-report-*")
	if err != nil {
		return problem(name, err)
	}
	_, err = io.WriteString(temporary, text)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name()) // the error of the file says enough
	}
	return problem(name, err)
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

func appendTo(name string, flags int, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|flags, 0o644)
	if err != nil {
		return err
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
	return &diag.Problem{
		Cause: diag.CauseIO, Code: "report-io", Text: "the report " + diag.Quoted(name) + " cannot be written: " + text,
		Hint: "name a file in a directory that is there and may be written to", Err: err,
	}
}
