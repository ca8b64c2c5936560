package sources

import (
	"fmt"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
)

// detailf reports a step of reading for -v. The arguments are names, never values.
func (s *Snapshot) detailf(format string, args ...any) {
	if s.Detail != nil {
		s.Detail(fmt.Sprintf(format, args...))
	}
}

// detailFile reports a file that was read. It omits the size of a secret.
func (s *Snapshot) detailFile(what string, size int, secret bool) {
	if secret {
		s.detailf("read %s, a secret", what)
	} else {
		s.detailf("read %s, %s", what, diag.Plural(size, "byte"))
	}
}

// detailFound reports the files that an entry reads for itself.
func (s *Snapshot) detailFound(kind string, found content.Found) {
	for _, f := range slices.Concat(found.Files, found.Partials) {
		s.detailFile(kind+" "+diag.Quoted(f.From), len(f.Data), f.Sensitive)
	}
}

// An extent is the number of files and layers after a source was read.
type extent struct{ files, layers int }

// detailSources reports the files of each source, and the layers in the order of merging. Of
// a repository, it reports the files that become values.
func (r *reader) detailSources(specs []Spec, ends []extent) {
	if r.Detail == nil {
		return
	}
	var at extent
	layers := make([]string, len(r.layers))
	for i := range specs {
		s, end := &specs[i], ends[i]
		for _, f := range r.files[at.files:end.files] {
			switch {
			case f.Blob == nil:
				r.detailFile(diag.Quoted(f.From), len(f.Data), f.Sensitive)
			case s.reads(f.Path):
				r.detailFile(diag.Quoted(f.From), int(f.Blob.Size()), f.Sensitive)
			}
		}
		for n := at.layers; n < end.layers; n++ {
			layers[n] = s.String()
		}
		at = end
	}
	for _, v := range r.values {
		if v.decode != nil {
			layers[v.layer] = diag.Quoted(v.origin.File)
		}
	}
	for n, name := range layers {
		r.detailf("layer %d: %s", n+1, name)
	}
}

// detailVars reports the variables that a source takes, and those with its prefix that it
// leaves.
func (r *reader) detailVars(s *Spec, env, taken []string) {
	if r.Detail == nil {
		return
	}
	var left []string
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); s.Env != "" && strings.HasPrefix(name, s.Env) && !slices.Contains(taken, name) {
			left = append(left, name)
		}
	}
	r.detailf("%s takes %s and leaves %s", s, quotedList(taken), quotedList(left))
}

// quotedList is a list of names for a person.
func quotedList(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = diag.Quoted(name)
	}
	return strings.Join(quoted, ", ")
}
