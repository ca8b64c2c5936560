package git

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"confit/integration/gitserver"
	"confit/integration/harness"
)

// forge is the repositories of a script and the server it started last.
type forge struct {
	repos map[string]*gitserver.Repo
	log   *gitserver.Log
}

type forgeKey struct{}

func TestScripts(t *testing.T) {
	words := map[string]harness.Command{"gitrepo": gitrepo, "gitserve": gitserve, "gitlog": gitlog}
	harness.Scripts(t, bin, words, func(env *testscript.Env) {
		env.Values[forgeKey{}] = &forge{repos: map[string]*gitserver.Repo{}}
	})
}

func forgeOf(ts *testscript.TestScript) *forge { return ts.Value(forgeKey{}).(*forge) }

// gitrepo [-branch b] [-force] [-tag t [-m message]] name.git [folder] makes a
// repository, or adds a commit that holds just what the folder does. $GIT_COMMIT is
// the commit. Without a folder only the tag is made, or an empty repository.
func gitrepo(ts *testscript.TestScript, neg bool, args []string) {
	var c gitserver.Commit
	var t gitserver.Tag
	flags := flagSet("gitrepo")
	flags.StringVar(&c.Branch, "branch", "main", "")
	flags.BoolVar(&c.Orphan, "force", false, "")
	flags.StringVar(&t.Name, "tag", "", "")
	flags.StringVar(&t.Message, "m", "", "")
	if err := flags.Parse(args); err != nil || neg || flags.NArg() < 1 || flags.NArg() > 2 {
		ts.Fatalf("usage: gitrepo [-branch b] [-force] [-tag t [-m message]] name.git [folder]")
	}
	repo, err := forgeOf(ts).repo(ts.MkAbs(flags.Arg(0)))
	ts.Check(err)
	if flags.NArg() == 2 {
		c.Replace = true
		c.Files, err = gitserver.ReadDir(ts.MkAbs(flags.Arg(1)))
		ts.Check(err)
		ts.Check(repo.Push(c))
		hash, err := repo.Hash("refs/heads/" + c.Branch)
		ts.Check(err)
		ts.Setenv("GIT_COMMIT", hash)
	}
	if t.Name != "" {
		t.At = "refs/heads/" + c.Branch
		ts.Check(repo.Tag(t))
	}
}

func (f *forge) repo(dir string) (*gitserver.Repo, error) {
	if r := f.repos[dir]; r != nil {
		return r, nil
	}
	r, err := gitserver.NewRepo(dir)
	f.repos[dir] = r
	return r, err
}

// gitserve http|https|ssh starts a server for the repositories in $WORK, at
// $GIT_URL. $GIT_CA is a file; for ssh $GIT_KEY and $GIT_KNOWN_HOSTS are.
func gitserve(ts *testscript.TestScript, neg bool, args []string) {
	var o gitserver.HTTPOptions
	flags := flagSet("gitserve")
	flags.StringVar(&o.Username, "user", "git", "")
	flags.StringVar(&o.Password, "password", "", "")
	flags.StringVar(&o.Token, "token", "", "")
	flags.BoolVar(&o.V0, "v0", false, "")
	if err := flags.Parse(args); err != nil || neg || flags.NArg() != 1 {
		ts.Fatalf("usage: gitserve [-user u] [-password p] [-token t] [-v0] http|https|ssh")
	}
	switch kind := flags.Arg(0); kind {
	case "http", "https":
		o.Plain = kind == "http"
		s, stop, err := gitserver.NewHTTP(ts.MkAbs("."), o)
		ts.Check(err)
		ts.Defer(stop)
		forgeOf(ts).log = &s.Log
		ts.Setenv("GIT_URL", s.URL)
		ts.Setenv("GIT_CA", scriptFile(ts, "git-ca.pem", string(s.CA)))
	case "ssh":
		key, err := gitserver.NewSSHKey()
		ts.Check(err)
		s, stop, err := gitserver.NewSSH(ts.MkAbs("."), gitserver.SSHOptions{User: o.Username, Keys: []*gitserver.SSHKey{key}, V0: o.V0})
		ts.Check(err)
		ts.Defer(stop)
		forgeOf(ts).log = &s.Log
		ts.Setenv("GIT_URL", s.URL)
		ts.Setenv("GIT_KEY", scriptFile(ts, "git-key", key.Private))
		ts.Setenv("GIT_KNOWN_HOSTS", scriptFile(ts, "git-known-hosts", s.KnownHosts()+"\n"))
	default:
		ts.Fatalf("gitserve: no kind %s", kind)
	}
}

// gitlog N [part] wants the server to have seen N requests with part in their path
// since the last gitlog; with 0 and no part, not even a connection.
func gitlog(ts *testscript.TestScript, neg bool, args []string) {
	log := forgeOf(ts).log
	if neg || len(args) < 1 || len(args) > 2 || log == nil {
		ts.Fatalf("usage, after gitserve: gitlog N [part of the path]")
	}
	part := strings.Join(args[1:], "")
	got := log.Count(part)
	if part == "" && got == 0 {
		got = log.Conns()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%d requests or connections, want %s: %v", got, args[0], log.Requests())
	}
	log.Forget()
}

// scriptFile writes a file into $WORK as ssh wants its key: for its owner alone.
func scriptFile(ts *testscript.TestScript, name, data string) string {
	name = filepath.Join(ts.MkAbs("."), name)
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		ts.Fatalf("%v", err)
	}
	ts.Check(os.WriteFile(name, []byte(data), 0o600))
	return name
}

func flagSet(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}
