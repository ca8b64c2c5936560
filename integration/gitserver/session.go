package gitserver

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/crypto/ssh"
)

// A session is a channel on which a client runs one command.
type session struct {
	server   *SSH
	user     string
	channel  ssh.Channel
	requests <-chan *ssh.Request
	protocol string
	crew     sync.WaitGroup
}

// serve waits for the command and runs it.
func (s *session) serve(ctx context.Context) {
	for r := range s.requests {
		var body struct{ Name, Value string }
		switch r.Type {
		case "env":
			ok := ssh.Unmarshal(r.Payload, &body) == nil && body.Name == "GIT_PROTOCOL" && !s.server.options.V0
			if ok {
				s.protocol = body.Value
			}
			_ = r.Reply(ok, nil)
		case "exec":
			_ = r.Reply(true, nil)
			s.crew.Go(func() { ssh.DiscardRequests(s.requests) })
			s.exec(ctx, r.Payload)
			s.channel.Close()
			s.crew.Wait()
			return
		default:
			_ = r.Reply(false, nil)
		}
	}
	s.channel.Close()
}

// exec answers a command and sends its status, unless the answer is cut.
func (s *session) exec(ctx context.Context, payload []byte) {
	var body struct{ Command string }
	if ssh.Unmarshal(payload, &body) != nil {
		return
	}
	command, path, _ := strings.Cut(body.Command, " ")
	done := s.server.add(Request{Method: command, Path: path, Authorization: s.user})
	status, ok := 128, true
	if dir, known := s.server.directory(body.Command); known {
		status, ok = s.uploadPack(ctx, dir)
	} else {
		_, _ = io.WriteString(s.channel.Stderr(), "fatal: no such repository\n")
	}
	if ok {
		done(status)
		_, _ = s.channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
	}
}

// uploadPack gives the status of git upload-pack. It ends, with all that git
// started, when ctx does.
func (s *session) uploadPack(ctx context.Context, dir string) (status int, ok bool) {
	cmd := exec.CommandContext(ctx, "git", "upload-pack", "--strict", dir)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GIT_PROTOCOL=" + s.protocol}, clean...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, false
	}
	cmd.Stdout, cmd.Stderr = s.channel, s.channel.Stderr()
	if spoil := s.server.spoiler(); spoil != nil {
		cmd.Stdout = spoil(ctx, s.channel)
	}
	if err := cmd.Start(); err != nil {
		return 0, false
	}
	s.crew.Go(func() { // ends with the channel
		_, _ = io.Copy(in, s.channel)
		in.Close()
	})
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), exit.Exited()
	}
	return 0, err == nil
}
