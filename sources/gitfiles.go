package sources

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
)

// gitFiles are the files of a Git source, or those of the folder that replaces it.
func (r *reader) gitFiles(s *Spec) ([]content.File, error) {
	dir := r.Git.Replace[s.Name]
	if dir == "" {
		return r.commits[s].filesOf(s), nil
	}
	dir = path.Join(dir, s.Sub)
	outsideGit := func(rel string) bool { return !slices.Contains(strings.Split(rel, "/"), ".git") }
	files, err := r.readTree(dir, selection{include: outsideGit, enter: outsideGit, skip: true})
	if err != nil {
		what := "source " + s.String() + ": --replace " + diag.Quoted(dir)
		err = inputProblem(s.Places.At("git"), what, err, "name a checkout of the repository, with the folder path: in it")
	}
	return files, err
}

// filesOf are the files of a commit. There may be very many, so Path shares the memory of
// From.
func (c *commitFiles) filesOf(s *Spec) []content.File {
	root := fmt.Sprintf("%s@%s:", s.String(), c.commit.String()[:7])
	files := make([]content.File, len(c.files))
	blobs := make([]gitBlob, len(c.files))
	for i := range c.files {
		f := &c.files[i]
		if f.Defect != nil {
			u := &unusable{f.Defect.Problem(), f.Defect.Tree}
			files[i] = content.File{Path: f.Path, Blob: u, From: root + path.Join(s.Sub, f.Path)}
			continue
		}
		blobs[i] = gitBlob{c.blobs, f}
		from := root + path.Join(s.Sub, f.Path)
		f.Path = from[len(from)-len(f.Path):]
		files[i] = content.File{Path: f.Path, Blob: &blobs[i], From: from}
		if files[i].Mode = 0o644; f.Exec {
			files[i].Mode = 0o755
		}
	}
	return files
}
