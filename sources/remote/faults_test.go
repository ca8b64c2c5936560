package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
)

// A spoiler answers the n-th request itself, or leaves it to next.
type spoiler struct {
	n     atomic.Int32
	next  http.Handler
	spoil func(n int, w http.ResponseWriter, r *http.Request) (done bool)
}

func (s *spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.spoil(int(s.n.Add(1)), w, r) {
		s.next.ServeHTTP(w, r)
	}
}

func status(code int, header ...string) func(w http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if len(header) > 0 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "<html>"+secret)
	}
}

// TestPassing has faults of the first answer that a second try gets over.
func TestPassing(t *testing.T) {
	repo := newRepo(t)
	tests := map[string]struct {
		spoil  func(w http.ResponseWriter)
		notice string
	}{
		"500":          {status(500), "Internal Server Error"},
		"503":          {status(503), "Service Unavailable"},
		"429":          {status(429, "Retry-After", "1"), "try 2 in 1s"},
		"429 date":     {status(429, "Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"), "Too Many Requests"},
		"rate limit":   {status(403, "Retry-After", "1"), "Forbidden"},
		"odd wait":     {status(503, "Retry-After", "-7 "+secret), "Service Unavailable"},
		"gone at once": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "try 2 in"},
		"short": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000")
		}, "ended early"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv, auth := serve(t, &spoiler{next: backend(t, repo.root), spoil: func(n int, w http.ResponseWriter, _ *http.Request) bool {
				if n == 1 {
					tt.spoil(w)
				}
				return n == 1
			}})
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: with(auth, "token", secret)}, "")
			got.wantPack(t)
			if len(got.notices) != 1 || !strings.Contains(got.notices[0], tt.notice) {
				t.Errorf("notices %q, want one with %q", got.notices, tt.notice)
			}
		})
	}
}

// cutter lets pass n bytes of a response and then breaks the connection or stands still.
type cutter struct {
	http.ResponseWriter
	left  int
	stand <-chan struct{}
}

func (c *cutter) Write(p []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left > 0 {
		return n, nil
	}
	c.ResponseWriter.(http.Flusher).Flush()
	if c.stand != nil {
		<-c.stand
	}
	panic(http.ErrAbortHandler)
}

func TestBrokenTransfer(t *testing.T) {
	repo := newRepo(t)
	for _, after := range []int{1, 3, 4, 12, 60, 200} {
		for _, stand := range []bool{false, true} {
			t.Run(fmt.Sprintf("bytes=%d/stand=%v", after, stand), func(t *testing.T) {
				done := make(chan struct{})
				next := backend(t, repo.root)
				srv, auth := serve(t, &spoiler{next: next, spoil: func(n int, w http.ResponseWriter, r *http.Request) bool {
					if n != 2 {
						return false
					}
					c := &cutter{ResponseWriter: w, left: after}
					if stand {
						c.stand = done
					}
					// CGI answers from another goroutine than the one that may panic.
					rec := httptest.NewRecorder()
					next.ServeHTTP(rec, r)
					maps.Copy(w.Header(), rec.Header())
					_, _ = c.Write(rec.Body.Bytes())
					return true
				}})
				t.Cleanup(func() { close(done) })
				got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: auth, stall: 300 * time.Millisecond}, "")
				got.wantPack(t)
				if len(got.notices) == 0 {
					t.Errorf("no retry was noticed")
				}
			})
		}
	}
}

// TestPermanent has answers that are not tried again.
func TestPermanent(t *testing.T) {
	repo := newRepo(t)
	tests := map[string]struct {
		spoil func(w http.ResponseWriter)
		cause diag.Cause
		code  string
		text  string
	}{
		"401":          {status(401), diag.CauseTrust, "git-auth", "Unauthorized"},
		"403":          {status(403), diag.CauseTrust, "git-auth", "Forbidden"},
		"404":          {status(404), diag.CauseRemote, "git-not-found", "no such repository"},
		"418":          {status(418), diag.CauseRemote, "git-remote", "teapot"},
		"login page":   {status(200, "Content-Type", "text/html"), diag.CauseRemote, "git-remote", "login page"},
		"to login":     {status(302, "Location", "/login?token="+secret), diag.CauseTrust, "git-redirect", "login page"},
		"other origin": {status(301, "Location", "https://u:"+secret+"@evil.example.com:99/"+secret), diag.CauseTrust, "git-redirect", "to https://evil.example.com:99,"},
		"downgrade":    {status(301, "Location", "http://127.0.0.1/web.git/info/refs?service=git-upload-pack"), diag.CauseTrust, "git-redirect", "to http://127.0.0.1,"},
		"endless": {func(w http.ResponseWriter) {
			w.WriteHeader(404)
			for range 1 << 12 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, diag.CauseRemote, "git-not-found", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv, auth := serve(t, &spoiler{next: backend(t, repo.root), spoil: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
				tt.spoil(w)
				return true
			}})
			got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: with(auth, "token", secret)}, "")
			wantProblem(t, got.err, tt.cause, tt.code, tt.text)
			if len(got.notices) > 0 {
				t.Errorf("notices: %q", got.notices)
			}
		})
	}
}

// TestMoved follows a redirect to another path, and asks for the pack there.
func TestMoved(t *testing.T) {
	repo := newRepo(t)
	next := backend(t, repo.root)
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/old.git/"); ok && r.Method == http.MethodGet {
			http.Redirect(w, r, "/web.git/"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return
		}
		next.ServeHTTP(w, r)
	}))
	fetchFrom(t, &Remote{URL: srv.URL + "/old.git/", Auth: auth}, "").wantPack(t)
}

// TestEnds has servers that never come good; each try fails and the fetch ends.
func TestEnds(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	key := (&sshd{}).fill(t)
	tests := map[string]struct {
		url  string
		auth map[string][]byte
		text string
	}{
		"https accepted, then silent": {"https://" + silent.Addr().String() + "/web.git", nil, "gave up after"},
		"ssh accepted, then silent":   {"ssh://" + silent.Addr().String() + "/web.git", key, "gave up after"},
		"https refused":               {"https://" + closed.Addr().String() + "/web.git", nil, "connection refused"},
		"ssh refused":                 {"ssh://" + closed.Addr().String() + "/web.git", key, "connection refused"},
	}
	for name, tt := range tests {
		for _, stall := range []time.Duration{0, 500 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s/stall=%v", name, stall), func(t *testing.T) {
				t.Parallel()
				got := fetchFrom(t, &Remote{URL: tt.url, Auth: tt.auth, Timeout: 2 * time.Second, StartJitter: time.Hour, stall: stall}, "")
				wantProblem(t, got.err, diag.CauseRemote, "git-remote", tt.text)
			})
		}
	}
}

func TestRetryAfterTooLong(t *testing.T) {
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { status(429, "Retry-After", "3600")(w) }))
	got := fetchFrom(t, &Remote{URL: srv.URL + "/web.git", Auth: auth}, "")
	wantProblem(t, got.err, diag.CauseRemote, "git-remote", "come back in 1h0m0s")
	if len(got.notices) > 0 {
		t.Errorf("notices: %q", got.notices)
	}
}

// TestCancelled has a caller that gives up: its own cause is what comes back.
func TestCancelled(t *testing.T) {
	srv, auth := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	why := &diag.Problem{Cause: diag.CauseSignal, Code: "signal", Text: "stopped"}
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	r := &Remote{URL: srv.URL + "/web.git", Auth: auth}
	if err := r.Fetch(ctx, nil, nil); err != error(why) {
		t.Errorf("Fetch = %v, want the cause of the context", err)
	}
}

// TestReadFails tells a reader's own findings from those that another try may cure.
func TestReadFails(t *testing.T) {
	repo := newRepo(t)
	srv, auth := serve(t, backend(t, repo.root))
	fetch := func(failure error) (int, error) {
		tries := 0
		r := &Remote{URL: srv.URL + "/web.git", Auth: auth, Timeout: 20 * time.Second}
		err := r.Fetch(t.Context(), func(refs Refs) (Want, error) {
			return Want{Hashes: []plumbing.Hash{refs.Head.Hash}}, nil
		}, func(_ context.Context, pack io.Reader) error {
			if tries++; tries == 1 {
				return failure
			}
			_, err := io.Copy(io.Discard, pack)
			return err
		})
		return tries, err
	}
	if tries, err := fetch(&diag.Problem{Cause: diag.CauseRemote, Text: "cut short"}); tries != 2 || err != nil {
		t.Errorf("a remote problem: %d tries, %v", tries, err)
	}
	bad := &diag.Problem{Cause: diag.CauseData, Text: "bad object"}
	if tries, err := fetch(bad); tries != 1 || err != error(bad) {
		t.Errorf("a data problem: %d tries, %v", tries, err)
	}
	plain := errors.New("plain")
	if tries, err := fetch(plain); tries != 1 || err != plain {
		t.Errorf("an error: %d tries, %v", tries, err)
	}
}

// TestPushedMeanwhile moves the branch between the listing and the request.
func TestPushedMeanwhile(t *testing.T) {
	repo := newRepo(t)
	srv, auth := serve(t, backend(t, repo.root))
	picks := 0
	r := &Remote{URL: srv.URL + "/web.git", Auth: auth, Timeout: 20 * time.Second}
	var pack bytes.Buffer
	err := r.Fetch(t.Context(), func(refs Refs) (Want, error) {
		if picks++; picks == 1 {
			git(t, repo.dir, "update-ref", "refs/heads/main", repo.first)
		}
		return Want{Hashes: []plumbing.Hash{refs.Head.Hash}, Depth: 1}, nil
	}, func(_ context.Context, r io.Reader) error {
		pack.Reset()
		_, err := pack.ReadFrom(r)
		return err
	})
	if err != nil || picks != 2 || pack.Len() == 0 {
		t.Errorf("%d picks, %d bytes, %v", picks, pack.Len(), err)
	}
}
