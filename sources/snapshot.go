package sources

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/schema"
	"confit/render/specfile"
)

// A Snapshot reads each mounted volume in one generation: the directory that the ..data link
// of the volume names at the first read.
type Snapshot struct {
	Machine
	spec        content.Inode          // the spec, which is never an input; zero for none
	secretSpec  bool                   // the spec is in a Secret
	secrets     map[content.Inode]bool // files that are sensitive in a source
	generations map[string]string      // by directory; "" for one that is no volume
	used        map[string]bool        // the files that entries name, as paths or as source:path
	outputDirs  []fs.FileInfo          // the directories that runs write to

	usage usage
}

func newSnapshot(m Machine) *Snapshot {
	return &Snapshot{Machine: m, generations: map[string]string{}}
}

// Use records the file, folder or glob that an entry of the spec names. A file of a ConfigMap
// that an entry renders or copies is no values.
func (s *Snapshot) Use(w specfile.Places, ref string) {
	if s.used == nil {
		s.used = map[string]bool{}
	}
	if !strings.Contains(ref, ":") {
		ref = rebase(w.Base, ref)
	}
	s.used[ref] = true
}

// Avoid names the directories that runs write to. A folder or glob above them skips them, so
// that confit never reads its own output.
func (s *Snapshot) Avoid(dirs []string) {
	for _, dir := range dirs {
		if info, err := s.Host.Stat(withoutSlash(rebase(s.Dir, dir))); err == nil {
			s.outputDirs = append(s.outputDirs, info)
		}
	}
}

// isOutput tells whether runs write to a directory.
func (s *Snapshot) isOutput(tree FS, at string) bool {
	if strings.HasPrefix(path.Base(at), ".confit-") {
		return true
	}
	if len(s.outputDirs) == 0 {
		return false
	}
	info, err := tree.Stat(at)
	return err == nil && slices.ContainsFunc(s.outputDirs, func(out fs.FileInfo) bool { return sameFile(out, info) })
}

// sameFile tells whether two descriptions are of one file. A file in memory has its identity
// in Sys.
func sameFile(a, b fs.FileInfo) bool {
	inode, inMemory := a.Sys().(content.Inode)
	return os.SameFile(a, b) || inMemory && b.Sys() == any(inode)
}

// ReadFile reads a regular file.
func (s *Snapshot) ReadFile(name string) (Regular, error) {
	tree, at := s.locate(s.inGeneration(name))
	return s.read(tree, at)
}

// IsDir tells whether a name leads to a directory.
func (s *Snapshot) IsDir(name string) (bool, error) {
	tree, at := s.locate(s.inGeneration(name))
	info, err := tree.Stat(at)
	if err != nil {
		s.Inputs.addFile(tree, at)
	}
	return err == nil && info.IsDir(), err
}

// Spec reads the spec. From then on, its file is no input.
func (s *Snapshot) Spec(name string) (*yaml.Node, error) {
	defer s.Activity.Begin("spec", name)()
	file, err := s.ReadFile(name)
	if err != nil {
		return nil, inputProblem(diag.Pos{}, "spec "+diag.Quoted(name), err, "name the spec with -c, or use --source, --template and --out without one")
	}
	s.spec, s.secretSpec = file.Inode, file.Secret
	s.detailFile("spec "+diag.Quoted(name), len(file.Data), false)
	doc, err := format.ParseYAML(file.Data)
	if err != nil {
		p := format.SyntaxProblem(name, diag.CauseSpec, file.Data, err)
		if !file.Secret && !mayBeSecretSpec(name, file.Data) {
			format.ShowLine(p, file.Data)
		}
		return nil, p
	}
	if doc == nil {
		doc = &yaml.Node{Kind: yaml.MappingNode}
	}
	return doc, nil
}

// secretSource matches the path of a source with secrets, in a spec that need not parse.
var secretSource = diag.LazyRegexp(`secret["']?:\s*["']?([^\s,}"'#]*)|sensitive`)

// mayBeSecretSpec tells whether a spec that does not parse may be in a source with secrets.
func mayBeSecretSpec(name string, text []byte) bool {
	for _, m := range secretSource().FindAllSubmatch(text, -1) {
		dir := rebase(path.Dir(name), string(m[1]))
		if len(m[1]) == 0 || dir == "." || name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") {
			return true
		}
	}
	return false
}

// SecretSpec tells whether the spec is in a Secret: by the manifest, or because a source that is
// one holds the file.
func (s *Snapshot) SecretSpec(file string, all []Spec) bool {
	return s.secretSpec || slices.ContainsFunc(all, func(src Spec) bool { return src.secret() && src.Holds(file) })
}

// Schema reads the JSON Schema that the spec names.
func (s *Snapshot) Schema(w specfile.Places, field, name string) (*schema.Schema, error) {
	defer s.Activity.Begin("schema", name)()
	file, err := s.ReadFile(rebase(w.Base, name))
	if err != nil {
		return nil, inputProblem(w.At(field), "schema "+diag.Quoted(name), err, "name a file that is there")
	}
	if s.secrets[file.Inode] {
		return nil, w.Problem(field, "the schema "+diag.Quoted(name)+" is a secret in a source, and errors would show what it asks for", "keep the schema in a place of its own, or say with sensitive: what the secrets of the source are")
	}
	s.detailFile("schema "+diag.Quoted(name), len(file.Data), false)
	return schema.Parse(rebase(w.Base, name), file.Data)
}
