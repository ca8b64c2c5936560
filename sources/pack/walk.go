package pack

import (
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render/diag"
	"confit/render/glob"
)

const maxProblems = 20

var errTooManyProblems = errors.New("enough problems")

// A walker lists the files of one directory of a commit. A limit bounds each of its steps: a
// few small trees that contain each other can have more files than any disk.
type walker struct {
	objects   *Objects
	lim       Limits
	dir       string // the root of the walk, in the repository
	files     []File
	dirs      int
	active    map[string]bool // directories on the way to the current one, by real path
	problems  []error
	linkState linkState
}

// A dirChain is a directory with those above it, from the root of the walk down. A symlink
// needs them for its "..".
type dirChain []dir

type dir struct {
	path string // from the root of the walk
	id   plumbing.Hash
}

func (p dirChain) last() dir { return p[len(p)-1] }

// child is the directory that an entry of the last directory stands for.
func (p dirChain) child(e treeEntry) dirChain {
	return append(p[:len(p):len(p)], dir{join(p.last().path, string(e.name)), e.id})
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// quotedPath is a path in the repository, quoted for a message.
func (w *walker) quotedPath(p string) string {
	switch {
	case p != "":
		return diag.Quoted(join(w.dir, p))
	case w.dir != "":
		return diag.Quoted(w.dir)
	}
	return "the root of the repository"
}

// report collects a problem. It returns an error when the walk should end.
func (w *walker) report(p *diag.Problem) error {
	w.problems = append(w.problems, p)
	if len(w.problems) >= maxProblems {
		return errTooManyProblems
	}
	return nil
}

func (w *walker) reportTree(p, what string) error {
	return w.report(newProblem(diag.CauseData, "git-tree", "%s %s", w.quotedPath(p), what))
}

// walk lists the files of the directory at under the path out, which a symlink on the way
// makes another than the real path.
func (w *walker) walk(out string, at dirChain) error {
	w.dirs++
	if w.dirs > w.lim.Files {
		return overLimit("files", "%s has more than %d directories below it", w.quotedPath(""), w.lim.Files)
	}
	if out != "" && strings.Count(out, "/") >= w.lim.Depth {
		return overLimit("depth", "%s is more than %d directories deep", w.quotedPath(out), w.lim.Depth)
	}
	raw, ok := w.objects.tree(at.last().id)
	if !ok {
		return missingObject(at.last().id)
	}
	w.active[at.last().path] = true
	defer delete(w.active, at.last().path)
	var names map[string]string
	var last treeEntry
	for len(raw) > 0 {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return w.reportTree(out, "is not a well-formed tree")
		}
		p := join(out, string(e.name))
		if last.name != nil && !last.sortsBefore(e) {
			return w.reportTree(p, "is not in its place, or there twice: the tree is not sorted")
		}
		if names == nil {
			names = make(map[string]string, min(len(raw)/32+1, w.lim.Files))
		}
		if err := w.entry(p, at, e, names); err != nil {
			return err
		}
		last, raw = e, rest
	}
	return nil
}

// entry checks an entry of a tree and lists its file or files. names has the earlier names in
// the same directory, by their case-folded form.
func (w *walker) entry(out string, at dirChain, e treeEntry, names map[string]string) error {
	name := out[len(out)-len(e.name):]
	if what := forbiddenName(name); what != "" {
		return w.reportTree(out, what)
	}
	folded := glob.FoldCase(name)
	other, ok := names[folded]
	if ok && other == name {
		return w.reportTree(out, "is there twice")
	}
	names[folded] = name
	what := nameProblem(name)
	switch {
	case what == "" && len(out) > maxPath:
		out, what = out[:100]+"…", "is too long a path"
	case what == "" && ok:
		what = "differs from " + diag.Quoted(other) + " beside it only in case"
	}
	if what != "" {
		return w.treeDefect(out, e, what)
	}
	switch {
	case e.mode == modeTree:
		return w.walk(out, at.child(e))
	case e.isFile():
		return w.file(out, e)
	case e.mode == modeLink:
		return w.link(out, at, e)
	case e.mode == modeSubmodule:
		return w.defect(out, true, submoduleProblem(w.quotedPath(out)))
	}
	return w.treeDefect(out, e, "has a mode that Git does not know")
}

// defect lists an entry without content. tree tells whether it holds files, or may.
func (w *walker) defect(out string, tree bool, p *diag.Problem) error {
	return w.list(File{Path: strings.ToValidUTF8(out, "\ufffd"), Defect: &Defect{p.Code, p.Text, p.Hint, tree}})
}

func (w *walker) treeDefect(out string, e treeEntry, what string) error {
	p := newProblem(diag.CauseData, "git-tree", "%s %s", w.quotedPath(out), what)
	p.Hint = "rename it in the repository, or narrow what is read of it with path:, read: or the glob of the entry"
	return w.defect(out, e.mode == modeTree || e.mode == modeLink, p)
}

func (w *walker) list(f File) error {
	if len(w.files) >= w.lim.Files {
		return overLimit("files", "%s has more than %d files", w.quotedPath(""), w.lim.Files)
	}
	w.files = append(w.files, f)
	return nil
}

func submoduleProblem(at string) *diag.Problem {
	s := newProblem(diag.CauseData, "git-submodule", "%s is a submodule", at)
	s.Hint = "add the submodule's repository as a git source of its own, or narrow path:"
	return s
}

func (w *walker) file(out string, e treeEntry) error {
	size, ok := w.objects.blobSize(e.id)
	if !ok {
		return missingObject(e.id)
	}
	if size > w.lim.File {
		return overLimit("file", "%s has %d bytes, more than the limit of %s", w.quotedPath(out), size, formatBytes(w.lim.File))
	}
	if p := w.objects.placeholders[e.id].problem(w.quotedPath(out)); p != nil {
		if err := w.objects.recordBlob(e.id); err != nil {
			return err
		}
		return w.defect(out, false, p)
	}
	return w.list(File{Path: out, ID: e.id, Size: size, Exec: e.mode == modeExec})
}

// checkLargest reports an object over the limit that is not below the directory: the limit
// is on the whole pack, which has every file of the commit.
func (w *walker) checkLargest(root plumbing.Hash) error {
	if len(w.objects.large) == 0 {
		return nil
	}
	at, size, err := w.findLarge("", root, map[plumbing.Hash]bool{})
	switch {
	case err != nil:
		return err
	case at == "":
		for _, size := range w.objects.large {
			return overLimit("file", "a file of an earlier commit has %d bytes, more than the limit of %s", size, formatBytes(w.lim.File))
		}
	}
	where := ""
	if w.dir != "" && !strings.HasPrefix(at, w.dir+"/") {
		where = "; it lies outside of path: " + diag.Quoted(w.dir) + ", but the server sends the whole commit"
	}
	return overLimit("file", "%s has %d bytes, more than the limit of %s%s", diag.Quoted(at), size, formatBytes(w.lim.File), where)
}

// findLarge returns the path and size of a file over the limit in a tree; "" for none. seen
// has the trees that hold none.
func (w *walker) findLarge(at string, tree plumbing.Hash, seen map[plumbing.Hash]bool) (string, int64, error) {
	raw, ok := w.objects.content(tree, plumbing.TreeObject)
	if !ok || seen[tree] || strings.Count(at, "/") > maxPath/2 {
		return "", 0, nil // no part of path: needs it
	}
	seen[tree] = true
	for len(raw) > 0 {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return "", 0, nil
		}
		raw = rest
		if err := w.chargeSteps(1); err != nil {
			return "", 0, err
		}
		p := join(at, string(e.name))
		if size, ok := w.objects.large[e.id]; ok && e.isFile() {
			return p, size, nil
		}
		if e.mode == modeTree {
			if found, size, err := w.findLarge(p, e.id, seen); found != "" || err != nil {
				return found, size, err
			}
		}
	}
	return "", 0, nil
}
