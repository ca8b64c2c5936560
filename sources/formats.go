package sources

import (
	"path"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// A decoder parses a file into nodes.
type decoder func([]byte, *tree.Origin) (*tree.Node, error)

// decoder gives the parser of a file of the source: by format:, else by its name; nil
// for plain text.
func (s *Spec) decoder(name string) decoder {
	if s.Kind() == "downwardAPI" {
		if isPodMap(name) {
			return format.DecodeDownward
		}
		return nil
	}
	f := format.ByName(s.Format)
	if s.Format == "" {
		f = format.ByExtension(name)
	}
	if f == nil {
		return nil
	}
	return f.Decode
}

// isPodMap tells whether a file of the downward API holds labels or annotations; any
// other is one text.
func isPodMap(name string) bool {
	return path.Base(name) == "labels" || path.Base(name) == "annotations"
}

// nested is where a file's values go in: with nest:, under its name without extension;
// labels and annotations of a pod under their file's name, as a plain text is.
func (s *Spec) nested(file string) tree.Path {
	name := path.Base(file)
	switch {
	case s.Kind() == "downwardAPI":
		name = file
	case !s.Nest:
		return nil
	case strings.LastIndexByte(name, '.') > 0: // .env is a name, not an extension
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return tree.Path{{Key: name}}
}

// plainText is a file that is one text.
func (s *Spec) plainText(t string, o *tree.Origin) *tree.Node {
	n := tree.NewText(s.trim(t), 1, o)
	if s.Typed {
		n.ResolveText()
	}
	return n
}

// checkFormat looks at the fields that only some kinds of source have.
func (s *Spec) checkFormat(fail func(field, text, hint string)) {
	for _, field := range []string{"map", "fromFile"} {
		if s.Kind() != "env" && s.Has(field) {
			fail(field, field+" is for env sources", "")
		}
	}
	switch kind := s.Kind(); {
	case !s.Has("format"):
	case kind == "env" || kind == "downwardAPI":
		fail("format", "format is for files, and "+kind+" has a format of its own", "")
	case !format.ByName(s.Format).Readable():
		fail("format", "no format has the name "+diag.Quoted(s.Format), "the formats are "+strings.Join(format.Names((*format.Format).Readable), ", "))
	}
}
