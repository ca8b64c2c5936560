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
)

const (
	firstBackoff = 200 * time.Millisecond
	lastBackoff  = 10 * time.Second

	// unknownTries is how often in a row a name is looked up that DNS says it does not know:
	// most often it is misspelt, now and then its service has not started yet.
	unknownTries = 6
)

var errStalled = errors.New("stalled")

// A hiccup is a failure that may pass. Its reason holds no word of a server that was sent a
// credential.
type hiccup struct {
	reason  string
	after   time.Duration // the server asks to stay away as long
	unknown bool          // to DNS
}

func (h hiccup) Error() string { return h.reason }

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

// broken makes a hiccup of an error of the network. The error's own text may hold the URL
// of a proxy, so it is not used.
func broken(err error) hiccup {
	var (
		timeout net.Error
		dns     *net.DNSError
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return hiccup{reason: "DNS knows no server or proxy of that name", unknown: true}
	case errors.As(err, &dns):
		return hiccup{reason: "the name of the server or proxy cannot be resolved"}
	case errors.As(err, &errno):
		return hiccup{reason: errno.Error()}
	case errors.As(err, &timeout) && timeout.Timeout():
		return hiccup{reason: "no answer in time"}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return hiccup{reason: "the transfer ended early"}
	}
	return hiccup{reason: "the connection broke"}
}

// A watch calls an alarm when a server says nothing for a while. It runs only while we
// wait for the server.
type watch struct {
	after time.Duration
	timer *time.Timer
}

func newWatch(after time.Duration, alarm func()) *watch {
	if after <= 0 {
		after = defaultStall
	}
	w := &watch{after: after, timer: time.AfterFunc(after, alarm)}
	w.timer.Stop()
	return w
}

// reader is r under watch.
func (w *watch) reader(r io.Reader) *watched { return &watched{watch: w, r: r} }

type watched struct {
	*watch
	r   io.Reader
	err error // the first, io.EOF included
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.after)
	n, err := w.r.Read(p)
	w.timer.Stop()
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}
