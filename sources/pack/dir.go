package pack

import (
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
)

const maxHintNames = 1000 // of a directory, compared with a name that it lacks

// cleanDir removes "./" and superfluous slashes from a directory of a repository; the root is
// "". A path out of the repository keeps its "..", which no tree contains.
func cleanDir(dir string) string {
	dir = path.Clean(strings.Trim(dir, "/"))
	if dir == "." {
		return ""
	}
	return dir
}

// findDir returns the tree of the directory w.dir.
func (w *walker) findDir(tree plumbing.Hash) (plumbing.Hash, error) {
	if w.dir == "" {
		return tree, nil
	}
	var seen string
	for name := range strings.SplitSeq(w.dir, "/") {
		e, names, err := w.lookup(tree, name)
		if err != nil {
			return tree, err
		}
		seen = join(seen, name)
		if e.mode != modeTree {
			return tree, dirProblem(seen, e, names)
		}
		tree = e.id
	}
	return tree, nil
}

// lookup finds a name in a tree. The entry of a missing name has no mode; names has the
// names that are there, for a hint.
func (w *walker) lookup(tree plumbing.Hash, name string) (e treeEntry, names []string, err error) {
	raw, ok := w.objects.tree(tree)
	if !ok {
		return e, nil, missingObject(tree)
	}
	for len(raw) > 0 {
		if e, raw, ok = nextEntry(raw); !ok {
			return e, nil, newProblem(diag.CauseData, "git-tree", "%s is not a well-formed tree", tree)
		}
		if string(e.name) == name {
			return e, nil, nil
		}
		if len(names) < maxHintNames {
			names = append(names, string(e.name))
		}
	}
	return treeEntry{}, names, nil
}

// dirProblem is the problem of a path that is missing or not a directory.
func dirProblem(p string, e treeEntry, names []string) *diag.Problem {
	at := diag.Quoted(p)
	switch {
	case e.isFile():
		q := newProblem(diag.CauseInput, "git-path", "%s is a file of the commit, not a directory", at)
		q.Hint = "name its directory with path:, and the file in render or read:"
		return q
	case e.mode == modeLink:
		q := newProblem(diag.CauseInput, "git-path", "%s is a symlink of the commit, not a directory", at)
		q.Hint = "name the directory that it leads to"
		return q
	case e.mode == modeSubmodule:
		return submoduleProblem(at)
	}
	q := newProblem(diag.CauseInput, "git-path", "the commit has no directory %s", at)
	q.Hint = diag.DidYouMean(path.Base(p), names, "")
	q.Notes = []string{listing(path.Dir(p), names)}
	return q
}

// listing says what a directory contains; it names a few entries only.
func listing(dir string, names []string) string {
	where := "its root"
	if dir != "." {
		where = diag.Quoted(dir)
	}
	if len(names) == 0 {
		return where + " is empty"
	}
	const most = 12
	shown := make([]string, 0, most+1)
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, diag.Quoted(n))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return where + " has " + strings.Join(shown, ", ")
}
