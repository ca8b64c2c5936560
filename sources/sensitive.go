package sources

import (
	"errors"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

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
	return s.Kind() == "secret"
}

// marks tells whether a glob of sensitive: names one of these, and notes which globs do.
func (r *reader) marks(s *Spec, names ...string) bool {
	found := false
	for i, pattern := range s.Sensitive.globs {
		if slices.ContainsFunc(names, func(name string) bool { return glob.Glob(pattern, name) }) {
			r.matched[s][i].Store(true)
			found = true
		}
	}
	return found
}

// marksFile asks for a file by its path and, as for keys, by its name at any level.
func (r *reader) marksFile(s *Spec, file string) bool { return r.marks(s, file, path.Base(file)) }

// markValues marks the values of a file, and the file if it has such a value: it can be
// copied whole.
func (r *reader) markValues(t *text) {
	if len(t.spec.Sensitive.globs) == 0 {
		return
	}
	t.root.MarkSensitiveKeys(func(key, at string) bool {
		found := r.marks(t.spec, key, path.Base(key), at) // * stops at the slash of example.com/token
		r.files[t.file].Sensitive = r.files[t.file].Sensitive || found
		return found
	})
}

// unmatched finds the globs that name nothing of a source. A name that is not there is an
// error: what it is to hide would be shown. One with a wildcard may be for what is there in
// other places. A source without a value has nothing to show.
func (r *reader) unmatched(s *Spec) error {
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
				Cause: diag.CauseData, Code: "sensitive-glob", Pos: s.Where.At("sensitive"),
				Text: text + ", and what it is to hide would be shown", Hint: hint,
			})
		}
	}
	return errors.Join(all...)
}

// names are what a glob of sensitive: can name.
func (r *reader) names(s *Spec) []string {
	names := r.paths[s]
	for _, t := range r.texts {
		if t.spec == s {
			t.root.MarkSensitiveKeys(func(key, path string) bool {
				names = append(names, key, path)
				return false
			})
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
