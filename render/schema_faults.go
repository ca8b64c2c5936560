package render

import (
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// Fault is the first violation of a rendered file; nil where there is none.
func (s *Schema) Fault(name string, data []byte) *fault {
	decode := map[string]func([]byte, *tree.Origin) (*tree.Node, error){
		"json": DecodeJSON, "yaml": DecodeYAML, "toml": DecodeTOML, "ini": DecodeINI, "properties": DecodeProperties, "env": DecodeDotenv,
	}[name]
	if decode == nil {
		return &fault{line: 1, text: "a schema cannot be held against " + name}
	}
	n, err := decode(data, &tree.Origin{File: "output"})
	if f := faultOf(err); f != nil {
		return f
	}
	NewValues(n) // links each node to its parent
	for _, x := range s.evaluate(s.root, n, 0).violations {
		return &fault{line: x.node.Pos().Line, text: strings.TrimSpace(diag.Quoted(x.node.Path().String()) + " " + x.text), nameless: "a value " + x.text}
	}
	return nil
}
