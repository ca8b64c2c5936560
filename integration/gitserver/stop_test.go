package gitserver_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"confit/integration/gitserver"
)

// A server that is stopped in the middle of a pack leaves no process and no
// goroutine, though its clients still wait.
func TestStop(t *testing.T) {
	w := gitserver.For(t)
	noise := make([]byte, 4<<20) // more than the pipes between the processes hold
	_, _ = rand.Read(noise)
	w.Repo("r.git", gitserver.Commit{Files: gitserver.Tree{"noise": {Data: string(noise)}}})
	key := w.SSHKey()
	overHTTP, stopHTTP, err1 := gitserver.NewHTTP(w.Root, gitserver.HTTPOptions{})
	overSSH, stopSSH, err2 := gitserver.NewSSH(w.Root, gitserver.SSHOptions{Keys: []*gitserver.SSHKey{key}})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	reached := make(chan struct{}, 2)
	overHTTP.Break(gitserver.On(gitserver.Fetch, gitserver.Body(signal(gitserver.Stall(5000), reached))))
	overSSH.Break(signal(gitserver.Stall(5000), reached))
	ended := make(chan error, 2)
	clone := func(c *client, url string) {
		_, err := c.try("clone", url+"/r.git", filepath.Join(t.TempDir(), "clone"))
		ended <- err
	}
	go clone(trusting(t, overHTTP), overHTTP.URL)
	go clone(byKey(t, overSSH, key), overSSH.URL)
	<-reached
	<-reached
	if processes(t, w.Root) == 0 {
		t.Error("no git at work before the end")
	}
	stopHTTP()
	stopSSH()
	if n := processes(t, w.Root); n > 0 {
		t.Errorf("%d processes are left", n)
	}
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("a clone succeeded")
		}
	}
	for strings.Contains(stacks(), "confit/integration/gitserver.") { // the last deferred call may still run
		time.Sleep(time.Millisecond)
	}
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// signal tells when an answer has begun.
func signal(spoil gitserver.Spoil, begun chan<- struct{}) gitserver.Spoil {
	var once sync.Once
	return func(ctx context.Context, w io.Writer) io.Writer {
		w = spoil(ctx, w)
		return writer(func(p []byte) (int, error) {
			once.Do(func() { begun <- struct{}{} })
			return w.Write(p)
		})
	}
}

type writer func(p []byte) (int, error)

func (f writer) Write(p []byte) (int, error) { return f(p) }

// processes are those that have the folder in their command line or environment.
func processes(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		args, _ := os.ReadFile(name) // it may have ended
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "environ"))
		if bytes.Contains(args, []byte(dir)) || bytes.Contains(env, []byte("GIT_PROJECT_ROOT="+dir)) {
			n++
		}
	}
	return n
}
