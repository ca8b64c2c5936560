package sources

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
	"confit/render/tree"
	"confit/render/values"
)

const maxNesting = 40 // directories in directories; more is a loop of links

// Tree reads every file below dir that keep wants, sorted by path. Names that begin with
// ".." are the kubelet's and left out, as are the spec and what runs wrote.
func (s *Snapshot) Tree(dir string, keep func(rel string) bool) ([]content.File, error) {
	type spot struct{ rel, place string } // place is where the tree has it
	var spots []spot
	err := s.walk(dir, "", 0, func(rel, place string) {
		if keep(rel) && place != s.spec {
			spots = append(spots, spot{rel, place})
		}
	})
	if err != nil {
		return nil, err
	}
	files := make([]content.File, len(spots))
	clean := path.Clean(dir)
	tree, _ := s.locate(dir)
	err = inParallel(len(files), func(i int) (err error) {
		from := under(clean, spots[i].rel)
		files[i].Path, files[i].From = from[len(from)-len(spots[i].rel):], from
		files[i].Data, files[i].Mode, err = s.read(tree, spots[i].place)
		return err
	})
	slices.SortFunc(files, func(a, b content.File) int { return cmp.Compare(a.Path, b.Path) })
	return files, err
}

// inParallel calls do with 0 to n-1, on every core.
func inParallel(n int, do func(i int) error) error {
	errs := make([]error, n)
	workers := min(runtime.GOMAXPROCS(0), n)
	diag.Parallel(workers, func(w int) {
		for i := w; i < n; i += workers {
			errs[i] = diag.Safely(func() error { return do(i) })
		}
	})
	return errors.Join(errs...)
}

func (s *Snapshot) walk(dir, rel string, depth int, visit func(rel, place string)) error {
	if depth > maxNesting {
		return &fs.PathError{Op: "walk", Path: path.Join(dir, rel), Err: errors.New("directories nest too deep; is there a loop of symbolic links?")}
	}
	here := path.Join(dir, rel)
	tree, at := s.locate(s.pinned(s.through(here)))
	entries, err := tree.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "..") {
			continue
		}
		if err := s.see(at); err != nil {
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

// under is path.Join of clean paths, without a look at every byte of them.
func under(dir, name string) string {
	switch dir {
	case "", ".":
		return name
	case "/":
		return dir + name
	}
	return dir + "/" + name
}

// Find reads what the field kind of an entry names: "tree:path" in the files of a named
// source, else a file, a folder or a glob. Templates get the partials beside them.
func (s *Snapshot) Find(w specfile.Where, kind, ref string, files []content.File) (content.Found, error) {
	defer s.Running.Begin(kind, ref)()
	var found content.Found
	var err error
	if tree, p, ok := strings.Cut(ref, ":"); ok {
		found = pick(files, tree, p)
	} else {
		found, err = s.pickPath(rebase(w.Base, ref), kind == "template")
		s.carrySecrets(found, files)
		s.tellFound(kind, found)
	}
	if err == nil && len(found.Files) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return found, inputProblem(w.At(kind), kind+" "+diag.Quoted(ref), err, "relative paths start at the folder of the spec; name:path reads the files of a named source")
	}
	if kind == "template" {
		found.Files, found.Partials = apart(found.Files, found.Partials, found.Above)
	}
	return found, nil
}

// carrySecrets marks the files that are a secret in some source, by whatever path an
// entry names them.
func (s *Snapshot) carrySecrets(found content.Found, files []content.File) {
	secret := map[string]bool{}
	for _, f := range files {
		if f.Sensitive {
			_, at := s.locate(f.From)
			secret[at] = true
		}
	}
	if len(secret) == 0 {
		return
	}
	for _, f := range slices.Concat(found.Files, found.Partials) {
		_, at := s.locate(f.From)
		f.Sensitive = f.Sensitive || secret[at]
	}
}

// pickPath reads a file, a folder or a glob; beside a template, its partials.
func (s *Snapshot) pickPath(name string, template bool) (content.Found, error) {
	if base, rest := cutGlob(name); rest != "" {
		files, err := s.Tree(base, func(rel string) bool { return glob.Glob(rest, rel) })
		return content.Found{Files: pointers(files)}, err
	}
	isDir, err := s.IsDir(name)
	if err != nil {
		return content.Found{}, err
	}
	if isDir {
		files, err := s.Tree(name, func(string) bool { return true })
		return content.Found{Files: pointers(files)}, err
	}
	data, mode, err := s.ReadFile(name)
	found := content.Found{Single: true, Files: []*content.File{{Path: path.Base(name), Data: data, Mode: mode, From: name}}}
	if err == nil && template {
		found.Partials, err = s.partials(path.Dir(name))
	}
	return found, err
}

// partials reads the files of a folder whose names begin with "_".
func (s *Snapshot) partials(dir string) ([]*content.File, error) {
	tree, at := s.locate(s.pinned(s.through(dir)))
	entries, err := tree.ReadDir(at)
	if err != nil {
		return nil, err
	}
	var files []*content.File
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "_") || e.IsDir() {
			continue
		}
		data, mode, err := s.read(tree, path.Join(at, e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, &content.File{Path: e.Name(), Data: data, Mode: mode, From: path.Join(dir, e.Name())})
	}
	return files, nil
}

func pointers(files []content.File) []*content.File {
	all := make([]*content.File, len(files))
	for i := range files {
		all[i] = &files[i]
	}
	return all
}

// pick takes a file, a folder or a glob from the files of a named source.
func pick(files []content.File, tree, p string) content.Found {
	folder := strings.TrimSuffix(p, "/") + "/"
	base, pattern := cutGlob(p)
	found := content.Found{Shared: true}
	all := p == "" || p == "."
	isFolder := slices.ContainsFunc(files, func(f content.File) bool { return f.Tree == tree && strings.HasPrefix(f.Path, folder) })
	switch {
	case all:
	case isFolder:
		found.Above = folder
	case base != ".":
		found.Above = base + "/"
	}
	for i := range files {
		f := &files[i]
		switch {
		case f.Tree != tree:
		case f.Path == p:
			return content.Found{Files: []*content.File{f}, Above: strings.TrimSuffix(p, path.Base(p)), Single: true, Shared: true}
		case all, isFolder && strings.HasPrefix(f.Path, folder), !isFolder && pattern != "" && glob.Glob(p, f.Path):
			found.Files = append(found.Files, f)
		}
	}
	return found
}

// apart separates the partials: files below a name that begins with "_".
func apart(files, partials []*content.File, above string) (rest, all []*content.File) {
	rest = files[:0]
	for _, f := range files {
		if name := strings.TrimPrefix(f.Path, above); strings.HasPrefix(name, "_") || strings.Contains(name, "/_") {
			partials = append(partials, f)
		} else {
			rest = append(rest, f)
		}
	}
	return rest, partials
}

// cutGlob gives the folder in which a glob starts, and the glob below it: "" if the name is
// none.
func cutGlob(name string) (base, pattern string) {
	i := strings.IndexAny(name, "*?[")
	if i < 0 {
		return name, ""
	}
	slash := strings.LastIndexByte(name[:i], '/')
	return path.Dir(name[:i] + "x"), name[slash+1:]
}

// rebase makes a path of the spec relative to the spec's folder.
func rebase(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// ParseSetFile reads path=file and gives the path the file's content.
func (s *Snapshot) ParseSetFile(text string, o *tree.Origin) ([]values.Assignment, error) {
	name, file, ok := strings.Cut(text, "=")
	if !ok {
		return nil, errors.New("write path=file")
	}
	data, _, err := s.ReadFile(file)
	if err != nil {
		return nil, inputProblem(diag.Pos{}, "--set-file "+diag.Quoted(text), err, "name a file that is there")
	}
	if !utf8.Valid(data) {
		return nil, &diag.Problem{Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: file}, Text: "--set-file: the file is not UTF-8 text and cannot be a value", Hint: "copy and .Files take any bytes"}
	}
	a, err := values.Assign(name, string(data), &tree.Origin{Source: o.Source, File: file})
	return []values.Assignment{a}, err
}
