package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"confit/render/diag"
)

// An Object is an object of Kubernetes.
type Object struct {
	APIVersion, Kind, Namespace, Name string

	Pos    diag.Pos // of its first line
	Source string   // the file that helm template names in a comment; "" for none
	Body   *yaml.Node
	doc    *document
	data   *Data // of a ConfigMap or Secret, once it was asked for
}

// String is Kind/name, as kubectl writes it.
func (o *Object) String() string { return o.Kind + "/" + o.Name }

// At is the place of a node of the object.
func (o *Object) At(n *yaml.Node) diag.Pos {
	return diag.Pos{File: o.Pos.File, Line: n.Line, Col: n.Column}
}

// Problem is a problem at a node of the object.
func (o *Object) Problem(n *yaml.Node, code, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseData, Code: code, Pos: o.At(n), Text: text, Hint: hint}
}

// NodeAt follows a path of map keys from n. It returns nil where a key is missing or its value
// is null.
func NodeAt(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	if n == nil || n.ShortTag() == "!!null" {
		return nil
	}
	return n
}

// ScalarAt is the scalar at a path of map keys, also a number or a bool, as it is written; ""
// where there is none.
func ScalarAt(n *yaml.Node, path ...string) string {
	if n = NodeAt(n, path...); n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// objects reads the objects of the document: one, or those of a list.
func (d *document) objects(budget *diag.Budget) ([]*Object, error) {
	const bytesOfNodes = 20 // of a byte of a manifest
	budget.Charge(len(d.text) * bytesOfNodes)
	n, err := d.parse()
	if err != nil || n == nil || n.ShortTag() == "!!null" {
		return nil, err
	}
	return d.flatten(nil, n, 0)
}

func (d *document) flatten(all []*Object, n *yaml.Node, depth int) ([]*Object, error) {
	o := &Object{doc: d, Body: n, APIVersion: ScalarAt(n, "apiVersion"), Kind: ScalarAt(n, "kind"), Source: d.source()}
	o.Pos = diag.Pos{File: d.file, Line: n.Line, Col: n.Column}
	meta := NodeAt(n, "metadata")
	o.Name, o.Namespace = ScalarAt(meta, "name"), ScalarAt(meta, "namespace")
	switch {
	case n.Kind != yaml.MappingNode || o.Kind == "" || o.APIVersion == "":
		return all, o.Problem(n, "manifest", "this is no object of Kubernetes: apiVersion or kind is missing", "-f takes manifests, as kustomize build and helm template print them; a file of values is --source file:FILE")
	case !strings.HasSuffix(o.Kind, "List") || NodeAt(n, "items") == nil:
		if o.Name == "" {
			o.Name = ScalarAt(meta, "generateName")
		}
		if o.Name == "" {
			return all, o.Problem(n, "manifest", "the "+diag.Quoted(o.Kind)+" has no name", "set metadata: {name: …}")
		}
		return append(all, o), nil
	case depth > 10 || NodeAt(n, "items").Kind != yaml.SequenceNode:
		return all, o.Problem(n, "manifest", "the items of the "+diag.Quoted(o.Kind)+" are no list of objects", "")
	}
	kind := strings.TrimSuffix(o.Kind, "List")
	for _, item := range NodeAt(n, "items").Content {
		if kind != "" && item.Kind == yaml.MappingNode && NodeAt(item, "kind") == nil { // the items of a ConfigMapList leave it out
			item.Content = append(item.Content, text("kind", item), text(kind, item), text("apiVersion", item), text(o.APIVersion, item))
		}
		var err error
		if all, err = d.flatten(all, item, depth+1); err != nil {
			return all, err
		}
	}
	return all, nil
}

// text is a scalar at the place of another node.
func text(s string, at *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Line: at.Line, Column: at.Column}
}

// source is the file that helm template names above a document: "# Source: chart/templates/x.yaml".
func (d *document) source() string {
	for line := range strings.Lines(string(d.text[:min(len(d.text), 500)])) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# Source: "); ok {
			return name
		}
		if line != "" && line[0] != '#' {
			break
		}
	}
	return ""
}
