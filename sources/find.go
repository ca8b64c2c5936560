package sources

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
)

// Find reads what the field kind of an entry names: "tree:path" in the files of a named
// source, else a file, a folder or a glob. Templates get the partials beside them.
func (s *Snapshot) Find(w specfile.Places, kind, ref string, files []content.File) (content.Found, error) {
	defer s.Activity.Begin(kind, ref)()
	var found content.Found
	var err error
	if tree, p, ok := strings.Cut(ref, ":"); ok {
		found = findInTree(files, tree, p)
	} else {
		found, err = s.findPath(rebase(w.Base, ref), kind == "template")
		s.markSecrets(found)
		s.detailFound(kind, found)
	}
	if err == nil && len(found.Files) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return found, inputProblem(w.At(kind), kind+" "+diag.Quoted(ref), err, "relative paths start at the folder of the spec; name:path reads the files of a named source")
	}
	if err := checkUsable(w, kind, ref, found.Files); err != nil {
		return found, err
	}
	if kind == "template" {
		found.Files, found.Partials = splitPartials(found.Files, found.Partials, found.Prefix)
	}
	return found, nil
}

// markSecrets marks the files that are sensitive in a source, by whatever path an entry names
// them.
func (s *Snapshot) markSecrets(found content.Found) {
	for _, f := range slices.Concat(found.Files, found.Partials) {
		f.Sensitive = f.Sensitive || s.secrets[f.Inode]
	}
}

// findPath reads a file, a folder or a glob; beside a template, its partials. A file of a
// folder or glob that cannot be read is unusable.
func (s *Snapshot) findPath(name string, template bool) (content.Found, error) {
	if base, rest := cutGlob(name); rest != "" {
		files, err := s.matching(base, rest)
		return content.Found{Files: pointers(files)}, err
	}
	isDir, err := s.IsDir(name)
	if err != nil {
		return content.Found{}, err
	}
	if isDir {
		files, err := s.readTree(name, selection{include: func(string) bool { return true }})
		return content.Found{Files: pointers(files)}, err
	}
	file, err := s.ReadFile(name)
	found := content.Found{Single: true, Files: []*content.File{{Path: path.Base(name), Data: file.Data, Mode: file.Mode, From: name, Inode: file.Inode, Sensitive: file.Secret, StandIn: file.StandIn}}}
	if err == nil && template {
		found.Partials, err = s.partials(path.Dir(name))
	}
	return found, err
}

// partials reads the files of a folder whose names begin with "_".
func (s *Snapshot) partials(dir string) ([]*content.File, error) {
	tree, at := s.locate(s.volumeDir(s.inGeneration(dir)))
	s.Inputs.addFile(tree, at)
	entries, err := tree.ReadDir(at)
	if err != nil {
		return nil, err
	}
	var files []*content.File
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "_") || e.IsDir() {
			continue
		}
		file, err := s.read(tree, path.Join(at, e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, &content.File{Path: e.Name(), Data: file.Data, Mode: file.Mode, From: path.Join(dir, e.Name()), Inode: file.Inode, Sensitive: file.Secret, StandIn: file.StandIn})
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

// findInTree takes a file, a folder or a glob from the files of a named source.
func findInTree(files []content.File, tree, p string) content.Found {
	folder := strings.TrimSuffix(p, "/") + "/"
	base, pattern := cutGlob(p)
	found := content.Found{Shared: true}
	all := p == "" || p == "."
	isFolder := slices.ContainsFunc(files, func(f content.File) bool { return f.Tree == tree && strings.HasPrefix(f.Path, folder) })
	switch {
	case all:
	case isFolder:
		found.Prefix = folder
	case base != ".":
		found.Prefix = base + "/"
	}
	for i := range files {
		f := &files[i]
		u, isUnusable := f.Blob.(*unusable)
		switch {
		case f.Tree != tree:
		case isUnusable && needs(p, f.Path, u.tree):
			found.Files = append(found.Files, f)
		case isUnusable:
		case f.Path == p:
			return content.Found{Files: []*content.File{f}, Prefix: strings.TrimSuffix(p, path.Base(p)), Single: true, Shared: true}
		case all, isFolder && strings.HasPrefix(f.Path, folder), !isFolder && pattern != "" && glob.Match(p, f.Path):
			found.Files = append(found.Files, f)
		}
	}
	return found
}

// splitPartials separates the partials: files below a name that begins with "_".
func splitPartials(files, partials []*content.File, above string) (rest, all []*content.File) {
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

// cutGlob splits a glob into the folder that it starts in and the pattern below that folder.
// The pattern of a plain name is "".
func cutGlob(name string) (base, pattern string) {
	i := strings.IndexAny(name, "*?[")
	if i < 0 {
		return name, ""
	}
	slash := strings.LastIndexByte(name[:i], '/')
	return path.Dir(name[:i] + "x"), name[slash+1:]
}

// rebase resolves a path of the spec from the folder of the spec.
func rebase(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// Holds tells whether a file, by the path that it was read from, lies in the source.
func (s *Spec) Holds(file string) bool {
	if s.HasVars() || s.Git != "" {
		return false
	}
	at := s.Path()
	return file == at || strings.HasPrefix(file, strings.TrimSuffix(at, "/")+"/")
}
