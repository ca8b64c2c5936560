package gitserver_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"confit/integration/gitserver"
)

// A client is a real git with an environment of its own.
type client struct {
	t   *testing.T
	env []string
}

func newClient(t *testing.T, env ...string) *client {
	home := t.TempDir()
	return &client{t, append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
	}, env...)}
}

// trusting is a client of s that knows its authority.
func trusting(t *testing.T, s *gitserver.HTTP, env ...string) *client {
	return newClient(t, append(env, "GIT_SSL_CAINFO="+file(t, string(s.CA)))...)
}

func file(t *testing.T, data string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// try runs git and gives what it says.
func (c *client) try(args ...string) (string, error) {
	return c.until(c.t.Context(), args...)
}

// until runs git until ctx ends.
func (c *client) until(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = c.env, c.t.TempDir(), time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (c *client) git(args ...string) string {
	c.t.Helper()
	out, err := c.try(args...)
	if err != nil {
		c.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return out
}

// clone is the folder of a new clone.
func (c *client) clone(url string, args ...string) string {
	c.t.Helper()
	dir := filepath.Join(c.t.TempDir(), "clone")
	c.git(append(append([]string{"clone", "-q"}, args...), url, dir)...)
	return dir
}

// leave starts a clone and goes away once the server did what done waits for.
func (c *client) leave(url string, done func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := c.until(ctx, "clone", url, filepath.Join(c.t.TempDir(), "clone"))
		ended <- err
	}()
	for !done() {
		select {
		case err := <-ended:
			c.t.Fatalf("git ended by itself: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err == nil {
		c.t.Fatal("the clone succeeded")
	}
}
