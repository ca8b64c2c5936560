package remote

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"confit/render"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"golang.org/x/crypto/ssh"
)

// A shell is the link to a server that runs git-upload-pack for us over ssh. There is no
// proxy for it, no agent, and no configuration but the Secret.
type shell struct {
	to       *target
	unhook   func() bool
	conn     net.Conn
	client   *ssh.Client
	session  *ssh.Session
	in       io.WriteCloser
	out      io.Reader
	last     lastWords
	distrust error // why the host key was not accepted
	heard    bool  // something came
	asked    bool
}

func (s *shell) list(ctx context.Context) (io.Reader, error) {
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	var err error
	if s.session, err = s.client.NewSession(); err != nil {
		return nil, hiccup{reason: "the server opens no session"}
	}
	if s.in, err = s.session.StdinPipe(); err != nil {
		return nil, broken(err)
	}
	if s.out, err = s.session.StdoutPipe(); err != nil {
		return nil, broken(err)
	}
	s.session.Stderr = &s.last
	if err := s.session.Start(service + " " + shellQuote(s.to.path)); err != nil {
		if ctx.Err() != nil || errors.Is(err, io.EOF) {
			return nil, broken(err)
		}
		return nil, s.to.problem(render.CauseRemote, "git-remote", "the server does not run git-upload-pack")
	}
	return s, nil
}

// connect dials and shakes hands. Package ssh knows no context, so the connection is
// closed under it.
func (s *shell) connect(ctx context.Context) error {
	var err error
	if s.conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", s.to.hostPort()); err != nil {
		return broken(err)
	}
	conn := s.conn
	s.unhook = context.AfterFunc(ctx, func() { conn.Close() })
	config := &ssh.ClientConfig{
		User:              s.to.address.user,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(s.to.signer)},
		HostKeyAlgorithms: s.to.hosts.algorithms(s.to.address),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			s.distrust = s.to.hosts.check(s.to.address, key)
			return s.distrust
		},
	}
	c, channels, requests, err := ssh.NewClientConn(s.conn, s.to.hostPort(), config)
	if err != nil {
		return s.handshakeError(err)
	}
	s.client = ssh.NewClient(c, channels, requests)
	return nil
}

func (s *shell) handshakeError(err error) error {
	var none *ssh.AlgorithmNegotiationError
	switch {
	case s.distrust != nil:
		return s.distrust
	case errors.As(err, &none) && none.What == "host key":
		return s.to.hosts.noSuchKind(s.to.address)
	case errors.As(err, &none):
		return s.to.problem(render.CauseTrust, "git-host-key", "the server has no %s that is safe enough", render.Quoted(none.What))
	case strings.Contains(err.Error(), "unable to authenticate"):
		p := s.to.problem(render.CauseTrust, "git-auth", "the server does not accept %s for user %s", s.to.shape, s.to.address.user)
		p.Hint = "is it added there as a deploy key, or to an account that may read the repository?"
		return p
	}
	return broken(err)
}

func (s *shell) ask(_ context.Context, request []byte) (io.Reader, error) {
	s.asked = true
	if _, err := s.in.Write(request); err != nil && !errors.Is(err, io.EOF) {
		return nil, broken(err)
	}
	return s, nil // if it is gone, reading will tell why
}

// Read gives what the server says; its end is a good one only if it says so.
func (s *shell) Read(p []byte) (int, error) {
	n, err := s.out.Read(p)
	s.heard = s.heard || n > 0
	if err == io.EOF {
		return n, s.end()
	}
	return n, err
}

func (s *shell) end() error {
	var exit *ssh.ExitError
	switch err := s.session.Wait(); {
	case err == nil:
		return io.EOF
	case !errors.As(err, &exit):
		return io.ErrUnexpectedEOF
	}
	words := s.last.String()
	switch {
	case s.asked && notOffered(words):
		return &pktline.ErrorLine{Text: words}
	case s.heard:
		return hiccup{reason: "git-upload-pack of the server ended early and says " + s.to.heard(words)}
	}
	p := s.to.problem(render.CauseRemote, "git-remote", "git-upload-pack of the server ended with status %d and says %s", exit.ExitStatus(), s.to.heard(words))
	p.Hint = "does the repository exist, and may " + s.to.shape + " read it?"
	return p
}

// close takes its leave, so that the server does not log a lost client.
func (s *shell) close() {
	if s.in != nil && !s.asked {
		_, _ = io.WriteString(s.in, "0000")
	}
	if s.client != nil {
		s.client.Close()
	}
	if s.conn != nil {
		s.unhook()
		s.conn.Close()
	}
}

// shellQuote is for the server's shell.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// lastWords keeps the start of what a server writes to its standard error.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

func (l *lastWords) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p[:min(len(p), 512-len(l.text))]...)
	return len(p), nil
}

func (l *lastWords) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
