package sinks

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/specfile"
)

// A Spec is one item of the spec's sinks section.
type Spec struct {
	specfile.Places

	Path    string `yaml:"dir"`
	Name    string `yaml:"name"`    // entries choose a sink by its name
	Prune   *bool  `yaml:"prune"`   // remove files of earlier runs that are no outputs any more; default true
	DirMode string `yaml:"dirMode"` // of new directories
}

// Check finds what is wrong with the item.
func (s *Spec) Check() error {
	var all []error
	if s.Path == "" && !s.Reported("dir") {
		all = append(all, s.Problem("dir", "a sink needs a directory", "set dir: /config-out"))
	}
	if strings.Contains("/"+s.Path, "/"+statePrefix) {
		all = append(all, s.Problem("dir", diag.Quoted(s.Path)+" is in "+statePrefix+"*, which confit keeps for itself", "choose another directory"))
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

// A Choice is an entry of the spec with the name of the sink that it goes to.
type Choice struct {
	specfile.Places
	Sink string
}

// CheckSpecs finds what is wrong with the sinks of a spec together: where there are
// several, each needs a name and a directory of its own, and each entry names one of them.
func CheckSpecs(specs []Spec, choices []Choice) error {
	if len(specs) < 2 {
		return nil
	}
	var all []error
	names, dirs := map[string]bool{}, map[string]bool{}
	for i := range specs {
		s := &specs[i]
		dir := filepath.Clean(s.Path)
		switch {
		case s.Name == "" && s.Reported("name"):
		case s.Name == "":
			all = append(all, s.Problem("", "one sink of several needs a name", "set name: on each, and sink: on the entries"))
		case names[s.Name]:
			all = append(all, s.Problem("name", "another sink has the name "+diag.Quoted(s.Name), "give each a name of its own"))
		case s.Path != "" && dirs[dir]:
			all = append(all, s.Problem("dir", "another sink writes to "+diag.Quoted(s.Path), "make one sink of the two"))
		}
		names[s.Name], dirs[dir] = true, true
	}
	delete(names, "")
	for _, e := range choices {
		if len(names) > 0 && !names[e.Sink] && !e.Reported("sink") {
			all = append(all, e.Problem("sink", "the entry names none of the sinks", "set sink: to one of "+diag.QuotedList(slices.Sorted(maps.Keys(names)))))
		}
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
