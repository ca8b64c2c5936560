package sources

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
)

const maxNesting = 40 // directories in directories; more is a loop of links

// Tree reads every file below dir that include accepts, sorted by path. It skips names that
// begin with "..", which are the kubelet's, the spec, and the output of earlier runs.
func (s *Snapshot) Tree(dir string, include func(rel string) bool) ([]content.File, error) {
	type entry struct{ rel, place string } // place is the name in the tree
	var entries []entry
	err := s.walk(dir, "", 0, func(rel, place string) {
		if include(rel) {
			entries = append(entries, entry{rel, place})
		}
	})
	if err != nil {
		return nil, err
	}
	files := make([]content.File, len(entries))
	clean := path.Clean(dir)
	tree, _ := s.locate(dir)
	err = inParallel(len(files), func(i int) error {
		from := under(clean, entries[i].rel)
		files[i].Path, files[i].From = from[len(from)-len(entries[i].rel):], from
		file, err := s.read(tree, entries[i].place)
		files[i].Data, files[i].Mode, files[i].Inode = file.Data, file.Mode, file.Inode
		return err
	})
	files = slices.DeleteFunc(files, func(f content.File) bool { return s.isSpec(f.Inode) })
	slices.SortFunc(files, func(a, b content.File) int { return cmp.Compare(a.Path, b.Path) })
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

func (s *Snapshot) walk(dir, rel string, depth int, visit func(rel, place string)) error {
	if depth > maxNesting {
		return &fs.PathError{Op: "walk", Path: path.Join(dir, rel), Err: errors.New("directories nest too deep; is there a loop of symbolic links?")}
	}
	here := path.Join(dir, rel)
	tree, at := s.locate(s.volumeDir(s.inGeneration(here)))
	entries, err := tree.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "..") {
			continue
		}
		if err := s.countEntry(at); err != nil {
			return err
		}
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := tree.Stat(under(at, e.Name()))
			if err != nil {
				return err
			}
			isDir = info.IsDir()
		}
		next, place := under(rel, e.Name()), under(at, e.Name())
		if !isDir {
			visit(next, place)
		} else if s.isOutput(tree, place) {
			continue
		} else if err := s.walk(dir, next, depth+1, visit); err != nil {
			return err
		}
	}
	return nil
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
