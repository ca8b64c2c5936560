package remote

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// A sshd runs git-upload-pack over the repositories of root for who has the key of
// client.
type sshd struct {
	root     string
	addr     string
	hostKey  ssh.Signer
	client   ssh.PublicKey
	pem      []byte
	tune     func(*ssh.ServerConfig) // before it serves
	mu       sync.Mutex
	command  string                   // what was asked for last
	override func(ssh.Channel) uint32 // runs once in place of the next command
}

func newKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// fill makes the keys, and gives a Secret for any server that has this one's key.
func (s *sshd) fill(t *testing.T) map[string][]byte {
	t.Helper()
	s.hostKey, _ = newKey(t)
	client, text := newKey(t)
	s.client, s.pem = client.PublicKey(), text
	known := "* " + string(ssh.MarshalAuthorizedKey(s.hostKey.PublicKey()))
	return map[string][]byte{"identity": s.pem, "known_hosts": []byte(known)}
}

func startSSH(t *testing.T, root string) *sshd {
	t.Helper()
	s := &sshd{root: root}
	s.fill(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.addr = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.handle(conn)
		}
	}()
	return s
}

func (s *sshd) handle(conn net.Conn) {
	defer conn.Close()
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(s.client.Marshal()) {
			return nil, io.ErrNoProgress
		}
		return nil, nil
	}}
	s.mu.Lock()
	config.AddHostKey(s.hostKey)
	s.mu.Unlock()
	if s.tune != nil {
		s.tune(config)
	}
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go s.session(channel, requests)
	}
}

func (s *sshd) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		var exec struct{ Command string }
		if r.Type != "exec" || ssh.Unmarshal(r.Payload, &exec) != nil {
			_ = r.Reply(false, nil)
			continue
		}
		_ = r.Reply(true, nil)
		status := s.run(channel, exec.Command)
		_ = channel.CloseWrite()
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
		channel.Close()
	}
}

func (s *sshd) run(channel ssh.Channel, command string) uint32 {
	s.mu.Lock()
	override := s.override
	s.command, s.override = command, nil
	s.mu.Unlock()
	if override != nil {
		return override(channel)
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = s.root, gitEnv()
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return 255
	}
	go func() {
		_, _ = io.Copy(in, channel)
		in.Close()
	}()
	_ = cmd.Wait()
	return uint32(cmd.ProcessState.ExitCode())
}

func (s *sshd) knownHosts() string {
	host, port, _ := net.SplitHostPort(s.addr)
	return "[" + host + "]:" + port + " " + string(ssh.MarshalAuthorizedKey(s.hostKey.PublicKey()))
}

func (s *sshd) auth() map[string][]byte {
	return map[string][]byte{"ssh-privatekey": s.pem, "known_hosts": []byte(s.knownHosts())}
}

func (s *sshd) url() string { return "ssh://git@" + s.addr + s.root + "/web.git" }

func TestSSH(t *testing.T) {
	repo := newRepo(t)
	srv := startSSH(t, repo.root)
	remote := &Remote{URL: srv.url(), Auth: srv.auth()}
	got := fetchFrom(t, remote, "")
	got.wantPack(t)
	if got.refs.Head.Hash.String() != repo.last {
		t.Errorf("Head = %v, want %s", got.refs.Head, repo.last)
	}
	srv.mu.Lock()
	command := srv.command
	srv.mu.Unlock()
	if want := "git-upload-pack '" + repo.dir + "'"; command != want {
		t.Errorf("command %s, want %s", command, want)
	}
	fetchDepth(t, remote, "v1", 0).wantPack(t)
	if got := fetchFrom(t, remote, "-"); got.err != nil || got.reads > 0 {
		t.Errorf("wanting nothing: %v, %d reads", got.err, got.reads)
	}
	if !strings.HasPrefix(got.refs.All[0].Name, "refs/heads/") {
		t.Errorf("All = %v", got.refs.All)
	}
}
