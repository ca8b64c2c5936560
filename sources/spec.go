// Package sources reads the outside world: mounted ConfigMaps and Secrets, files and
// environment variables. It yields layers of values, each with its origin, and file
// trees. It sees every volume in one consistent generation, and changes nothing.
package sources

import (
	"errors"
	"slices"
	"strings"
	"time"

	"confit/render/diag"
	"confit/render/glob"
	"confit/render/specfile"
	"confit/render/tree"
)

// A Spec is one item of the spec's sources section.
type Spec struct {
	specfile.Where

	File      string `yaml:"file"`
	ConfigMap string `yaml:"configMap"`
	Dir       string `yaml:"dir"`
	Secret    string `yaml:"secret"`
	Downward  string `yaml:"downwardAPI"`
	Env       string `yaml:"env"`
	Git       string `yaml:"git"`

	Name      string            `yaml:"name"`      // of the file tree that it is
	At        string            `yaml:"at"`        // path under which its values go in
	Nest      bool              `yaml:"nest"`      // each file under its own name
	Optional  bool              `yaml:"optional"`  // may be absent
	Read      []string          `yaml:"read"`      // globs of the files that become values
	Trim      *bool             `yaml:"trim"`      // cut the last newline of one-line text; default true
	Sensitive Sensitivity       `yaml:"sensitive"` // default true for secret
	Format    string            `yaml:"format"`    // of its files, in place of their extensions
	Typed     bool              `yaml:"typed"`     // text that overrides nothing has YAML's type
	Map       map[string]string `yaml:"map"`       // variable → path
	FromFile  []string          `yaml:"fromFile"`  // variables whose _FILE twin names a file with the value

	Lists map[string]ListStrategy `yaml:"lists"` // path → how that list goes over an earlier one

	Ref         string        `yaml:"ref"`         // git: a branch, a tag or a full commit; "" is what HEAD names
	Commit      string        `yaml:"commit"`      // git: what is fetched, wherever ref leads
	Sub         string        `yaml:"path"`        // git: the folder that is the root of the tree
	Auth        string        `yaml:"auth"`        // git: a mounted Secret with credentials
	AllowHTTP   bool          `yaml:"allowHTTP"`   // git: without TLS
	StartJitter time.Duration `yaml:"startJitter"` // git: a random wait before the first connection
	Verify      *Verify       `yaml:"verify"`      // git: whose signature is asked for
}

var kinds = []string{"file", "configMap", "dir", "secret", "downwardAPI", "env", "git"}

// Kinds are the kinds of sources.
func Kinds() []string { return slices.Clone(kinds) }

// Kind is the field that says what the source is.
func (s *Spec) Kind() string {
	for _, k := range kinds {
		if s.Has(k) {
			return k
		}
	}
	return ""
}

// where is the path or prefix that the source reads.
func (s *Spec) where() string {
	return s.File + s.ConfigMap + s.Dir + s.Secret + s.Downward + s.Env + s.Git
}

// String is how errors and origins name the source.
func (s *Spec) String() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Kind() == "git":
		return GitName(s.Git)
	}
	return s.Kind() + " " + diag.Quoted(s.where())
}

// isName tells whether a name can stand before the colon in name:path.
func isName(s string) bool {
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	rest := strings.TrimLeftFunc(s, func(r rune) bool { return letter(r) || r >= '0' && r <= '9' || r == '_' || r == '-' })
	return rest == "" && s != "" && letter(rune(s[0]))
}

// Check finds what is wrong with a source by itself.
func (s *Spec) Check() error {
	var all []error
	fail := func(field, text, hint string) { all = append(all, s.Problem(field, text, hint)) }
	kind := s.Kind()
	for _, other := range kinds {
		if kind != other && s.Has(other) {
			fail(other, "the source has both "+kind+" and "+other, "make two sources of it")
		}
	}
	switch {
	case kind == "" && slices.ContainsFunc(kinds, s.Meant):
		return nil
	case kind == "":
		fail("", "the source does not say what it reads", "set one of "+strings.Join(kinds, ", "))
		return errors.Join(all...)
	case s.Meant(kind):
	case kind == "env" && s.Env == "" && len(s.Map)+len(s.FromFile) == 0:
		fail("env", "env has no prefix, which would take in every variable", "give a prefix like APP_, or map: {NAME: path}")
	case kind != "env" && s.where() == "":
		fail(kind, kind+" names no path", "")
	}
	s.checkFormat(fail)
	s.checkLists(fail)
	s.checkGit(fail)
	if s.Name != "" && !isName(s.Name) {
		fail("name", "the name "+diag.Quoted(s.Name)+" has other characters than letters, digits, - and _", "")
	}
	if _, err := s.at(); err != nil {
		fail("at", err.Error(), "dots nest: a.b.c")
	}
	for name, p := range s.Map {
		if to, err := tree.ParsePath(p); err != nil || len(to) == 0 {
			fail("map", "map: "+diag.Quoted(name)+" leads to no path", "dots nest: a.b.c")
		}
	}
	for _, of := range []struct {
		field string
		globs []string
	}{{"file", []string{s.File}}, {"read", s.Read}, {"sensitive", s.Sensitive.globs}} {
		for _, pattern := range of.globs {
			if !glob.IsGlob(pattern) {
				fail(of.field, "the glob "+diag.Quoted(pattern)+" is malformed", "a [ needs its ]")
			}
		}
	}
	return errors.Join(all...)
}

func (s *Spec) at() (tree.Path, error) {
	p, err := tree.ParsePath(s.At)
	for _, step := range p {
		if step.IsIndex {
			return nil, errors.New("at: cannot lead into a list")
		}
	}
	return p, err
}
