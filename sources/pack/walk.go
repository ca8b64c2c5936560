package pack

import (
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"confit/render"
)

const maxProblems = 20

var errEnough = errors.New("enough problems")

// A walker lists the files of one tree. It spends nothing that a limit does not bound: a
// few small trees that contain each other can have more files than any disk.
type walker struct {
	o        *Objects
	lim      Limits
	dir      string // of the root in the repository, for messages
	files    []File
	folders  int
	open     map[string]bool // the real paths of the folders that are being walked
	problems []error
	links    links
}

// A place is a folder: the trees from the root of the walk down to it.
type place []level

type level struct {
	path string // from the root
	id   plumbing.Hash
}

func (p place) top() level { return p[len(p)-1] }

// below is the place of a tree in p.
func (p place) below(e treeEntry) place {
	return append(p[:len(p):len(p)], level{join(p.top().path, string(e.name)), e.id})
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// where is a path in the repository, fit for a message.
func (w *walker) where(p string) string {
	switch {
	case p != "":
		return render.Quoted(join(w.dir, p))
	case w.dir != "":
		return render.Quoted(w.dir)
	}
	return "the root of the repository"
}

// refuse notes a problem. It is an error when there are enough of them.
func (w *walker) refuse(p *render.Problem) error {
	w.problems = append(w.problems, p)
	if len(w.problems) >= maxProblems {
		return errEnough
	}
	return nil
}

func (w *walker) bad(p, what string) error {
	return w.refuse(problem(render.CauseData, "git-tree", "%s %s", w.where(p), what))
}

// walk lists the files of the folder at, under the path out.
func (w *walker) walk(out string, at place) error {
	w.folders++
	if w.folders > w.lim.Files {
		return tooMuch("files", "%s has more than %d directories below it", w.where(""), w.lim.Files)
	}
	if out != "" && strings.Count(out, "/") >= w.lim.Depth {
		return tooMuch("depth", "%s is more than %d directories deep", w.where(out), w.lim.Depth)
	}
	raw, ok := w.o.raw(at.top().id, plumbing.TreeObject)
	if !ok {
		return lacks(at.top().id)
	}
	w.open[at.top().path] = true
	defer delete(w.open, at.top().path)
	var names map[string]string
	var last treeEntry
	for len(raw) > 0 {
		e, rest, ok := nextEntry(raw)
		if !ok {
			return w.bad(out, "is not a well-formed tree")
		}
		p := join(out, string(e.name))
		if last.name != nil && !last.before(e) {
			return w.bad(p, "is not in its place, or there twice: the tree is not sorted")
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

// entry judges an entry, and lists what it stands for. names are those of the same folder
// so far, by their folded form.
func (w *walker) entry(out string, at place, e treeEntry, names map[string]string) error {
	name := out[len(out)-len(e.name):]
	if what := badName(name); what != "" {
		return w.bad(out, what)
	}
	if len(out) > maxPath {
		return w.bad(out[:100]+"…", "is too long a path")
	}
	folded := render.FoldCase(name)
	if twin, ok := names[folded]; ok && twin == name {
		return w.bad(out, "is there twice")
	} else if ok {
		return w.bad(out, "differs from "+render.Quoted(twin)+" beside it only in case")
	}
	names[folded] = name
	switch {
	case e.mode == modeTree:
		return w.walk(out, at.below(e))
	case e.isFile():
		return w.file(out, e)
	case e.mode == modeLink:
		return w.link(out, at, e)
	case e.mode == modeSubmodule:
		return w.refuse(submodule(w.where(out)))
	}
	return w.bad(out, "has a mode that Git does not know")
}

func submodule(at string) *render.Problem {
	s := problem(render.CauseData, "git-submodule", "%s is a submodule", at)
	s.Hint = "add the submodule's repository as a git source of its own, or narrow path:"
	return s
}

func (w *walker) file(out string, e treeEntry) error {
	at, ok := w.o.ids[e.id]
	if !ok || w.o.entries[at].kind != plumbing.BlobObject {
		return lacks(e.id)
	}
	if len(w.files) >= w.lim.Files {
		return tooMuch("files", "%s has more than %d files", w.where(""), w.lim.Files)
	}
	if n := w.o.entries[at].size; n > w.lim.File {
		return tooMuch("file", "%s has %d bytes, more than the limit of %s", w.where(out), n, size(w.lim.File))
	}
	if _, ok := w.o.lfs[e.id]; ok {
		p := problem(render.CauseData, "git-lfs", "%s is kept in Git LFS: the repository has only a pointer to it", w.where(out))
		p.Hint = "commit the file itself (git lfs migrate export), or narrow path:"
		return w.refuse(p)
	}
	w.files = append(w.files, File{out, e.id, w.o.entries[at].size, e.mode == modeExec})
	return nil
}
