package remote

import (
	"strings"

	"confit/render/diag"

	"github.com/go-git/go-git/v5/plumbing"
)

// A Ref is a name of the server and what it points to.
type Ref struct {
	Name   string        // refs/heads/main; "" when asked for by hash
	Hash   plumbing.Hash // a commit, or an annotated tag
	Peeled plumbing.Hash // what the tag is of; else Hash
}

// Refs is what a server advertises.
type Refs struct {
	Head         Ref   // its Name is the branch that HEAD points to, or HEAD; its Hash is zero if there is none
	All          []Ref // in the server's order, without HEAD
	ObjectFormat string
}

// Resolve finds a branch, a tag, a full name like refs/merge/1, "HEAD", or "" for HEAD. A
// full commit is not looked for: the server may have it without a name. A name that is
// both branch and tag is an error, as which one git means depends on the command.
func (f Refs) Resolve(name string) (Ref, error) {
	if name == "" || name == "HEAD" {
		if f.Head.Hash.IsZero() {
			return Ref{}, refProblem("HEAD of the repository points to no commit", "name a branch or tag in ref:")
		}
		return f.Head, nil
	}
	if hash, ok := parseHash(name); ok {
		return f.byHash(hash), nil
	}
	var found []Ref
	for _, r := range f.All {
		if r.Name == name && strings.HasPrefix(name, "refs/") || short(r.Name, name) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Ref{}, f.absent(name)
	}
	names := make([]string, len(found))
	for i, r := range found {
		names[i] = diag.Quoted(r.Name)
	}
	return Ref{}, refProblem(diag.Quoted(name)+" is ambiguous: the repository has "+strings.Join(names, " and "), "write one of these as ref:")
}

func short(full, name string) bool {
	rest, ok := strings.CutPrefix(full, "refs/")
	if !ok {
		return false
	}
	if rest == name {
		return true
	}
	kind, rest, _ := strings.Cut(rest, "/")
	return (kind == "heads" || kind == "tags") && rest == name
}

func (f Refs) byHash(hash plumbing.Hash) Ref {
	for _, r := range f.All {
		if r.Hash == hash {
			return Ref{Hash: hash, Peeled: r.Peeled}
		}
	}
	return Ref{Hash: hash, Peeled: hash}
}

// has tells whether the server advertises the hash itself.
func (f Refs) has(hash plumbing.Hash) bool {
	if f.Head.Hash == hash {
		return true
	}
	for _, r := range f.All {
		if r.Hash == hash || r.Peeled == hash {
			return true
		}
	}
	return false
}

func (f Refs) absent(name string) error {
	hint := "ref: is a branch, a tag, a name that starts with refs/, or a commit in full"
	if strings.Trim(name, "0123456789abcdef") == "" && len(name) >= 4 {
		hint = "a commit is written in full, all 40 digits"
		if len(name) == 64 {
			hint = "this is a SHA-256 name; only SHA-1 repositories can be read"
		}
	}
	if near := f.near(name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return refProblem("the repository has no branch or tag "+diag.Quoted(name), hint)
}

// near picks the names that end like one (origin/main is main here), or else those that
// are most like it.
func (f Refs) near(name string) []string {
	last := func(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
	var names, near []string
	for _, r := range f.All {
		n := strings.TrimPrefix(strings.TrimPrefix(r.Name, "refs/heads/"), "refs/tags/")
		names = append(names, n)
		if strings.EqualFold(last(n), last(name)) && len(near) < 3 {
			near = append(near, diag.Quoted(n))
		}
	}
	if len(near) > 0 {
		return near
	}
	return diag.Nearest(name, names)
}

func refProblem(text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseInput, Code: "git-ref", Text: text, Hint: hint}
}
