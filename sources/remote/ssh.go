package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"golang.org/x/crypto/ssh"
)

// An sshTransport runs git-upload-pack over ssh, for one try. There is no proxy for it, no
// agent, and no configuration but the Secret.
type sshTransport struct {
	to         *endpoint
	conn       *boundedConn
	stopWatch  func() bool // no longer closes conn when the context ends
	client     *ssh.Client
	session    *ssh.Session
	in         io.WriteCloser
	out        io.Reader
	stderr     stderrHead
	hostKeyErr error // why the host key was not accepted
	heard      bool  // something came
	asked      bool
}

func (s *sshTransport) open(ctx context.Context) (io.Reader, error) {
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	var err error
	if s.session, err = s.client.NewSession(); err != nil {
		return nil, transientError{reason: "the server opens no session"}
	}
	s.session.Stderr = &s.stderr
	s.in, err = s.session.StdinPipe()
	if err == nil {
		s.out, err = s.session.StdoutPipe()
	}
	if err != nil {
		return nil, networkFault(err)
	}
	if err = s.session.Start(service + " " + shellQuote(s.to.path)); err == nil {
		s.to.detailRequest(service, s.to.path, "connected")
		return s, nil
	}
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil, networkFault(err)
	}
	return nil, s.to.problem(diag.CauseRemote, "git-remote", "the server does not run git-upload-pack", "is the account one for Git?")
}

// connect dials and logs in. Package ssh knows no context, so the end of ctx closes the
// connection.
func (s *sshTransport) connect(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.to.hostPort())
	if err != nil {
		return networkFault(err)
	}
	s.conn = &boundedConn{Conn: conn}
	s.conn.left.Store(maxHandshake)
	s.stopWatch = context.AfterFunc(ctx, func() { s.conn.Close() })
	safe := ssh.SupportedAlgorithms() // the defaults lack what a hardened sshd offers, and have what OpenSSH refuses
	config := &ssh.ClientConfig{
		Config:            ssh.Config{KeyExchanges: safe.KeyExchanges, Ciphers: safe.Ciphers, MACs: safe.MACs},
		User:              s.to.user,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(s.to.signer)},
		HostKeyAlgorithms: s.to.hosts.algorithms(s.to.address),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			s.hostKeyErr = s.to.hosts.check(s.to.address, key)
			return s.hostKeyErr
		},
	}
	c, channels, requests, err := ssh.NewClientConn(s.conn, s.to.hostPort(), config)
	if err != nil {
		return s.handshakeError(err)
	}
	s.conn.left.Store(math.MaxInt64)
	s.client = ssh.NewClient(c, channels, requests)
	return nil
}

// maxHandshake is how much a server may send before the login is done.
const maxHandshake = 1 << 20

// A boundedConn ends when the server has sent too much. It is read by package ssh on a
// goroutine of its own.
type boundedConn struct {
	net.Conn
	left atomic.Int64
}

func (c *boundedConn) Read(p []byte) (int, error) {
	if c.left.Load() <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.Conn.Read(p)
	c.left.Add(int64(-n))
	return n, err
}

func (s *sshTransport) handshakeError(err error) error {
	var none *ssh.AlgorithmNegotiationError
	switch {
	case s.hostKeyErr != nil:
		return s.hostKeyErr
	case s.conn.left.Load() <= 0:
		return s.to.problem(diag.CauseRemote, "git-remote", fmt.Sprintf("the server sends more than %d MiB before anybody is logged in", maxHandshake>>20), "is this the port of an ssh server?")
	case errors.As(err, &none) && none.What == "host key":
		return s.to.hosts.noSuchType(s.to.address, none.RequestedAlgorithms)
	case errors.As(err, &none):
		p := s.to.problem(diag.CauseTrust, "git-host-key", "the server has no "+diag.Quoted(none.What)+" that is safe enough",
			"let the server offer one of "+algorithmNames(none.SupportedAlgorithms))
		p.Notes = []string{"it offers " + diag.Quoted(shorten(algorithmNames(none.RequestedAlgorithms), 300))}
		return p
	case strings.Contains(err.Error(), "unable to authenticate"):
		return s.to.problem(diag.CauseTrust, "git-auth", "the server does not accept "+s.to.offers+" for user "+s.to.user,
			"is it added there as a deploy key, or to an account that may read the repository?")
	}
	return networkFault(err)
}

// algorithmNames leaves out the names that only announce extensions of the protocol.
func algorithmNames(all []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return strings.HasPrefix(name, "kex-strict-") || strings.HasPrefix(name, "ext-info-")
	}), ", ")
}

func (s *sshTransport) ask(_ context.Context, request []byte) (io.Reader, error) {
	s.asked, s.heard = true, false
	if _, err := s.in.Write(request); err != nil && !errors.Is(err, io.EOF) {
		return nil, networkFault(err)
	}
	return s, nil // the end of a server that is gone tells why
}

// Read gives the server's output; only status 0 is a good end.
func (s *sshTransport) Read(p []byte) (int, error) {
	n, err := s.out.Read(p)
	s.heard = s.heard || n > 0
	if err == io.EOF {
		return n, s.end()
	}
	return n, err
}

func (s *sshTransport) end() error {
	var exit *ssh.ExitError
	switch err := s.session.Wait(); {
	case err == nil:
		return io.EOF
	case !errors.As(err, &exit):
		return io.ErrUnexpectedEOF
	}
	words := s.stderr.String()
	switch {
	case s.asked && notOffered(words):
		return &pktline.ErrorLine{Text: words}
	case s.asked && !s.heard && exit.Signal() == "" && exit.ExitStatus() < 126: // it ended by itself, with no word of an answer
		return s.to.problem(diag.CauseRemote, "git-remote",
			fmt.Sprintf("git-upload-pack of the server does not take the request: it ended with status %d and says %s", exit.ExitStatus(), s.to.quote(words)), "")
	case s.heard || s.asked:
		return transientError{reason: "git-upload-pack of the server ended early and says " + s.to.quote(words)}
	}
	return s.to.problem(diag.CauseRemote, "git-remote",
		fmt.Sprintf("git-upload-pack of the server ended with status %d and says %s", exit.ExitStatus(), s.to.quote(words)), s.to.notThere())
}

// notThere is the hint for a path without a repository. In host:22/path people mean a port.
func (t *endpoint) notThere() string {
	hint := "does the repository exist, and may " + t.offers + " read it?"
	if port, path, _ := strings.Cut(t.path, "/"); port != "" && strings.Trim(port, "0123456789") == "" {
		hint += " if " + port + " is a port, write " + diag.Quoted("ssh://"+t.user+"@"+t.host+":"+port+"/"+path)
	}
	return hint
}

// close sends a flush, so that the server does not log a lost client.
func (s *sshTransport) close() {
	if s.conn == nil {
		return
	}
	if s.in != nil && !s.asked {
		_, _ = io.WriteString(s.in, "0000")
	}
	if s.client != nil {
		s.client.Close()
	}
	s.stopWatch()
	s.conn.Close()
}

// shellQuote is for the server's shell.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// A stderrHead keeps the start of a server's standard error.
type stderrHead struct {
	mu   sync.Mutex
	text []byte
}

func (h *stderrHead) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), 512-len(h.text))]...)
	return len(p), nil
}

func (h *stderrHead) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}
