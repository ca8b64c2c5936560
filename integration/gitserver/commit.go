package gitserver

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Commit is what Push adds to a branch. The zero value is an empty commit on
// main. Hashes depend on nothing but what is said here and on the order of pushes.
type Commit struct {
	Branch  string // "" means main
	From    string // its parent; "" means the tip of the branch. Another is a force-push
	Orphan  bool   // no parent: with an existing branch, a force-push
	Merge   []string
	Files   Tree
	Replace bool   // Files is all there is; else it is what changes
	Root    string // the hash of a tree to take as it is, instead of Files
	Message string // "" means "step"
	Time    time.Time
	Sign    []Signer
}

// A Tree is files by path, with slashes. Git refuses paths that it could not check
// out: Repo.Tree writes those.
type Tree map[string]File

// A File is a regular file unless Mode says otherwise. Data is the content, the
// target of a symlink, or the commit of a submodule.
type File struct {
	Data string
	Mode Mode
}

// A Mode is what an entry of a tree is.
type Mode string

// The modes of Git, and the absence of what was there.
const (
	Regular    Mode = ""
	Executable Mode = "100755"
	Symlink    Mode = "120000"
	Submodule  Mode = "160000"
	Deleted    Mode = "deleted"
)

// identity is author, committer and tagger of everything.
const identity = "Test <test@example.com>"

// Push adds commits, one after the other. Each moves its branch when it is whole.
func (r *Repo) Push(commits ...Commit) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range commits {
		if err := r.push(c); err != nil {
			return fmt.Errorf("%s: %w", r.Dir, err)
		}
	}
	return nil
}

// staged names the next commit until its branch does: no branch is ever unsigned.
const staged = "refs/staged"

func (r *Repo) push(c Commit) error {
	branch := "refs/heads/" + cmp.Or(c.Branch, "main")
	parents, err := r.parents(c, branch)
	if err != nil {
		return err
	}
	var in bytes.Buffer
	c.write(&in, staged+"/commit", parents, r.tick(c.Time))
	if _, err := r.git(in.Bytes(), "fast-import", "--quiet", "--force", "--done"); err != nil {
		return err
	}
	hash, err := r.Hash(staged + "/commit")
	if err == nil && len(c.Sign) > 0 {
		hash, err = r.signCommit(hash, c.Sign)
	}
	if err == nil {
		err = r.SetRef(branch, hash)
	}
	if err != nil {
		return err
	}
	return r.SetRef(staged+"/commit", "")
}

func (r *Repo) parents(c Commit, branch string) ([]string, error) {
	var parents []string
	if !c.Orphan && c.From == "" {
		if hash, err := r.Hash(branch); err == nil { // else it is the first
			parents = append(parents, hash)
		}
	}
	revs := c.Merge
	if c.From != "" {
		revs = append([]string{c.From}, revs...)
	}
	for _, rev := range revs {
		hash, err := r.Hash(rev + "^{commit}")
		if err != nil {
			return nil, err
		}
		parents = append(parents, hash)
	}
	return parents, nil
}

// write gives the commit in the language of git fast-import.
func (c Commit) write(b *bytes.Buffer, ref string, parents []string, at time.Time) {
	message := cmp.Or(c.Message, "step") + "\n"
	fmt.Fprintf(b, "commit %s\ncommitter %s %d +0000\ndata %d\n%s\n", ref, identity, at.Unix(), len(message), message)
	for i, parent := range parents {
		fmt.Fprintf(b, "%s %s\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	if c.Replace {
		b.WriteString("deleteall\n")
	}
	if c.Root != "" {
		fmt.Fprintf(b, "M 040000 %s \"\"\n", c.Root)
	}
	paths := slices.Sorted(maps.Keys(c.Files))
	for _, path := range paths { // first, so that a folder can take a file's place
		if c.Files[path].Mode == Deleted {
			fmt.Fprintf(b, "D %s\n", quote(path))
		}
	}
	for _, path := range paths {
		c.Files[path].write(b, path)
	}
	b.WriteString("done\n")
}

func (f File) write(b *bytes.Buffer, path string) {
	switch f.Mode {
	case Deleted:
	case Submodule:
		fmt.Fprintf(b, "M %s %s %s\n", f.Mode, f.Data, quote(path))
	default:
		fmt.Fprintf(b, "M %s inline %s\ndata %d\n%s\n", cmp.Or(f.Mode, "100644"), quote(path), len(f.Data), f.Data)
	}
}

func quote(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
