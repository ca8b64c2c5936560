package sources

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/schema"
	"confit/render/specfile"
)

// A Snapshot reads files so that each mounted volume is seen in one generation: the
// directory that its ..data link names when the volume is first touched.
type Snapshot struct {
	World
	spec string            // where the spec's own file is, which is never an input
	pins map[string]string // directory → generation; "" for one that is no volume
	outs []fs.FileInfo     // of the directories that runs write to

	spent spent
}

// Consistent calls read with a fresh snapshot until no volume has changed under it. It
// ends with a problem of cause busy when they keep changing.
func Consistent(w World, read func(*Snapshot) error) error {
	const tries = 10
	for try := range tries {
		s := &Snapshot{World: w, pins: map[string]string{}}
		err := read(s)
		if !s.changed() {
			return err
		}
		time.Sleep(5 * time.Millisecond << try)
	}
	return &diag.Problem{
		Cause: diag.CauseBusy, Code: "inputs-changing",
		Text: fmt.Sprintf("the mounted volumes changed during each of %d tries to read them", tries),
		Hint: "see what keeps updating the ConfigMaps and Secrets, then run again",
	}
}

// changed tells whether a volume has another generation by now than the one that was
// read. The kubelet removes a generation only after it has switched to the next.
func (s *Snapshot) changed() bool {
	for dir, pinned := range s.pins {
		if pinned == "" {
			continue
		}
		tree, name := s.locate(dir)
		now, err := tree.ReadLink(path.Join(name, "..data"))
		if err != nil || now != pinned {
			return true
		}
	}
	return false
}

// pinned gives the directory that dir is read through: its generation, if it is a
// mounted volume.
func (s *Snapshot) pinned(dir string) string {
	generation, known := s.pins[dir]
	if !known {
		tree, name := s.locate(dir)
		link, err := tree.ReadLink(path.Join(name, "..data"))
		if err == nil && strings.HasPrefix(link, "..") && !strings.Contains(link, "/") && link != ".." {
			generation = link
			s.tellf("volume %s is in its generation %s", diag.Quoted(dir), diag.Quoted(link))
		}
		s.pins[dir] = generation
	}
	return path.Join(dir, generation)
}

// through gives the name that a file is read by: with the generation of every volume on
// its way.
func (s *Snapshot) through(name string) string {
	name = path.Clean(name)
	dir, base := path.Split(name)
	if dir == "" {
		return path.Join(s.pinned("."), base)
	}
	if dir == "/" {
		return name
	}
	parent := path.Clean(dir)
	if at := s.through(parent); at != parent {
		return path.Join(at, base)
	}
	return path.Join(s.pinned(parent), base)
}

// Avoid names the directories that runs write to. No folder or glob above one of them has
// it as an input: what an earlier run made would change the next.
func (s *Snapshot) Avoid(dirs []string) {
	for _, dir := range dirs {
		if info, err := s.Host.Stat(inside(rebase(s.Dir, dir))); err == nil {
			s.outs = append(s.outs, info)
		}
	}
}

// isOutput tells whether a directory is confit's own, or one to avoid.
func (s *Snapshot) isOutput(tree FS, at string) bool {
	if strings.HasPrefix(path.Base(at), ".confit-") {
		return true
	}
	if len(s.outs) == 0 {
		return false
	}
	info, err := tree.Stat(at)
	return err == nil && slices.ContainsFunc(s.outs, func(out fs.FileInfo) bool { return os.SameFile(out, info) })
}

// ReadFile gives the bytes and mode of a regular file.
func (s *Snapshot) ReadFile(name string) ([]byte, fs.FileMode, error) {
	tree, at := s.locate(s.through(name))
	return s.read(tree, at)
}

// IsDir tells whether a name leads to a directory.
func (s *Snapshot) IsDir(name string) (bool, error) {
	tree, at := s.locate(s.through(name))
	info, err := tree.Stat(at)
	return err == nil && info.IsDir(), err
}

// Spec reads the spec file, which is no input of its own.
func (s *Snapshot) Spec(name string) (*yaml.Node, error) {
	defer s.Running.Begin("spec", name)()
	tree, at := s.locate(s.through(name))
	s.spec = at
	data, _, err := s.read(tree, at)
	if err != nil {
		return nil, inputProblem(diag.Pos{}, "spec "+diag.Quoted(name), err, "name the spec with -c, or use --source, --template and --out without one")
	}
	s.tellFile("spec "+diag.Quoted(name), len(data), false)
	doc, err := format.ParseYAML(data)
	if err != nil {
		return nil, format.SyntaxProblem(name, diag.CauseSpec, data, err)
	}
	if doc == nil {
		doc = &yaml.Node{Kind: yaml.MappingNode}
	}
	return doc, nil
}

// Schema reads the JSON Schema that the spec names.
func (s *Snapshot) Schema(w specfile.Where, field, name string) (*schema.Schema, error) {
	defer s.Running.Begin("schema", name)()
	data, _, err := s.ReadFile(rebase(w.Base, name))
	if err != nil {
		return nil, inputProblem(w.At(field), "schema "+diag.Quoted(name), err, "name a file that is there")
	}
	s.tellFile("schema "+diag.Quoted(name), len(data), false)
	return schema.Parse(rebase(w.Base, name), data)
}
