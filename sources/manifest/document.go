package manifest

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
	"confit/render/format"
)

const (
	maxDepth     = 100
	maxExpansion = 1_000_000 // nodes that the aliases of a document may stand for
)

// parse reads the document as YAML nodes; nil for one without a value. The nodes have the
// lines of the file, aliases and merge keys are replaced by what they stand for, and plain
// words are of the type that kubectl gives them.
func (d *document) parse() (*yaml.Node, error) {
	text := d.text
	if d.json {
		text = plainJSON(text)
	}
	n, err := format.ParseYAML(text)
	if err != nil {
		p := format.SyntaxProblem(d.file, diag.CauseData, text, err)
		if !mayHaveSecrets().Match(text) {
			format.ShowLine(p, text)
		}
		p.Code, p.Pos = "manifest-syntax", d.pos(p.Pos.Line, p.Pos.Col)
		return nil, p
	}
	if n == nil {
		return nil, nil
	}
	r := resolver{document: d, sizes: map[*yaml.Node]int{}}
	if err := r.resolve(n, 0); err != nil {
		return nil, err
	}
	return n, nil
}

// mayHaveSecrets matches a document that may be a Secret, or the origin of one, or have several objects.
var mayHaveSecrets = diag.LazyRegexp(`(?i)kind["']?\s*:\s*["']?\w*(secret|list|template)|stringData|^\s*\{`)

var surrogates = diag.LazyRegexp(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

// plainJSON is JSON in the form that the YAML library reads: blanks for tabs, and no
// surrogate pairs.
func plainJSON(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\t"), []byte(" "))
	return surrogates().ReplaceAllFunc(text, func(pair []byte) []byte {
		high, low := hexRune(pair[2:6]), hexRune(pair[8:12])
		return []byte(string((high-0xD800)<<10 + (low - 0xDC00) + 0x10000))
	})
}

func hexRune(digits []byte) (r rune) {
	for _, c := range bytes.ToLower(digits) {
		r = r<<4 | rune(strings.IndexByte("0123456789abcdef", c))
	}
	return r
}

// A resolver prepares the nodes of a document.
type resolver struct {
	*document
	sizes map[*yaml.Node]int // nodes below and at a node; 0 while it is resolved
}

func (r *resolver) problem(n *yaml.Node, code, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: diag.Pos{File: r.file, Line: n.Line, Col: n.Column}, Text: text, Hint: hint}
}

// resolve prepares a node and all below it, each once.
func (r *resolver) resolve(n *yaml.Node, depth int) error {
	n.Line += r.line - 1
	r.sizes[n] = 0
	if depth > maxDepth {
		return r.problem(n, "too-deep", "nested more than 100 deep", "no object of Kubernetes is as deep")
	}
	if n.Kind == yaml.ScalarNode {
		setTag(n)
		r.sizes[n] = 1
		return nil
	}
	size := 1
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode {
			if r.sizes[c.Alias] == 0 {
				return r.problem(c, "alias-loop", "an alias stands for a value that it is a part of", "")
			}
			n.Content[i] = c.Alias
		} else if err := r.resolve(c, depth+1); err != nil {
			return err
		}
		if size += r.sizes[n.Content[i]]; size > maxExpansion {
			p := r.problem(n, "alias-bomb", "aliases expand to too many values", "write fewer aliases of aliases")
			p.Cause = diag.CauseLimit
			return p
		}
	}
	if n.Kind == yaml.MappingNode {
		if err := r.mapping(n); err != nil {
			return err
		}
	}
	r.sizes[n] = size
	return nil
}

// mapping refuses a key that comes twice, and puts the keys of << where they belong.
func (r *resolver) mapping(n *yaml.Node) error {
	seen := map[string]*yaml.Node{}
	var merged []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			return r.problem(k, "bad-key", "a key is a map or a list", "write a plain name")
		}
		if k.Value == "<<" && k.Style == 0 {
			merged = append(merged, n.Content[i+1])
			n.Content = slices.Delete(n.Content, i, i+2)
			i -= 2
			continue
		}
		if first := seen[k.Value]; first != nil {
			p := r.problem(k, "duplicate-key", "the key "+diag.Quoted(k.Value)+" comes twice", "keep one of the two")
			p.Notes = []string{"the first one is at " + diag.Pos{File: r.file, Line: first.Line, Col: first.Column}.String()}
			return p
		}
		seen[k.Value] = k
	}
	for _, m := range merged {
		bases := []*yaml.Node{m}
		if m.Kind == yaml.SequenceNode {
			bases = m.Content
		}
		for _, base := range bases {
			if base.Kind != yaml.MappingNode {
				return r.problem(base, "bad-merge", "<< takes a map or a list of maps", "")
			}
			for i := 0; i+1 < len(base.Content); i += 2 {
				if k := base.Content[i]; seen[k.Value] == nil {
					seen[k.Value] = k
					n.Content = append(n.Content, k, base.Content[i+1])
				}
			}
		}
	}
	return nil
}

// yaml11Bools are the plain words that kubectl takes for true or false, beside true and false.
var yaml11Bools = strings.Fields("y Y yes Yes YES on On ON n N no No NO off Off OFF")

// setTag sets the tag of a plain scalar where kubectl, which reads YAML 1.1, differs from the
// library.
func setTag(n *yaml.Node) {
	if n.Style != 0 {
		return
	}
	switch tag := n.ShortTag(); {
	case tag == "!!timestamp":
		n.Tag = "!!str"
	case tag == "!!str" && len(n.Value) <= 3 && slices.Contains(yaml11Bools, n.Value):
		n.Tag = "!!bool"
	}
}
