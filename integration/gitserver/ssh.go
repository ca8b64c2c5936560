package gitserver

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SSHOptions say who may log in.
type SSHOptions struct {
	User string // "" means git
	Keys []*SSHKey
	V0   bool // no protocol v2, in which every server gives exact commits
}

// SSH serves the repositories below a folder with git upload-pack, and runs
// nothing else.
type SSH struct {
	Log
	Addr string // 127.0.0.1:PORT
	URL  string // of the folder: ssh://git@127.0.0.1:PORT

	root    string
	options SSHOptions

	mu    sync.Mutex
	hosts []ssh.Signer
	spoil Spoil
}

// NewSSH starts a server for the folder root.
func NewSSH(root string, o SSHOptions) (*SSH, func(), error) {
	o.User = cmp.Or(o.User, "git")
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, nil, err
	}
	s := &SSH{root: root, options: o}
	if err := s.Rekey(); err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	s.Addr = listener.Addr().String()
	s.URL = "ssh://" + o.User + "@" + s.Addr
	return s, s.Serve(listener), nil
}

// Serve answers on one more listener, in the network of a pod for example, until stop.
func (s *SSH) Serve(l net.Listener) (stop func()) {
	return accept(l, &crew{}, func(ctx context.Context, c net.Conn) {
		s.connected()
		s.serve(ctx, c)
	})
}

// KnownHosts is the line for a known_hosts file, without the line end. It names
// the Ed25519 key alone, though the host has an ECDSA key too: a client must ask
// for what it knows.
func (s *SSH) KnownHosts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return knownhosts.Line([]string{s.Addr}, s.hosts[0].PublicKey())
}

// Rekey gives the host other keys.
func (s *SSH) Rekey() error {
	first, err := NewSSHKey()
	if err != nil {
		return err
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	second, err := SSHKeyOf(private)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts = []ssh.Signer{first.signer, second.signer}
	return nil
}

// Break spoils what git sends from now on; nil ends that.
func (s *SSH) Break(spoil Spoil) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoil = spoil
}

func (s *SSH) spoiler() Spoil {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoil
}

func (s *SSH) config() *ssh.ServerConfig {
	conf := &ssh.ServerConfig{PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		for _, k := range s.options.Keys {
			if c.User() == s.options.User && bytes.Equal(key.Marshal(), k.signer.PublicKey().Marshal()) {
				return nil, nil
			}
		}
		return nil, errors.New("unknown user or key")
	}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, host := range s.hosts {
		conf.AddHostKey(host)
	}
	return conf
}

func (s *SSH) serve(ctx context.Context, c net.Conn) {
	conn, channels, requests, err := ssh.NewServerConn(c, s.config())
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	var w sync.WaitGroup
	w.Go(func() { ssh.DiscardRequests(requests) })
	w.Go(func() { _ = conn.Wait(); cancel() }) // the client went
	for offer := range channels {
		if offer.ChannelType() != "session" {
			_ = offer.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		if channel, requests, err := offer.Accept(); err == nil {
			in := &session{server: s, user: conn.User(), channel: channel, requests: requests}
			w.Go(func() { in.serve(ctx) })
		}
	}
	w.Wait()
}

// directory is the repository of a command, which must be just what git sends:
// git-upload-pack '/name.git'.
func (s *SSH) directory(command string) (string, bool) {
	name, before := strings.CutPrefix(command, "git-upload-pack '/")
	name, after := strings.CutSuffix(name, "'")
	if !before || !after || strings.Contains(name, "'") || !filepath.IsLocal(name) || filepath.Clean(name) != name {
		return "", false
	}
	dir := filepath.Join(s.root, name)
	if real, err := filepath.EvalSymlinks(dir); err != nil || real != dir {
		return "", false
	}
	_, err := os.Stat(filepath.Join(dir, "HEAD"))
	return dir, err == nil
}
