package sinks

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"confit/render"
)

// A Spec is one item of the spec's sinks section.
type Spec struct {
	render.Where

	Path    string `yaml:"dir"`
	Name    string `yaml:"name"`    // by which entries choose it
	Prune   *bool  `yaml:"prune"`   // remove what an earlier run wrote and this one has not; default true
	DirMode string `yaml:"dirMode"` // of new directories
}

// Check finds what is wrong with the item.
func (s *Spec) Check() error {
	var all []error
	if s.Path == "" {
		all = append(all, s.Problem("dir", "a sink needs a directory", "set dir: /config-out"))
	}
	if s.Name != "" {
		if err := CheckName(s.Name); err != nil {
			all = append(all, s.Problem("name", "name: "+err.Error(), ""))
		}
	}
	if s.DirMode != "" {
		if mode, err := parseMode(s.DirMode); err != nil || mode&0o700 != 0o700 {
			all = append(all, s.Problem("dirMode", "dirMode is an octal mode that lets its owner in", `write it like "0750"`))
		}
	}
	return errors.Join(all...)
}

// CheckSpecs finds what is wrong with several sinks beside each other: each needs
// a name, and a directory, of its own.
func CheckSpecs(specs []Spec) error {
	var all []error
	names, dirs := map[string]bool{}, map[string]bool{}
	for i := range specs {
		s := &specs[i]
		dir := filepath.Clean(s.Path)
		switch {
		case len(specs) > 1 && s.Name == "":
			all = append(all, s.Problem("dir", "one of several sinks has no name", "set `name:` here, and `sink:` on the entries that go to it"))
		case names[s.Name]:
			all = append(all, s.Problem("name", "two sinks are named "+render.Quoted(s.Name), "give each a name of its own"))
		case dirs[dir]:
			all = append(all, s.Problem("dir", "two sinks write to "+render.Quoted(s.Path), "keep one of them"))
		}
		names[s.Name], dirs[dir] = true, true
	}
	return errors.Join(all...)
}

// Dir is the directory that s describes, for the spec of that name. A relative
// path starts at base.
func (s *Spec) Dir(spec, base string) Dir {
	d := Dir{Path: s.Path, Name: spec, NoPrune: s.Prune != nil && !*s.Prune}
	if !filepath.IsAbs(d.Path) {
		d.Path = filepath.Join(base, d.Path)
	}
	d.DirMode, _ = parseMode(s.DirMode) // Check has seen it; "" is the default
	return d
}

func parseMode(text string) (fs.FileMode, error) {
	mode, err := strconv.ParseUint(text, 8, 9)
	return fs.FileMode(mode), err
}
