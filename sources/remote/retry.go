package remote

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"confit/render/diag"
)

const (
	firstBackoff = 200 * time.Millisecond
	lastBackoff  = 10 * time.Second

	// unknownTries is how often in a row a name is looked up that DNS says it does not know:
	// most often it is misspelt, now and then its service has not started yet.
	unknownTries = 6
)

var errStalled = errors.New("stalled")

// A transientError is a fault that another try may cure. Its reason holds no word of a
// server that was sent a credential.
type transientError struct {
	reason      string
	after       time.Duration // the server asks to stay away as long
	unknownHost bool          // DNS knows no such name
}

func (t transientError) Error() string { return t.reason }

// backoff is how long to wait after the n-th try: a random part of a span that doubles, so
// that pods which failed together do not come back together.
func backoff(n int) time.Duration {
	span := lastBackoff
	if n < 7 {
		span = min(span, firstBackoff<<(n-1))
	}
	return rand.N(span) + time.Millisecond
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// retryAfter reads the header of that name: seconds, or a date (RFC 9110, 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// networkFault explains an error of the network. The error's own text may hold the URL of
// a proxy, so it is not used.
func networkFault(err error) error {
	var (
		transient transientError
		problem   *diag.Problem
		timeout   net.Error
		dns       *net.DNSError
		errno     syscall.Errno
	)
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &transient):
		return transient
	case errors.As(err, &dns) && dns.IsNotFound:
		return transientError{reason: "DNS knows no server or proxy of that name", unknownHost: true}
	case errors.As(err, &dns):
		return transientError{reason: "the name of the server or proxy cannot be resolved"}
	case errors.As(err, &errno):
		return transientError{reason: errno.Error()}
	case errors.As(err, &timeout) && timeout.Timeout():
		return transientError{reason: "no answer in time"}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return transientError{reason: "the transfer ended early"}
	}
	return transientError{reason: "the connection broke"}
}
