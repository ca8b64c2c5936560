package schema

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// A Schema is a parsed JSON Schema (2020-12) for values.
type Schema struct {
	file    string
	root    *tree.Node
	anchors map[string]*tree.Node

	patterns map[string]*regexp.Regexp
}

// A violation is a value that the schema does not allow.
type violation struct {
	node *tree.Node
	text string
	hint string
}

// Parse parses a schema, in JSON or YAML by the name of the file, and checks it. It refuses
// references to other files.
func Parse(file string, data []byte) (*Schema, error) {
	decode := format.DecodeJSON
	if f := format.ByExtension(file); f != nil && f.Name == "yaml" {
		decode = f.Decode
	}
	n, err := decode(data, &tree.Origin{File: file})
	if err != nil {
		p := diag.Problems(err, diag.CauseSpec)[0]
		p.Cause = diag.CauseSpec
		return nil, p
	}
	values.NewValues(n) // links the nodes to their parents
	s := &Schema{file: file, root: n, anchors: map[string]*tree.Node{}, patterns: map[string]*regexp.Regexp{}}
	s.findAnchors(n)
	return s, s.checkSchema(n)
}

// Validate reports every violation of the schema: the path of the value, what the schema
// demands, and the place that set the value. It quotes no value.
func (s *Schema) Validate(v *values.Values) error {
	var all []error
	for _, x := range s.evaluate(s.root, v.Root(), 0).violations {
		p := diag.Problemf(diag.CauseData, "schema", x.node.Pos(), "%s %s", diag.Quoted(x.node.Path().String()), x.text)
		if p.Hint = x.hint; p.Hint == "" {
			p.Hint = "the schema " + diag.Quoted(s.file) + " asks for it"
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

// Root is the schema as a value.
func (s *Schema) Root() *tree.Node { return s.root }

// EachProperty calls f with the name of each property that the schema describes.
func (s *Schema) EachProperty(f func(name string)) { eachProperty(s.root, f) }

func eachProperty(n *tree.Node, f func(name string)) {
	if described := n.Child("properties"); described != nil {
		for _, name := range described.Keys() {
			f(name)
		}
	}
	kids := n.Children()
	for i := range kids {
		eachProperty(&kids[i], f)
	}
}

// findAnchors indexes the schemas by their $anchor.
func (s *Schema) findAnchors(n *tree.Node) {
	if a := n.Child("$anchor"); a != nil {
		if name, ok := a.Value().(string); ok {
			s.anchors[name] = n
		}
	}
	kids := n.Children()
	for i := range kids {
		s.findAnchors(&kids[i])
	}
}

// resolve follows a reference within the file.
func (s *Schema) resolve(ref string) (*tree.Node, bool) {
	if id := s.root.Child("$id"); id != nil {
		if name, ok := id.Value().(string); ok {
			ref = strings.TrimPrefix(ref, strings.TrimSuffix(name, "#"))
		}
	}
	fragment, inside := strings.CutPrefix(ref, "#")
	if !inside {
		return nil, false
	}
	if fragment, _ = url.PathUnescape(fragment); fragment == "" {
		return s.root, true
	}
	pointer, isPointer := strings.CutPrefix(fragment, "/")
	if !isPointer {
		n := s.anchors[fragment]
		return n, n != nil
	}
	n := s.root
	for part := range strings.SplitSeq(pointer, "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if n = nodeAt(n, part); n == nil {
			return nil, false
		}
	}
	return n, true
}

// nodeAt is the member or item of n with that name or index.
func nodeAt(n *tree.Node, name string) *tree.Node {
	if list, ok := n.Value().(tree.Items); ok {
		for i := range list {
			if name == strconv.Itoa(i) {
				return &list[i]
			}
		}
		return nil
	}
	return n.Child(name)
}

// checkSchema reports mistakes in a schema itself: keywords of the wrong form, and references
// that lead nowhere.
func (s *Schema) checkSchema(n *tree.Node) error {
	if _, isBool := n.Value().(bool); isBool {
		return nil
	}
	if !n.IsMap() {
		return s.wrong(n, "a schema is a map, true or false, not "+diag.WithArticle(n.Kind()), "")
	}
	var all []error
	for i := range n.Children() {
		k := &n.Children()[i]
		if check := checkOf(k.Key()); check != nil {
			all = append(all, check(s, k))
		}
	}
	return errors.Join(all...)
}

// wrong makes the error of a keyword.
func (s *Schema) wrong(n *tree.Node, text, hint string) error {
	p := diag.Problemf(diag.CauseSpec, "schema", n.Pos(), "%s: %s", diag.Quoted(n.Path().String()), text)
	if p.Hint = hint; hint == "" {
		p.Hint = "see https://json-schema.org/draft/2020-12"
	}
	return p
}
