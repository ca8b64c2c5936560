package gitserver

import (
	"path/filepath"
	"testing"
	"time"
)

// A World is the repositories and servers of one test. What goes wrong in it fails
// the test; everything ends with the test.
type World struct {
	Root string // the folder that the servers serve

	tb testing.TB
}

// For makes the world of a test.
func For(tb testing.TB) *World { return &World{tb.TempDir(), tb} }

// Repo makes a repository below the root.
func (w *World) Repo(name string, commits ...Commit) *TestRepo {
	w.tb.Helper()
	r, err := NewRepo(filepath.Join(w.Root, name), commits...)
	if err != nil {
		w.tb.Fatal(err)
	}
	return &TestRepo{r, w.tb}
}

// HTTP starts a server for the root.
func (w *World) HTTP(o HTTPOptions) *HTTP {
	w.tb.Helper()
	s, stop, err := NewHTTP(w.Root, o)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(stop)
	return s
}

// SSH starts a server for the root.
func (w *World) SSH(o SSHOptions) *SSH {
	w.tb.Helper()
	s, stop, err := NewSSH(w.Root, o)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(stop)
	return s
}

// Blackhole starts one and gives its address, 127.0.0.1:PORT.
func (w *World) Blackhole(greeting string) (string, *Log) {
	w.tb.Helper()
	addr, log, stop, err := NewBlackhole(greeting)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(stop)
	return addr, log
}

// SSHKey makes a key.
func (w *World) SSHKey() *SSHKey {
	w.tb.Helper()
	k, err := NewSSHKey()
	if err != nil {
		w.tb.Fatal(err)
	}
	return k
}

// PGPKey makes a key, as NewPGPKey does.
func (w *World) PGPKey(made time.Time, lifetime time.Duration) *PGPKey {
	w.tb.Helper()
	k, err := NewPGPKey(made, lifetime)
	if err != nil {
		w.tb.Fatal(err)
	}
	return k
}

// A TestRepo is a Repo whose errors fail the test, from whatever goroutine.
type TestRepo struct {
	repo *Repo
	tb   testing.TB
}

func (r *TestRepo) check(err error) {
	r.tb.Helper()
	if err != nil {
		r.tb.Error(err)
	}
}

// Push is Repo.Push.
func (r *TestRepo) Push(commits ...Commit) { r.tb.Helper(); r.check(r.repo.Push(commits...)) }

// Tag is Repo.Tag.
func (r *TestRepo) Tag(t Tag) { r.tb.Helper(); r.check(r.repo.Tag(t)) }

// Config is Repo.Config.
func (r *TestRepo) Config(key, value string) { r.tb.Helper(); r.check(r.repo.Config(key, value)) }

// SetRef is Repo.SetRef.
func (r *TestRepo) SetRef(name, hash string) { r.tb.Helper(); r.check(r.repo.SetRef(name, hash)) }

// Pack is Repo.Pack.
func (r *TestRepo) Pack() { r.tb.Helper(); r.check(r.repo.Pack()) }

// Hash is Repo.Hash.
func (r *TestRepo) Hash(rev string) string {
	r.tb.Helper()
	hash, err := r.repo.Hash(rev)
	r.check(err)
	return hash
}

// Text is Repo.Text.
func (r *TestRepo) Text(rev string) string {
	r.tb.Helper()
	text, err := r.repo.Text(rev)
	r.check(err)
	return text
}

// Object is Repo.Object.
func (r *TestRepo) Object(kind, data string) string {
	r.tb.Helper()
	hash, err := r.repo.Object(kind, data)
	r.check(err)
	return hash
}

// Tree is Repo.Tree.
func (r *TestRepo) Tree(entries ...Entry) string {
	r.tb.Helper()
	hash, err := r.repo.Tree(entries...)
	r.check(err)
	return hash
}

// Archive is Repo.Archive.
func (r *TestRepo) Archive(rev, folder string) Tree {
	r.tb.Helper()
	tree, err := r.repo.Archive(rev, folder)
	r.check(err)
	return tree
}
