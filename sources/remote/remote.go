package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	defaultTimeout = 2 * time.Minute
	defaultStall   = 30 * time.Second

	slowHint = "if the server or the link is only slow, raise limits: {git: {time: …}}"
)

// A Remote is a repository and how it is reached.
type Remote struct {
	URL         string
	AllowHTTP   bool              // http:// is accepted; it takes no Auth
	Auth        map[string][]byte // the keys of a mounted Secret; nil for none
	Env         []string          // NAME=value; HTTPS_PROXY, HTTP_PROXY and NO_PROXY count, for https and http
	Timeout     time.Duration     // of all tries together; 0 means two minutes
	StartJitter time.Duration     // a random wait before the first connection, at most half of Timeout
	Notice      func(string)      // is told of each retry
	Detail      func(string)      // is told of each request, with its origin and path; may be nil
	Progress    func(string)      // is given the server's counters, a line each; nil asks for none

	stall time.Duration // how long a server may say nothing; 0 means 30 s
}

// Want is what a fetch is to bring.
type Want struct {
	Hashes []plumbing.Hash // none: nothing is fetched
	Depth  int             // commits of history; 0 means all
}

// ErrNotOffered is in the error of a Fetch whose server does not hand out a wanted commit,
// because no ref points to it. Fetching the refs with their history may bring it.
var ErrNotOffered = errors.New("the server does not hand out this commit")

// Check tells whether URL, Auth and Env fit, without touching the network.
func (r *Remote) Check() error {
	_, err := r.endpoint()
	return err
}

// CheckURL tells whether the URL is one that may be used, whatever Auth holds.
func (r *Remote) CheckURL() error {
	_, err := r.address()
	return err
}

// Fetch lets pick choose from the server's refs and read the pack of what was chosen. pick
// and read start anew with each try, so read must forget what it has. read is to return
// soon after its reader fails or ctx is done.
//
// Transient faults (no answer, a broken transfer, a Problem of CauseRemote from read) are
// tried again until Timeout.
func (r *Remote) Fetch(ctx context.Context, pick func(Refs) (Want, error), read func(ctx context.Context, pack io.Reader) error) error {
	to, err := r.endpoint()
	if err != nil {
		return err
	}
	f := &fetch{Remote: r, to: to, pick: pick, read: read, start: time.Now(), timer: &stallTimer{}}
	timed, cancel := context.WithTimeout(ctx, f.timeout())
	defer cancel()
	if to.scheme != "ssh" {
		f.http = newHTTPTransport(to, r.Env)
		defer f.http.client.CloseIdleConnections()
	}
	err = f.tries(timed)
	if err != nil && ctx.Err() != nil && !isProblem(err) {
		return context.Cause(ctx)
	}
	return err
}

// A fetch is one call of Fetch.
type fetch struct {
	*Remote
	to    *endpoint
	pick  func(Refs) (Want, error)
	read  func(context.Context, io.Reader) error
	start time.Time
	http  *httpTransport // of all tries, so that they share connections and a token; nil for ssh
	timer *stallTimer    // of the last try
}

func (r *Remote) timeout() time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	return defaultTimeout
}

func (f *fetch) tries(ctx context.Context) error {
	if jitter := min(f.StartJitter, f.timeout()/2); jitter > 0 {
		pause(ctx, rand.N(jitter))
	}
	var last transientError
	unknown := 0 // how often in a row DNS did not know the name
	for n := 1; ; n++ {
		err := f.try(ctx)
		switch {
		case err == nil || isProblem(err):
			return err
		case ctx.Err() == nil && !errors.As(err, &last): // after the deadline, the fault of an earlier try says more
			return err
		}
		if unknown++; !last.unknownHost {
			unknown = 0
		}
		wait := max(backoff(n), last.after)
		if deadline, _ := ctx.Deadline(); ctx.Err() != nil || unknown == unknownTries || time.Now().Add(wait).After(deadline) {
			return f.gaveUp(ctx, n, last)
		}
		if f.Notice != nil {
			f.Notice(fmt.Sprintf("%s: %s; try %d in %s", f.to, last.reason, n+1, wait.Round(time.Millisecond)))
		}
		if !pause(ctx, wait) {
			return f.gaveUp(ctx, n, last)
		}
	}
}

// gaveUp is the error of a fetch that has no time left, or whose caller has none.
func (f *fetch) gaveUp(ctx context.Context, n int, last transientError) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	tries := "1 try"
	if n > 1 {
		tries = fmt.Sprintf("%d tries", n)
	}
	reason, hint := last.reason, "is the server up, and may this pod reach it (network policy, proxy variables, DNS)?"
	var notes []string
	if last.unknownHost {
		hint = "is the host of the URL, or of the proxy variables, spelt right, and a name that this pod can see?"
	}
	if last.after > 0 {
		notes = append(notes, "the server asks to come back in "+last.after.Round(time.Second).String())
	}
	switch came := f.timer.came(); {
	case ctx.Err() != nil && came != "" && reason != "":
		notes = append(notes, "the last transfer was not over; "+came)
		hint = slowHint
	case ctx.Err() != nil && came != "":
		reason, hint = "the transfer was not over; "+came, slowHint
	case reason == "":
		reason = "it did not end in time"
	}
	p := f.to.problem(diag.CauseRemote, "git-remote", fmt.Sprintf("gave up after %s in %s: %s", tries, time.Since(f.start).Round(time.Millisecond), reason), hint)
	p.Notes = notes
	return p
}

// try is one connection, from the first byte to the last.
func (f *fetch) try(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f.timer = newStallTimer(f.stall, func() { cancel(errStalled) })
	s := &session{to: f.to, transport: f.http, timer: f.timer, progress: f.Progress}
	if f.http == nil {
		s.transport = &sshTransport{to: f.to}
	}
	defer s.transport.close()
	err := s.run(ctx, f.pick, f.read)
	if err != nil && !isProblem(err) && context.Cause(ctx) == errStalled {
		return transientError{reason: "nothing came for " + f.timer.after.String()}
	}
	return err
}

func isProblem(err error) bool {
	var p *diag.Problem
	return errors.As(err, &p)
}
