package gitserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cgi"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// HTTPOptions say what a server asks of its clients. The zero value is https for
// everyone. With several kinds of credentials, any one is enough.
type HTTPOptions struct {
	Plain              bool // http
	V0                 bool // no protocol v2, in which every server gives exact commits
	Username, Password string
	Token              string // as a bearer
	App                *App   // its API is on this server too
	ClientCert         bool

	Hosts    []string  // names on the certificate; nil means 127.0.0.1 and localhost
	NotAfter time.Time // the certificate's end; zero means tomorrow
}

// HTTP serves the repositories below a folder with git http-backend.
type HTTP struct {
	Log
	URL       string // of the folder: https://127.0.0.1:PORT
	CA        []byte // PEM, nil for http
	Cert, Key []byte // PEM, of a client

	options HTTPOptions
	good    http.Handler
	now     atomic.Pointer[http.Handler] // good, behind the faults
	serve   func(net.Listener) error
	crew    crew
}

// Parts of the paths of the two requests of a fetch.
const (
	Listing = "/info/refs"
	Fetch   = "/git-upload-pack"
)

// NewHTTP starts a server for the folder root.
func NewHTTP(root string, o HTTPOptions) (*HTTP, func(), error) {
	core, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, nil, err
	}
	s := &HTTP{options: o}
	s.good = s.guard(prompt(&cgi.Handler{
		Path:   filepath.Join(strings.TrimSpace(string(core)), "git-http-backend"),
		Env:    append([]string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}, clean...),
		Logger: log.New(io.Discard, "", 0),
		Stderr: io.Discard, // a pipe, so that the handler waits for all that git started
	}))
	s.Break()
	return s.start()
}

// prompt sends each part of an answer at once. While git makes a pack, it sends five bytes every
// five seconds. On a busy machine a client would take a server that holds them back for dead,
// try again, and make the machine busier.
func prompt(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(promptWriter{w}, r) })
}

type promptWriter struct{ http.ResponseWriter }

func (w promptWriter) Write(data []byte) (int, error) {
	n, err := w.ResponseWriter.Write(data)
	_ = http.NewResponseController(w.ResponseWriter).Flush() // where a fault stands before it, it does what it does
	return n, err
}

func (s *HTTP) start() (*HTTP, func(), error) {
	conf, err := s.certificates()
	if err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:     s,
		TLSConfig:   conf,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.connected()
			}
		},
	}
	scheme := "http://"
	s.serve = server.Serve
	if !s.options.Plain {
		scheme = "https://"
		s.serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	s.URL = scheme + listener.Addr().String()
	s.Serve(listener)
	return s, func() { s.crew.dismiss(func() { cancel(); server.Close() }) }, nil
}

// Serve answers on one more listener, in the network of a pod for example, until the
// server stops.
func (s *HTTP) Serve(l net.Listener) {
	if !s.crew.enter() {
		l.Close()
		return
	}
	go func() {
		defer s.crew.leave()
		_ = s.serve(l) // ends with Close
	}()
}

// certificates makes what TLS needs, for both sides.
func (s *HTTP) certificates() (*tls.Config, error) {
	if s.options.Plain {
		return nil, nil
	}
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	pair, err := ca.server(s.options.Hosts, s.options.NotAfter)
	if err != nil {
		return nil, err
	}
	s.CA = ca.pem()
	if s.Cert, s.Key, err = ca.client(); err != nil {
		return nil, err
	}
	conf := &tls.Config{Certificates: []tls.Certificate{pair}}
	if s.options.ClientCert {
		conf.ClientCAs = x509.NewCertPool()
		conf.ClientCAs.AddCert(ca.cert)
		conf.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return conf, nil
}

// Break puts faults before the server, the first one outermost, in place of those
// that were there. Without any the server is good again.
func (s *HTTP) Break(faults ...Fault) {
	h := s.good
	for i := len(faults) - 1; i >= 0; i-- {
		h = faults[i](h)
	}
	s.now.Store(&h)
}

// ServeHTTP answers a request, well or badly.
func (s *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.crew.enter() {
		return
	}
	defer s.crew.leave()
	done := s.add(Request{Method: r.Method, Path: r.URL.RequestURI(), Authorization: r.Header.Get("Authorization")})
	(*s.now.Load()).ServeHTTP(&noted{ResponseWriter: w, done: done}, r)
}

// noted tells the log the status of an answer.
type noted struct {
	http.ResponseWriter
	done  func(int)
	wrote bool
}

func (n *noted) WriteHeader(status int) {
	if !n.wrote {
		n.wrote = true
		n.done(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *noted) Write(p []byte) (int, error) {
	if !n.wrote {
		n.WriteHeader(http.StatusOK)
	}
	return n.ResponseWriter.Write(p)
}

// ReadFrom keeps the big buffer that net/http copies a pack with.
func (n *noted) ReadFrom(r io.Reader) (int64, error) {
	if !n.wrote {
		n.WriteHeader(http.StatusOK)
	}
	return io.Copy(n.ResponseWriter, r)
}

func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }
