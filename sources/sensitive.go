package sources

import (
	"errors"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
)

// Sensitivity says which values of a source are secrets.
type Sensitivity struct {
	set   bool
	all   bool
	globs []string // of keys, of paths below the source, and of its files
}

// FromSpec reads true, false or a list of globs.
func (s *Sensitivity) FromSpec(n *yaml.Node) error {
	s.set = true
	if specfile.IsBool(n) && n.Decode(&s.all) == nil || n.Decode(&s.globs) == nil && n.Kind == yaml.SequenceNode {
		return nil
	}
	return errors.New("true, false, or a list of globs of keys")
}

// secret tells whether all of the source is sensitive.
func (s *Spec) secret() bool {
	if s.Sensitive.set {
		return s.Sensitive.all
	}
	return s.kind().sensitive
}

// isSensitive tells whether a glob of sensitive: matches one of the names. It records which
// globs do.
func (r *reader) isSensitive(s *Spec, names ...string) bool {
	found := false
	for i, pattern := range s.Sensitive.globs {
		if slices.ContainsFunc(names, func(name string) bool { return glob.Match(pattern, name) }) {
			r.matched[s][i].Store(true)
			found = true
		}
	}
	return found
}

// markFiles marks the sensitive files of a source. A glob matches the path of a file or, as
// for keys, its name at any level.
func (r *reader) markFiles(s *Spec, files []content.File) {
	globs := s.Sensitive.globs
	r.matched[s] = make([]atomic.Bool, len(globs))
	for i := range files {
		f := &files[i]
		f.Tree = s.Name
		f.Sensitive = r.isSensitive(s, f.Path, path.Base(f.Path)) || s.secret() || f.Sensitive
		if len(globs) > 0 {
			r.paths[s] = append(r.paths[s], f.Path)
		}
	}
}

// spreadSecrets marks each file that is sensitive in another source, with all values that
// come from it.
func (r *reader) spreadSecrets() {
	r.secrets = map[content.Inode]bool{}
	for i := range r.files {
		if f := &r.files[i]; f.Sensitive && f.Inode != (content.Inode{}) {
			r.secrets[f.Inode] = true
		}
	}
	if len(r.secrets) == 0 {
		return
	}
	for i := range r.values {
		v := &r.values[i]
		if f := &r.files[v.file]; f.Sensitive || !r.secrets[f.Inode] {
			continue // of a sensitive file, the values are marked already
		}
		if v.origin.Sensitive = true; v.root != nil {
			v.root.MarkSensitive()
			v.content.MarkSecretKeys()
		}
	}
	for _, v := range r.vars {
		v.origin.Sensitive = v.origin.Sensitive || r.secrets[v.inode]
	}
	for i := range r.files {
		r.files[i].Sensitive = r.files[i].Sensitive || r.secrets[r.files[i].Inode]
	}
}

// markValues marks the sensitive values of a file. It marks the file, too, if it has one: an
// entry may copy it whole.
func (r *reader) markValues(v *valuesFile) {
	if len(v.spec.Sensitive.globs) == 0 {
		return
	}
	v.root.MarkSensitiveKeys(func(key, at string) bool {
		found := r.isSensitive(v.spec, key, path.Base(key), at) // * stops at the slash of example.com/token
		r.files[v.file].Sensitive = r.files[v.file].Sensitive || found
		return found
	})
}

// unmatchedGlobs finds the globs of sensitive: that match nothing in a source. A name
// without wildcards is an error: confit would show what the name is to hide. A wildcard may
// be for other environments. A source without values has nothing to show.
func (r *reader) unmatchedGlobs(s *Spec) error {
	var all []error
	var names []string
	for i := range r.matched[s] {
		pattern := s.Sensitive.globs[i]
		if r.matched[s][i].Load() {
			continue
		}
		if names == nil {
			names = r.names(s)
		}
		text := "sensitive: " + diag.Quoted(pattern) + " matches no value of the source " + s.String()
		switch {
		case len(names) == 0:
		case strings.ContainsAny(pattern, "*?["):
			r.notice(text)
		default:
			hint := diag.DidYouMean(pattern, names, "a glob is of keys, at any level, or of paths below the source, like db.password")
			all = append(all, &diag.Problem{
				Cause: diag.CauseData, Code: "sensitive-glob", Pos: s.Places.At("sensitive"),
				Text: text + ", and what it is to hide would be shown", Hint: hint,
			})
		}
	}
	return errors.Join(all...)
}

// names are the files, keys and paths that a glob of sensitive: can match.
func (r *reader) names(s *Spec) []string {
	names := r.paths[s]
	for _, v := range r.values {
		if v.spec == s && v.root != nil {
			v.root.EachKey(func(key, path string) { names = append(names, key, path) })
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
