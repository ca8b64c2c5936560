package remote

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
)

const secret = "hunter2xyz"

// git runs git in dir, without the configuration of this machine.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnv()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

func gitEnv() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nowhere", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}
}

// A repo is a bare repository, web.git below root: main with two commits, the tags v1
// (annotated) and light on the first, a branch and a tag both named twin.
type repo struct {
	root, dir   string
	first, last string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	r := repo{root: t.TempDir()}
	r.dir = filepath.Join(r.root, "web.git")
	git(t, r.root, "init", "-q", "--bare", "-b", "main", r.dir)
	r.first = r.commit(t, "one\n")
	git(t, r.dir, "tag", "-a", "-m", "release", "v1", r.first)
	git(t, r.dir, "tag", "light", r.first)
	git(t, r.dir, "tag", "twin", r.first)
	git(t, r.dir, "branch", "twin", r.first)
	r.last = r.commit(t, strings.Repeat("two\n", 1000))
	return r
}

// commit puts a commit with one file on main.
func (r repo) commit(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.conf")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	blob := git(t, r.dir, "hash-object", "-w", file)
	cmd := exec.Command("git", "mktree")
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, gitEnv(), strings.NewReader("100644 blob "+blob+"\tapp.conf\n")
	tree, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"commit-tree", "-m", "change", strings.TrimSpace(string(tree))}
	if refs := git(t, r.dir, "for-each-ref", "refs/heads/main"); refs != "" {
		args = append(args, "-p", "main")
	}
	hash := git(t, r.dir, args...)
	git(t, r.dir, "update-ref", "refs/heads/main", hash)
	return hash
}

// backend is git http-backend over the repositories of root.
func backend(t *testing.T, root string) http.Handler {
	return &cgi.Handler{
		Path:   filepath.Join(git(t, root, "--exec-path"), "git-http-backend"),
		Env:    append(gitEnv(), "GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1"),
		Stderr: io.Discard,
	}
}

// serve starts h behind TLS and gives its URL and the keys of a Secret that trusts it.
func serve(t *testing.T, h http.Handler) (*httptest.Server, map[string][]byte) {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	return srv, map[string][]byte{"ca.crt": caOf(srv)}
}

func caOf(srv *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
}

func with(auth map[string][]byte, pairs ...string) map[string][]byte {
	all := map[string][]byte{}
	maps.Copy(all, auth)
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = []byte(pairs[i+1])
	}
	return all
}

// A result is what a fetch came to.
type result struct {
	refs    Refs
	pack    []byte
	reads   int
	notices []string
	err     error
}

// fetch wants the ref of that name, "" for HEAD, with one commit of history; "-" wants
// nothing.
func fetchFrom(t *testing.T, r *Remote, name string) result {
	t.Helper()
	return fetchDepth(t, r, name, 1)
}

func fetchDepth(t *testing.T, r *Remote, name string, depth int) result {
	t.Helper()
	if r.Timeout == 0 {
		r.Timeout = 20 * time.Second
	}
	var got result
	var mu sync.Mutex
	r.Notice = func(s string) {
		mu.Lock()
		defer mu.Unlock()
		got.notices = append(got.notices, s)
	}
	late := time.AfterFunc(r.Timeout+20*time.Second, func() { panic("the fetch does not end") })
	defer late.Stop()
	got.err = r.Fetch(context.Background(), func(refs Refs) (Want, error) {
		got.refs = refs
		if name == "-" {
			return Want{}, nil
		}
		ref, err := refs.Resolve(name)
		return Want{Hashes: []plumbing.Hash{ref.Hash}, Depth: depth}, err
	}, func(_ context.Context, pack io.Reader) (err error) {
		got.reads++
		got.pack, err = io.ReadAll(pack)
		return err
	})
	for _, text := range append(got.notices, shown(got.err)) {
		if strings.Contains(text, secret) {
			t.Errorf("shown: %s", text)
		}
	}
	return got
}

// shown is all that an error could show.
func shown(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	var p *diag.Problem
	if errors.As(err, &p) {
		text = fmt.Sprintln(p.Cause, p.Code, p.Text, p.Notes, p.Hint, p.Err)
	}
	return text
}

func (g result) wantPack(t *testing.T) {
	t.Helper()
	if g.err != nil {
		t.Fatalf("Fetch: %s", shown(g.err))
	}
	n := len(g.pack) - sha1.Size
	if n < 12 || string(g.pack[:4]) != "PACK" {
		t.Fatalf("pack of %d bytes", len(g.pack))
	}
	if sum := sha1.Sum(g.pack[:n]); !bytes.Equal(sum[:], g.pack[n:]) {
		t.Fatalf("the trailer of the pack is wrong")
	}
}

func wantProblem(t *testing.T, err error, cause diag.Cause, code, text string) *diag.Problem {
	t.Helper()
	var p *diag.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want a problem %s", err, code)
	}
	if p.Cause != cause || p.Code != code || !strings.Contains(shown(err), text) {
		t.Fatalf("problem %s, want cause %d, code %s, text %q", shown(err), cause, code, text)
	}
	return p
}
