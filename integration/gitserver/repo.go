// Package gitserver makes Git repositories with git itself and serves them on the
// loopback, over HTTP and SSH, as well or as badly as a test asks. It is an oracle
// and a peer: it shares no code with the product.
//
// What a constructor starts has ended when its stop function returns: no process,
// no connection, no goroutine. For does that at the end of a test.
package gitserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Repo is a bare repository. Its methods may be called while it is served.
type Repo struct {
	Dir string

	mu    sync.Mutex
	clock time.Time // of the last commit or tag
}

// epoch is when the time of a repository starts.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// raw makes git archive give what was committed: no filter, no line ends, nothing
// left out. It outranks a .gitattributes among the files.
const raw = "* !text !eol -ident !filter !working-tree-encoding -export-ignore -export-subst\n"

// NewRepo makes a repository in dir, whose HEAD is main, and pushes commits.
func NewRepo(dir string, commits ...Commit) (*Repo, error) {
	r := &Repo{Dir: dir, clock: epoch}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := r.git(nil, "init", "-q", "--bare", "-b", "main", "--template="); err != nil {
		return nil, err
	}
	info := filepath.Join(dir, "info")
	err := errors.Join(
		os.MkdirAll(info, 0o755),
		os.WriteFile(filepath.Join(info, "attributes"), []byte(raw), 0o644),
		r.Config("transfer.hideRefs", staged), // of a push that is not whole yet
		r.Push(commits...),
	)
	return r, err
}

// Config sets a variable of the repository, such as uploadpack.allowAnySHA1InWant.
func (r *Repo) Config(key, value string) error {
	_, err := r.git(nil, "config", key, value)
	return err
}

// Hash is the object that a revision names: main is a commit, an annotated tag is
// the tag, v1^{commit} is what it points at.
func (r *Repo) Hash(rev string) (string, error) {
	return r.git(nil, "rev-parse", "--verify", "-q", rev)
}

// SetRef points a full ref name at an object, and removes it if hash is "".
func (r *Repo) SetRef(name, hash string) error {
	if hash == "" {
		_, err := r.git(nil, "update-ref", "-d", name)
		return err
	}
	_, err := r.git(nil, "update-ref", name, hash)
	return err
}

// Pack puts everything that a ref reaches into one pack with deltas, and deletes
// what none does.
func (r *Repo) Pack() error {
	_, err := r.git(nil, "gc", "-q", "--prune=now")
	return err
}

// git runs git in the repository and gives its output without the last line end.
func (r *Repo) git(stdin []byte, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GIT_DIR=."}, clean...)
	cmd.Stdin = bytes.NewReader(stdin)
	var out, text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &text
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(text.Bytes()))
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// clean keeps the machine's and the user's settings out of git.
var clean = []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC"}

// tick is t, or the next minute of the repository.
func (r *Repo) tick(t time.Time) time.Time {
	if t.IsZero() {
		t = r.clock.Add(time.Minute)
	}
	r.clock = t
	return t
}
