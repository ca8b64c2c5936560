package sinks

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/sinks/dirfd"
)

// open opens the directory.
func (d Dir) open() (*dirfd.Tree, error) {
	t, err := dirfd.Open(d.Path)
	if err != nil {
		return nil, cmp.Or(d.checkLocation(), err)
	}
	return t, nil
}

// checkLocation refuses a directory that is a symlink, lies below a file, or lies in a state
// directory. A symlink could lead elsewhere by the next run, which would then take the
// files there for its own.
func (d Dir) checkLocation() error {
	named := filepath.Clean(d.Path)
	if to, err := os.Readlink(named); err == nil {
		return inWay(d.Path, "is a symlink to "+diag.Quoted(to), "name the directory itself")
	}
	there, _ := resolve(named)
	if info, err := os.Lstat(there); err == nil && !info.IsDir() {
		return inWay(there, "is no directory", "move it away, or write to another place")
	}
	for ; filepath.Dir(there) != there; there = filepath.Dir(there) {
		if isState(there) {
			return inWay(d.Path, "is in "+diag.Quoted(there)+", where confit keeps its state", "choose another directory")
		}
	}
	return nil
}

// isState tells whether a directory is the state of a spec that has published.
func isState(dir string) bool {
	if !strings.HasPrefix(filepath.Base(dir), statePrefix) {
		return false
	}
	for _, name := range []string{inventoryFile, journalFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// resolve follows the symlinks of a path. It gives the real path of the part that is
// there, and the part that is not.
func resolve(name string) (there, rest string) {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	for at := name; ; at = filepath.Dir(at) {
		there, err := filepath.EvalSymlinks(at)
		if err == nil {
			return there, rest
		}
		if !isGone(err) || filepath.Dir(at) == at {
			return name, "" // for the run to fail on
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// A location is where a directory is, whatever its path says.
type location struct {
	path string      // without symlinks
	info fs.FileInfo // nil where nothing is there yet
}

func locationOf(d Dir) location {
	there, rest := resolve(d.Path)
	l := location{path: filepath.Join(there, rest)}
	if rest == "" {
		l.info, _ = os.Stat(there)
	}
	return l
}

// below gives the path of l relative to top, "." for the same directory. A mount can give
// one directory two paths, and so can a file system that is blind to case: paths where nothing
// is yet may be one path if they differ only in case.
func (l location) below(top location) (string, bool) {
	rel := "."
	for at := l.path; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		sameFile := err == nil && os.SameFile(info, top.info)
		twins := err != nil && top.info == nil && glob.FoldCase(at) == glob.FoldCase(top.path)
		if at == top.path || sameFile || twins {
			return rel, true
		}
		if filepath.Dir(at) == at {
			return "", false
		}
		rel = filepath.Join(filepath.Base(at), rel)
	}
}

// CheckApart finds the sinks of a run that are in each other's way: two that are one
// directory, or one below the other that is in its state, or of which the outputs clash.
// outs has the outputs of each. It looks at the disk, to know where the paths lead.
func CheckApart(dirs []Dir, outs [][]content.Output) error {
	if len(dirs) < 2 {
		return nil
	}
	locations := make([]location, len(dirs))
	for i := range dirs {
		locations[i] = locationOf(dirs[i])
	}
	var all []error
	for i := range dirs {
		for j := range dirs {
			if i == j {
				continue
			}
			rel, ok := locations[j].below(locations[i])
			if !ok || rel == "." && j < i {
				continue
			}
			if rel != "." {
				all = append(all, checkNested(outs[i], outs[j], rel))
				continue
			}
			what, hint := "are the same directory", "make one sink of the two"
			if locations[i].info == nil && locations[i].path != locations[j].path {
				what, hint = "differ only in case", "change one of the names: a file system that is blind to case has one directory for both"
			}
			all = append(all, &diag.Problem{
				Cause: diag.CauseSpec, Code: CodeSink, Hint: hint,
				Text: fmt.Sprintf("the sinks %s and %s %s", diag.Quoted(dirs[i].Path), diag.Quoted(dirs[j].Path), what),
			})
		}
	}
	return errors.Join(all...)
}

// checkNested checks the outputs of a directory, and those of a sink that is rel in it.
func checkNested(outs, inner []content.Output, rel string) error {
	rel = filepath.ToSlash(rel) + "/"
	var all []content.Output
	for _, o := range outs {
		if below, ok := strings.CutPrefix(o.Path, rel); ok {
			if err := CheckPath(below); err != nil {
				return &diag.Problem{Cause: causeOf(&o), Code: CodePath, Pos: o.Pos(), Text: fmt.Sprintf("%s is, in the sink %s, %s", diag.Quoted(o.Path), diag.Quoted(rel), err)}
			}
		}
		all = append(all, o)
	}
	for _, o := range inner {
		o.Path = rel + o.Path
		all = append(all, o)
	}
	return CheckOutputs(all)
}
