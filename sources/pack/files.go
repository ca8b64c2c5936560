package pack

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

// A File is a regular file of a commit.
type File struct {
	Path string // relative to the directory that was asked for
	ID   plumbing.Hash
	Size int64
	Exec bool
}

// Files lists the regular files below dir ("" or "." is the root) of a commit, sorted by
// path, bytewise. Symlinks are followed: the files that one leads to are listed under its
// own path. Only what is below dir is judged, and all that is wrong there is told at once,
// up to a number.
//
// A tree that no honest Git makes, or that does not fit every file system, is a problem of
// cause data and code "git-tree"; "git-symlink", "git-submodule" and "git-lfs" are what
// cannot become regular files. Too much of it is "git-limit"; a dir that is not there is
// of cause input and code "git-path".
func (o *Objects) Files(commit plumbing.Hash, dir string, lim Limits) ([]File, error) {
	c, ok := o.Commit(commit)
	if !ok {
		return nil, lacks(commit)
	}
	w := &walker{o: o, lim: lim.orDefaults(), dir: cleanDir(dir), open: map[string]bool{}}
	root, err := w.find(c.Tree)
	if err == nil {
		err = w.walk("", place{{id: root}})
	}
	if err != nil && !errors.Is(err, errEnough) {
		return nil, errors.Join(append(w.problems, err)...)
	}
	if len(w.problems) > 0 {
		return nil, errors.Join(w.problems...)
	}
	// Trees come in the order of whole paths already, but for what links lead to.
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return w.files, nil
}

func lacks(id plumbing.Hash) *render.Problem { return damaged("it lacks the object %s", id) }
