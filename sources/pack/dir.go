package pack

import (
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

const mostNames = 1000 // looked at for a hint

// cleanDir is a directory of a repository without "./", doubled and outer slashes; "" for
// the root. What leads out of the repository keeps its "..", which no tree has.
func cleanDir(dir string) string {
	dir = path.Clean(strings.Trim(dir, "/"))
	if dir == "." {
		return ""
	}
	return dir
}

// find gives the tree of the directory that is to be walked.
func (w *walker) find(tree plumbing.Hash) (plumbing.Hash, error) {
	if w.dir == "" {
		return tree, nil
	}
	var gone string
	for name := range strings.SplitSeq(w.dir, "/") {
		e, names, err := w.child(tree, name)
		if err != nil {
			return tree, err
		}
		gone = join(gone, name)
		if e.mode != modeTree {
			return tree, noDir(gone, e, names)
		}
		tree = e.id
	}
	return tree, nil
}

// child finds a name in a tree; without it the entry has no mode, and names tells what
// else there is.
func (w *walker) child(tree plumbing.Hash, name string) (e treeEntry, names []string, err error) {
	raw, ok := w.o.raw(tree, plumbing.TreeObject)
	if !ok {
		return e, nil, lacks(tree)
	}
	for len(raw) > 0 {
		if e, raw, ok = nextEntry(raw); !ok {
			return e, nil, problem(render.CauseData, "git-tree", "%s is not a well-formed tree", tree)
		}
		if string(e.name) == name {
			return e, nil, nil
		}
		if len(names) < mostNames {
			names = append(names, string(e.name))
		}
	}
	return treeEntry{}, names, nil
}

// noDir is the problem of a path that is there, but no directory, or not there.
func noDir(p string, e treeEntry, names []string) *render.Problem {
	at := render.Quoted(p)
	switch {
	case e.isFile():
		q := problem(render.CauseInput, "git-path", "%s is a file of the commit, not a directory", at)
		q.Hint = "name its directory with path:, and the file in render or read:"
		return q
	case e.mode == modeLink:
		q := problem(render.CauseInput, "git-path", "%s is a symlink of the commit, not a directory", at)
		q.Hint = "name the directory that it leads to"
		return q
	case e.mode == modeSubmodule:
		return submodule(at)
	}
	q := problem(render.CauseInput, "git-path", "the commit has no directory %s", at)
	q.Hint = render.DidYouMean(path.Base(p), names, "")
	q.Notes = []string{inside(path.Dir(p), names)}
	return q
}

// inside tells what a directory has, up to a number.
func inside(dir string, names []string) string {
	where := "its root"
	if dir != "." {
		where = render.Quoted(dir)
	}
	if len(names) == 0 {
		return where + " is empty"
	}
	const most = 12
	shown := make([]string, 0, most+1)
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, render.Quoted(n))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return where + " has " + strings.Join(shown, ", ")
}
