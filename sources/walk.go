package sources

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
)

const maxNesting = 40 // directories in directories; more is a loop of links

// Tree reads every file below dir that include accepts, sorted by path. It skips names that
// begin with "..", which are the kubelet's, the spec, and the output of earlier runs.
func (s *Snapshot) Tree(dir string, include func(rel string) bool) ([]content.File, error) {
	files, err := s.readTree(dir, selection{include: include})
	return files, cmp.Or(err, firstUnusable(files))
}

// matching reads the files below dir that a glob matches. It looks into no directory that
// the glob matches nothing below. A file that cannot be read is listed as unusable.
func (s *Snapshot) matching(dir, pattern string) ([]content.File, error) {
	return s.readTree(dir, selection{
		include: func(rel string) bool { return glob.Match(pattern, rel) },
		enter:   func(rel string) bool { return glob.MayMatchBelow(pattern, rel) },
		skip:    true,
	})
}

// A selection says what to read of a directory. A directory that it does not enter is listed
// as unusable, so that a template which asks for a file there gets an error.
type selection struct {
	include func(rel string) bool // files to read
	enter   func(rel string) bool // directories to look into; nil for all
	skip    bool                  // the other directories are not listed as unusable
}

// readTree reads the files of a selection. A file or directory that cannot be read is listed
// as unusable.
func (s *Snapshot) readTree(dir string, sel selection) ([]content.File, error) {
	w := &treeWalk{Snapshot: s, dir: dir, selection: sel}
	if err := w.walk("", 0); err != nil {
		return nil, err
	}
	files := make([]content.File, len(w.found))
	clean := path.Clean(dir)
	tree, _ := s.locate(dir)
	err := inParallel(len(files), func(i int) error {
		f, err := w.found[i], w.found[i].err
		from := under(clean, f.rel)
		files[i].Path, files[i].From = from[len(from)-len(f.rel):], from
		if err == nil {
			var file Regular
			file, err = s.read(tree, f.place)
			files[i].Data, files[i].Mode, files[i].Inode, files[i].Sensitive = file.Data, file.Mode, file.Inode, file.Secret
			files[i].StandIn = file.StandIn
		}
		if err != nil {
			files[i].Blob = &unusable{err: err, tree: f.isDir}
		}
		return nil
	})
	files = slices.DeleteFunc(files, func(f content.File) bool { return s.isSpec(f.Inode) })
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return files, err
}

// isSpec tells whether a file is the spec, by whatever path it was read.
func (s *Snapshot) isSpec(i content.Inode) bool { return i == s.spec && i != content.Inode{} }

// inParallel calls do with 0 to n-1 on every core, and joins the errors.
func inParallel(n int, do func(i int) error) error {
	errs := make([]error, n)
	workers := min(runtime.GOMAXPROCS(0), n)
	diag.Parallel(workers, func(w int) {
		for i := w; i < n; i += workers {
			errs[i] = diag.CatchPanic(func() error { return do(i) })
		}
	})
	return errors.Join(errs...)
}

// A treeWalk lists the files of a directory.
type treeWalk struct {
	*Snapshot
	selection
	dir   string
	found []foundFile
}

// A foundFile is a file, or what cannot be read in the place of one.
type foundFile struct {
	rel, place string // place is the name in the tree
	isDir      bool
	err        error
}

// walk lists the directory rel. It returns an error of that directory alone.
func (w *treeWalk) walk(rel string, depth int) error {
	if depth > maxNesting {
		return &fs.PathError{Op: "walk", Path: path.Join(w.dir, rel), Err: errors.New("directories nest too deep; is there a loop of symbolic links?")}
	}
	here := path.Join(w.dir, rel)
	tree, at := w.locate(w.volumeDir(w.inGeneration(here)))
	w.Inputs.addFile(tree, at)
	entries, err := tree.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "..") {
			continue
		}
		if err := w.countEntry(at); err != nil {
			return err
		}
		w.visit(tree, e, foundFile{rel: under(rel, e.Name()), place: under(at, e.Name())}, depth)
	}
	return nil
}

// visit lists one entry of a directory, or the files below it.
func (w *treeWalk) visit(tree FS, e fs.DirEntry, f foundFile, depth int) {
	f.isDir = e.IsDir()
	if e.Type()&fs.ModeSymlink != 0 {
		info, err := tree.Stat(f.place)
		f.isDir, f.err = err == nil && info.IsDir(), danglingLink(path.Join(w.dir, f.rel), err)
	}
	if !f.isDir {
		if w.include(f.rel) {
			w.found = append(w.found, f)
		}
		return
	}
	if w.isOutput(tree, f.place) {
		return
	}
	switch entered := w.enter == nil || w.enter(f.rel); {
	case entered:
		f.err = w.walk(f.rel, depth+1)
	case !w.skip:
		f.err = notEntered(path.Join(w.dir, f.rel))
	}
	if f.err != nil {
		w.found = append(w.found, f)
	}
}

// danglingLink is the error of a symlink whose target cannot be looked at.
func danglingLink(link string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &diag.Problem{
		Cause: diag.CauseInput, Code: "input", Text: "the symlink " + diag.Quoted(link) + " leads to nothing",
		Hint: "remove it, or make what it leads to",
	}
}

// notEntered is the problem of needing a file of a directory that read: does not lead to.
func notEntered(dir string) *diag.Problem {
	return &diag.Problem{
		Cause: diag.CauseInput, Code: "input", Text: "no glob of read: leads into the directory " + diag.Quoted(dir) + ", so it was not looked at",
		Hint: "give the source a name:, and write name:path",
	}
}

// under is path.Join of clean paths. It does not clean the result, which takes time.
func under(dir, name string) string {
	switch dir {
	case "", ".":
		return name
	case "/":
		return dir + name
	}
	return dir + "/" + name
}
