package pack

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

// A File is a regular file of a commit.
type File struct {
	Path string // relative to the directory of the call
	ID   plumbing.Hash
	Size int64
	Exec bool
}

// Files lists the regular files of a commit below dir ("" or "." is the root), in the byte
// order of their paths. It follows symlinks, and lists the files behind a symlink under the
// path of the symlink. It checks only trees that it walks, and returns up to 20 problems.
//
// The codes of problems with the cause data are "git-tree" for a malformed tree, or one that
// some file system cannot hold, and "git-symlink", "git-submodule" and "git-lfs" for entries
// without a regular file. A commit beyond a limit is "git-limit" (cause limit), and a missing
// directory "git-path" (cause input).
func (o *Objects) Files(commit plumbing.Hash, dir string, lim Limits) ([]File, error) {
	c, ok := o.Commit(commit)
	if !ok {
		return nil, missingObject(commit)
	}
	w := &walker{objects: o, lim: lim.withDefaults(), dir: cleanDir(dir), active: map[string]bool{}}
	root, err := w.findDir(c.Tree)
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
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return w.files, nil
}

func missingObject(id plumbing.Hash) *diag.Problem {
	return damagedPack("it lacks the object %s", id)
}
