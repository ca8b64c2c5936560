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
// say, or a folder that may not be read. Only who needs the entry gets the problem.
type unusable struct {
	problem *diag.Problem
	tree    bool // files that are not listed may be below the entry
}

func (u *unusable) ID() content.BlobID     { return content.BlobID{} }
func (u *unusable) Size() int64            { return 0 }
func (u *unusable) Bytes() ([]byte, error) { return nil, u.copied() }

// HoldsFiles tells whether files that are not listed may be below the entry.
func (u *unusable) HoldsFiles() bool { return u.tree }

// copied is the problem for one who needs the entry, who can add a place to it.
func (u *unusable) copied() *diag.Problem {
	p := *u.problem
	p.Notes = slices.Clone(p.Notes)
	return &p
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
	return glob.Match(pattern, entry) || tree && glob.Below(pattern, entry)
}

// checkUsable reports the files of an entry of the spec that have no content.
func checkUsable(w specfile.Places, kind, ref string, files []*content.File) error {
	var all []error
	for _, f := range files {
		if u, ok := f.Blob.(*unusable); ok && len(all) < maxUnusable {
			all = append(all, placedAt(w.At(kind), kind+" "+diag.Quoted(ref), u.copied()))
		}
	}
	return errors.Join(all...)
}

// checkReadable reports the files of a source that read: needs, and that have no content.
func (r *reader) checkReadable(s *Spec, files []content.File) error {
	var all []error
	for i := range files {
		u, ok := files[i].Blob.(*unusable)
		if !ok || len(all) >= maxUnusable {
			continue
		}
		needed := s.reads(files[i].Path)
		for _, pattern := range s.Read {
			needed = needed || needs(pattern, files[i].Path, u.tree)
		}
		if needed {
			all = append(all, placedAt(s.Pos, "source "+s.String(), u.copied()))
		}
	}
	return errors.Join(all...)
}

// placedAt adds to a problem the place of the spec that needs the file.
func placedAt(at diag.Pos, who string, p *diag.Problem) *diag.Problem {
	if p.Pos.File == "" {
		p.Pos = at
		p.Text = who + ": " + p.Text
	}
	return p
}
