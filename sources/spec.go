package sources

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"confit/render/format"
	"confit/render/specfile"
	"confit/render/tree"
)

// A Spec is one item of the spec's sources section.
type Spec struct {
	specfile.Places

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
	Dialect   string            `yaml:"dialect"`   // of its ini files: the reader that they are for
	Flat      bool              `yaml:"flat"`      // names of properties, and of new variables, stay whole
	Documents string            `yaml:"documents"` // "first": of the documents of a YAML file, the first
	Typed     bool              `yaml:"typed"`     // text that overrides nothing has YAML's type
	Map       map[string]string `yaml:"map"`       // variable → path
	FromFile  []string          `yaml:"fromFile"`  // variables whose value NAME_FILE may take from a file
	Unknown   string            `yaml:"unknown"`   // variables that match no value: create, error or ignore
	NestOn    string            `yaml:"nestOn"`    // separator at which the names of new keys nest; "" is "__"
	Empty     string            `yaml:"empty"`     // variables that are set and empty: keep or unset

	Lists map[string]ListStrategy `yaml:"lists"` // path → how that list is merged with an earlier one

	Ref         string        `yaml:"ref"`         // git: a branch, a tag or a full commit; "" is what HEAD names
	Commit      string        `yaml:"commit"`      // git: what is fetched, wherever ref leads
	Sub         string        `yaml:"path"`        // git: the folder that is the root of the tree
	Auth        string        `yaml:"auth"`        // git: a mounted Secret with credentials
	AllowHTTP   bool          `yaml:"allowHTTP"`   // git: without TLS
	StartJitter time.Duration `yaml:"startJitter"` // git: a random wait before the first connection
	Verify      *Verify       `yaml:"verify"`      // git: who must have signed the commit

	cached *kind
}

// Path is the path that the source reads.
func (s *Spec) Path() string { return rebase(s.Base, s.where()) }

// ValuesAt is the path of values that the source goes in at; "." for the root.
func (s *Spec) ValuesAt() string { return cmp.Or(s.At, ".") }

// at is the path under which the values go in.
func (s *Spec) at() (tree.Path, error) {
	p, err := tree.ParsePath(s.At)
	for _, step := range p {
		if step.IsIndex {
			return nil, errors.New("at: cannot lead into a list")
		}
	}
	return p, err
}

// reads tells whether a file becomes values.
func (s *Spec) reads(file string) bool {
	if !s.Has("read") {
		return !s.kind().readNone
	}
	return matchAny(s.Read, file)
}

// decoder gives the parser of a file, by format: or else by its name; nil for plain text.
func (s *Spec) decoder(file string) decoder {
	f := format.ByExtension(file)
	switch k := s.kind(); {
	case s.Format != "":
		f = format.ByName(s.Format)
	case k.decoder != nil:
		return k.decoder(file)
	}
	switch {
	case f == nil:
		return nil
	case s.Flat && f.Flat != nil:
		f = f.Flat
	case s.Documents == "first" && f.First != nil:
		f = f.First
	}
	if d := f.Dialect(s.Dialect); d != nil {
		f = d
	}
	return f.Decode
}

// below is the path under at: that the values of a file go in at.
func (s *Spec) below(file string) tree.Path {
	switch k := s.kind(); {
	case k.label != nil:
		return tree.Path{{Key: k.label(file)}}
	case s.Nest:
		return tree.Path{{Key: fileLabel(file)}}
	}
	return nil
}

// plainText is the value of a file that is one text.
func (s *Spec) plainText(t string, o *tree.Origin) *tree.Node {
	n := tree.NewText(s.trim(t), 1, o)
	if s.Typed {
		n.InferTypes()
	}
	return n
}

// trim cuts the newline that echo and --from-file put after a single line, or the CR LF of
// Windows.
func (s *Spec) trim(t string) string {
	if s.Trim != nil && !*s.Trim || strings.Count(t, "\n") != 1 {
		return t
	}
	return strings.TrimSuffix(strings.TrimSuffix(t, "\n"), "\r")
}
