package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall"

	"confit/render/diag"
)

func binaryValue(s *Spec, file string) error {
	return &diag.Problem{
		Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: file}, Text: "the file is not UTF-8 text and cannot be a value",
		Hint: "leave it out with read: on " + s.String() + "; copy and .Files take any bytes",
	}
}

func (r *reader) missingHint(s *Spec) string {
	if r.Absent != "" && path.IsAbs(s.where()) {
		return s.missingHint() + "; " + r.Absent
	}
	return s.missingHint()
}

func (s *Spec) missingHint() string {
	if volume := s.kind().mounted; volume != "" {
		return "mount " + volume + " at " + s.where() + ", or set optional: true"
	}
	return "create it, or set optional: true"
}

// foreignHint adds to the errors of a file in a directory the ways to leave it out of the
// values: a ConfigMap may hold files of other programs.
func (s *Spec) foreignHint(err error) error {
	if s.kind().named || s.Has("read") {
		return err
	}
	const hint = "a file of another program goes through copy: or template:, or is left out with read:"
	for _, p := range diag.Problems(err, diag.CauseData) {
		if p.Hint != "" {
			p.Hint += "; "
		}
		p.Hint += hint
	}
	return err
}

// inputProblem makes a problem of an error of reading an input.
func inputProblem(at diag.Pos, what string, err error, hint string) error {
	var p *diag.Problem
	if errors.As(err, &p) {
		return p
	}
	reason := "cannot be read"
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is nothing there"
	case errors.As(err, &pe):
		reason = fmt.Sprintf("%s %s: %v", pe.Op, diag.Quoted(pe.Path), pe.Err)
		hint = ""
	}
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a single file is read with file:"
	case errors.Is(err, ErrOutside):
		hint = "validate reads what lies in the checkout, so that a change to it cannot make it show anything else; --root DIR says where absolute paths lead"
	case errors.Is(err, errGitDir):
		hint = "validate never reads .git, which may hold the tokens of a CI: copy the file to another place"
	}
	return &diag.Problem{Cause: diag.CauseInput, Code: "input", Pos: at, Text: what + ": " + reason, Hint: hint, Err: err}
}
