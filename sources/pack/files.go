package pack

import (
	"errors"
	"sort"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// A File is a regular file of a commit, or an entry in the place of one.
type File struct {
	Path   string // relative to the directory of the call
	ID     plumbing.Hash
	Size   int64
	Exec   bool
	Defect *Defect // why the entry has no content; nil for a file
}

// A Defect says why an entry of a tree is no regular file that every system can hold. It
// matters only to those who need the entry.
type Defect struct {
	Code string // of the problem: git-tree, git-symlink, git-submodule, git-lfs or git-crypt
	Text string // what is wrong; it names the entry with its path in the repository
	Hint string
	Tree bool // the entry holds files that are not listed, or may hold some
}

// Problem is the problem of needing the entry.
func (d *Defect) Problem() *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: d.Code, Text: d.Text, Hint: d.Hint}
}

// Files lists the regular files of a commit below dir ("" or "." is the root), in the byte
// order of their paths. It follows symlinks, and lists the files behind a symlink under the
// path of the symlink. It checks only trees that it walks. An entry without a regular file,
// or with a name that some file system cannot hold, is listed with its Defect.
//
// Files returns up to 20 problems. The code of a tree that Git itself refuses is "git-tree"
// (cause data). A commit beyond a limit is "git-limit" (cause limit), and a missing
// directory "git-path" (cause input).
func (o *Objects) Files(commit plumbing.Hash, dir string, lim Limits) ([]File, error) {
	c, ok := o.Commit(commit)
	if !ok {
		return nil, missingObject(commit)
	}
	w := &walker{objects: o, lim: lim.withDefaults(), dir: cleanDir(dir), active: map[string]bool{}}
	root, err := w.findDir(c.Tree)
	if err == nil {
		err = w.checkLargest(c.Tree)
	}
	if err == nil {
		err = w.walk("", dirChain{{id: root}})
	}
	if err != nil && !errors.Is(err, errTooManyProblems) {
		return nil, errors.Join(append(w.problems, err)...)
	}
	if len(w.problems) > 0 {
		return nil, errors.Join(w.problems...)
	}
	// The walk is in the order of paths, except for directories behind symlinks.
	sort.Slice(w.files, func(i, j int) bool { return w.files[i].Path < w.files[j].Path })
	return w.files, nil
}

func missingObject(id plumbing.Hash) *diag.Problem {
	return damagedPack("it lacks the object %s", id)
}
