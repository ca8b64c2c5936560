package console

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"confit/render/diag"
)

// ErrReaderGone is in the error of data that nobody reads any more, as of a pager that was
// left. It is no failure of the run.
var ErrReaderGone = errors.New("the reader of stdout has gone")

// Stdout is the stream of data. An error of it is a problem of its own, and not one of the
// volume of /dev/stdout.
type Stdout struct{ To io.Writer }

func (o Stdout) Write(text []byte) (int, error) {
	n, err := o.To.Write(text)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, syscall.EPIPE):
		return n, ErrReaderGone
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return n, &diag.Problem{Cause: diag.CauseIO, Code: "output-io", Text: "stdout: " + err.Error(), Hint: "look at where stdout leads: a full volume, or a reader that has gone", Err: err}
}
