package sources

import (
	"fmt"
	"slices"
	"strings"

	"confit/render/content"
	"confit/render/diag"
)

// tellf tells somebody who debugs what was read. It is given names, never a value.
func (s *Snapshot) tellf(format string, args ...any) {
	if s.Detail != nil {
		s.Detail(fmt.Sprintf(format, args...))
	}
}

// tellFile tells of a file that was read. The size of a secret is one itself.
func (s *Snapshot) tellFile(what string, size int, secret bool) {
	if secret {
		s.tellf("read %s, a secret", what)
	} else {
		s.tellf("read %s, %s", what, diag.Counted(size, "byte"))
	}
}

// tellFound tells of the files that an entry reads for itself.
func (s *Snapshot) tellFound(kind string, found content.Found) {
	for _, f := range slices.Concat(found.Files, found.Partials) {
		s.tellFile(kind+" "+diag.Quoted(f.From), len(f.Data), f.Sensitive)
	}
}

// A mark is how far the files and layers go after a source.
type mark struct{ files, layers int }

// tell tells of the files of each source, and of the layers in the order in which they are
// merged. Of a repository, it tells of the files that become values.
func (r *reader) tell(specs []Spec, ends []mark) {
	if r.Detail == nil {
		return
	}
	var at mark
	layers := make([]string, len(r.layers))
	for i := range specs {
		s, end := &specs[i], ends[i]
		for _, f := range r.files[at.files:end.files] {
			switch {
			case f.Blob == nil:
				r.tellFile(diag.Quoted(f.From), len(f.Data), f.Sensitive)
			case s.reads(f.Path):
				r.tellFile(diag.Quoted(f.From), int(f.Blob.Size()), f.Sensitive)
			}
		}
		for n := at.layers; n < end.layers; n++ {
			layers[n] = s.String()
		}
		at = end
	}
	for _, t := range r.texts {
		layers[t.layer] = diag.Quoted(t.origin.File)
	}
	for n, name := range layers {
		r.tellf("layer %d: %s", n+1, name)
	}
}

// tellVars tells which variables a source takes and leaves.
func (r *reader) tellVars(s *Spec, env, taken []string) {
	if r.Detail == nil {
		return
	}
	var left []string
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); !slices.Contains(taken, name) {
			left = append(left, name)
		}
	}
	r.tellf("%s takes %s and leaves %s", s, named(taken), named(left))
}

// named lists names for a person.
func named(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = diag.Quoted(name)
	}
	return strings.Join(quoted, ", ")
}
