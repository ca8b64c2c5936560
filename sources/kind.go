package sources

import (
	"path"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/sources/remote"
)

// A kind is a kind of source. Everything that distinguishes one kind from the others is in
// its row of the table.
type kind struct {
	name      string                                       // the field of the spec, and KIND of --source KIND:WHERE
	where     func(*Spec) string                           // the value of that field: a path, a prefix or a URL
	mounted   string                                       // the volume that a pod mounts there; "" for none
	sensitive bool                                         // its values are secrets by default
	named     bool                                         // it reads files by their names, not all of a directory
	readNone  bool                                         // no file becomes values without read:
	fields    []string                                     // the fields that no other kind has
	excluded  []exclusion                                  // the common fields that it does not have
	rules     []rule                                       // checks of its own
	shown     func(where string) string                    // how errors show where; nil for the text in quotes
	files     func(*reader, *Spec) ([]content.File, error) // nil for variables
	decoder   func(file string) decoder                    // of a file; nil for the one that format: or the extension names
	label     func(file string) string                     // the key above the values of a file; "" for none
}

// An exclusion is a common field that a kind does not have.
type exclusion struct{ field, text, hint string }

// kinds is the table of the kinds of sources.
func kinds() []kind {
	ownFormat := func(kind string, fields ...string) []exclusion {
		var all []exclusion
		for _, field := range append(fields, "format", "dialect", "documents") {
			all = append(all, exclusion{field, field + " is for files, and " + kind + " has a format of its own", ""})
		}
		return all
	}
	return []kind{
		{name: "file", where: func(s *Spec) string { return s.File }, named: true, files: (*reader).namedFiles},
		{name: "configMap", where: func(s *Spec) string { return s.ConfigMap }, mounted: "the ConfigMap", files: (*reader).allFiles},
		{name: "dir", where: func(s *Spec) string { return s.Dir }, files: (*reader).allFiles},
		{name: "secret", where: func(s *Spec) string { return s.Secret }, mounted: "the Secret", sensitive: true, files: (*reader).allFiles},
		{
			name: "downwardAPI", where: func(s *Spec) string { return s.Downward }, mounted: "the downward API volume", files: (*reader).allFiles,
			decoder: downwardDecoder, label: func(file string) string { return file }, excluded: ownFormat("downwardAPI", "flat"),
		},
		{
			name: "env", where: func(s *Spec) string { return s.Env },
			fields: []string{"map", "fromFile", "unknown", "nestOn", "empty"}, excluded: ownFormat("env"), rules: envRules,
		},
		{
			name: "git", where: func(s *Spec) string { return s.Git }, shown: remote.Shown, readNone: true, files: (*reader).gitFiles, fields: gitFields,
			excluded: []exclusion{{"optional", "optional is not for git sources", "a repository that cannot be read is an error; a folder can stand in for it with --replace"}},
			rules:    gitRules,
		},
	}
}

// Kinds are the names of the kinds of sources.
func Kinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kind is the row of the source; an empty one for a source of no kind.
func (s *Spec) kind() *kind {
	if s.cached == nil {
		s.cached = &kind{where: func(*Spec) string { return "" }}
		for _, k := range kinds() {
			if s.Has(k.name) {
				s.cached = &k
				break
			}
		}
	}
	return s.cached
}

// Kind is the field that says what the source is.
func (s *Spec) Kind() string { return s.kind().name }

// HasVars tells whether the source reads environment variables.
func (s *Spec) HasVars() bool { k := s.kind(); return k.name != "" && k.files == nil }

// where is the path, the prefix or the URL that the source reads.
func (s *Spec) where() string { return s.kind().where(s) }

// String is how errors and origins name the source.
func (s *Spec) String() string {
	k := s.kind()
	switch {
	case s.Name != "":
		return s.Name
	case k.shown != nil:
		return strings.TrimSpace(k.name + " " + k.shown(s.where()))
	}
	return k.name + " " + diag.Quoted(s.where())
}

// A decoder parses a file into nodes.
type decoder func([]byte, *tree.Origin) (*tree.Node, error)

// downwardDecoder parses the labels and annotations of a pod; any other file of the
// downward API is one text.
func downwardDecoder(file string) decoder {
	if base := path.Base(file); base == "labels" || base == "annotations" {
		return format.DecodeDownward
	}
	return nil
}

// fileLabel is the name of a file without its extension.
func fileLabel(file string) string {
	name := path.Base(file)
	if strings.LastIndexByte(name, '.') > 0 { // .env is a name, not an extension
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return name
}
