package sinks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"confit/render/diag"
	"confit/sinks/dirfd"
)

// The codes of the problems that this package reports.
const (
	CodePath       = "output-path"       // outputs that cannot be published
	CodeSink       = "sink"              // a wrong sink in the spec
	CodeInWay      = "output-in-the-way" // something is there that confit did not write
	CodeIO         = "output-io"         // reading or writing failed
	CodeBusy       = "output-busy"       // another run holds the directory
	CodeStopped    = "stopped"           // the context ended before the commit
	CodeUnfinished = "output-unfinished" // the commit began; the next run finishes it
)

// ioProblem is err as a problem of cause IO. A problem stays as it is.
func ioProblem(err error, after string) error {
	var p *diag.Problem
	if err == nil || errors.As(err, &p) {
		return err
	}
	text := err.Error()
	var at *fs.PathError
	if errors.As(err, &at) {
		text = at.Op + " " + diag.Quoted(at.Path) + ": " + at.Err.Error()
	}
	return &diag.Problem{Cause: diag.CauseIO, Code: CodeIO, Text: text + after, Err: err}
}

// nothingChanged adds to an error before the commit that nothing was changed.
func (d Dir) nothingChanged(err error) error {
	text := "nothing in " + diag.Quoted(d.Path) + " was changed"
	if d.resumed {
		text = "an interrupted run was finished, nothing else in " + diag.Quoted(d.Path) + " was changed"
	}
	all := diag.Problems(err, diag.CauseIO)
	if last := all[len(all)-1]; last.Code == CodeInWay || last.Code == CodeBusy || last.Code == CodeStopped {
		last.Notes = append(last.Notes, text)
	}
	return ioProblem(err, "; "+text)
}

// stopped is the problem of a context that ended before the commit. A cause that is a
// problem stays as it is.
func (d Dir) stopped(ctx context.Context) error {
	cause := context.Cause(ctx)
	var p *diag.Problem
	if errors.As(cause, &p) {
		return cause
	}
	c := diag.CauseSignal
	if errors.Is(cause, context.DeadlineExceeded) {
		c = diag.CauseLimit
	}
	return &diag.Problem{Cause: c, Code: CodeStopped, Text: "stopped before the commit", Err: cause}
}

// inWay is the problem of a path that confit may not write to.
func inWay(path, what, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseInWay, Code: CodeInWay, Text: diag.Quoted(path) + " " + what, Hint: hint}
}

func joined(problems []*diag.Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// isGone tells whether err says that a directory is not there, or not any more.
func isGone(err error) bool { return dirfd.Absent(err) || dirfd.NotDir(err) }

// sameUser is the hint for what belongs to another user.
func sameUser(uid uint32) string {
	return strings.Join([]string{
		fmt.Sprintf("it belongs to user %d and this run is user %d:", uid, os.Geteuid()),
		"give every container that writes here the same runAsUser",
	}, " ")
}
