package gitserver

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// A Fault is a server that answers badly some of the time and else asks next.
type Fault func(next http.Handler) http.Handler

// On limits a fault to requests with part in their path, such as Listing or Fetch.
func On(part string, f Fault) Fault {
	return func(next http.Handler) http.Handler {
		bad := f(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.RequestURI(), part) {
				bad.ServeHTTP(w, r)
			} else {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Times limits a fault to the first n requests that it sees.
func Times(n int64, f Fault) Fault {
	return func(next http.Handler) http.Handler {
		bad := f(next)
		var seen atomic.Int64
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if seen.Add(1) <= n {
				bad.ServeHTTP(w, r)
			} else {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Before calls do before the answer: On(Fetch, Times(1, Before(push))) pushes
// between listing and fetch.
func Before(do func()) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			do()
			next.ServeHTTP(w, r)
		})
	}
}

// Answer says always the same: a 429 with Retry-After, a 500, a page of HTML.
// Header takes names and values in turn.
func Answer(status int, body string, header ...string) Fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
}

// Refuse answers a listing, in the protocol, with an ERR packet.
func Refuse(text string) Fault {
	const service = "# service=git-upload-pack\n"
	text = "ERR " + text + "\n"
	body := fmt.Sprintf("%04x%s0000%04x%s", len(service)+4, service, len(text)+4, text)
	return Answer(http.StatusOK, body, "Content-Type", "application/x-git-upload-pack-advertisement")
}

// Echo is a 401 whose body and header repeat the credentials.
func Echo() Fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			given := r.Header.Get("Authorization")
			user, password, _ := r.BasicAuth()
			w.Header().Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q", given))
			http.Error(w, fmt.Sprintf("not you: %s %s %s", given, user, password), http.StatusUnauthorized)
		})
	}
}

// Endless answers with a body that ends when the client goes.
func Endless(status int) Fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			line := []byte(strings.Repeat("no such page ", 1000) + "\n")
			for {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		})
	}
}

// Redirect sends paths that begin with from on to another place, with what
// follows: a path of this server, or a URL of another.
func Redirect(from, to string) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rest, ok := strings.CutPrefix(r.URL.RequestURI(), from)
			if !ok {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Location", to+rest)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
	}
}

// Body spoils what a good server answers, whatever length it promised.
func Body(spoil Spoil) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b := &body{ResponseWriter: w}
			b.spoilt = spoil(r.Context(), flusher{w})
			next.ServeHTTP(b, r)
			if errors.Is(b.err, errCut) {
				panic(http.ErrAbortHandler)
			}
		})
	}
}

type body struct {
	http.ResponseWriter
	spoilt io.Writer
	err    error
}

func (b *body) WriteHeader(status int) {
	b.Header().Del("Content-Length") // it may no longer be so long
	b.ResponseWriter.WriteHeader(status)
}

func (b *body) Write(p []byte) (n int, err error) {
	n, b.err = b.spoilt.Write(p)
	return n, b.err
}

// flusher lets no byte wait in a buffer.
type flusher struct{ w http.ResponseWriter }

func (f flusher) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	return n, errors.Join(err, http.NewResponseController(f.w).Flush())
}
