package diag

import (
	"fmt"
	"runtime"
	"strings"
)

// CatchPanic calls f and turns a panic into the problem of Bug. Each goroutine needs a call
// of its own.
func CatchPanic(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = Bug()
		}
	}()
	return f()
}

// Bug is the problem of a panic that is being recovered. It names the place in the code, and
// not the value of the panic, which may hold a secret.
func Bug() *Problem {
	p := &Problem{Cause: CauseUnknown, Code: "bug", Text: "confit has come upon a bug of its own"}
	p.Hint = "please report it with these lines and, if you can, the spec and templates"
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for more := true; more && len(p.Notes) < 4; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "confit/") || strings.HasPrefix(f.Function, "main.") {
			p.Notes = append(p.Notes, fmt.Sprintf("at %s, line %d", f.Function, f.Line))
		}
	}
	return p
}
