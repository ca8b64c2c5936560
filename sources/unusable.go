package sources

import (
	"errors"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
)

// maxUnusable bounds the problems that one entry or source reports of what it needs.
const maxUnusable = 20

// An unusable is what stands in a list of files for an entry without content: a submodule,
// say, or a folder that may not be read. Only who needs the entry gets the error.
type unusable struct {
	err  error
	tree bool // files that are not listed may be below the entry
}

func (u *unusable) ID() content.BlobID { return content.BlobID{} }
func (u *unusable) Size() int64        { return 0 }
func (u *unusable) Bytes() ([]byte, error) {
	return nil, u.neededBy(diag.Pos{}, "", "")
}

// HoldsFiles tells whether files that are not listed may be below the entry.
func (u *unusable) HoldsFiles() bool { return u.tree }

// neededBy is the problem for one who needs the entry: who, and where the spec says so.
func (u *unusable) neededBy(at diag.Pos, who, hint string) *diag.Problem {
	var known *diag.Problem
	if !errors.As(u.err, &known) {
		p := *diag.Problems(inputProblem(at, who, u.err, hint), diag.CauseInput)[0]
		p.Text = strings.TrimPrefix(p.Text, ": ")
		return &p
	}
	p := *known
	p.Notes = slices.Clone(p.Notes)
	if p.Pos.File == "" && who != "" {
		p.Pos, p.Text = at, who+": "+p.Text
	}
	return &p
}

// firstUnusable is the error of the first entry without content.
func firstUnusable(files []content.File) error {
	for i := range files {
		if u, ok := files[i].Blob.(*unusable); ok {
			return u.err
		}
	}
	return nil
}

// needs tells whether a glob or path needs an entry without content: it names the entry
// itself, starts below it, or could match a file below it.
func needs(pattern, entry string, tree bool) bool {
	base, rest := cutGlob(pattern)
	switch {
	case rest == "" && (pattern == "" || pattern == "." || strings.HasPrefix(entry, strings.TrimSuffix(pattern, "/")+"/")):
		return true
	case strings.HasPrefix(pattern+"/", entry+"/"), rest != "" && strings.HasPrefix(base+"/", entry+"/"):
		return true
	case rest == "":
		return false
	}
	return glob.Match(pattern, entry) || tree && glob.MayMatchBelow(pattern, entry)
}

// checkUsable reports the files of an entry of the spec that have no content.
func checkUsable(w specfile.Places, kind, ref string, files []*content.File) error {
	var all []error
	for _, f := range files {
		if u, ok := f.Blob.(*unusable); ok && len(all) < maxUnusable {
			all = append(all, u.neededBy(w.At(kind), kind+" "+diag.Quoted(ref), ""))
		}
	}
	return errors.Join(all...)
}

// checkReadable reports the files of a source that become values, and that have no content.
func (r *reader) checkReadable(s *Spec, files []content.File) error {
	var all []error
	for i := range files {
		u, ok := files[i].Blob.(*unusable)
		if ok && len(all) < maxUnusable && (s.reads(files[i].Path) || s.readsBelow(files[i].Path, u.tree)) {
			all = append(all, u.neededBy(s.Pos, "source "+s.String(), r.missingHint(s)))
		}
	}
	return errors.Join(all...)
}

// readsBelow tells whether a glob of read: starts below an entry without content, or could
// match there.
func (s *Spec) readsBelow(entry string, tree bool) bool {
	return slices.ContainsFunc(s.Read, func(pattern string) bool { return needs(pattern, entry, tree) })
}
