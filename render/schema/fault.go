package schema

import (
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// Fault is the first violation of a rendered file; nil where there is none.
func (s *Schema) Fault(name string, data []byte) *format.Fault {
	decode := map[string]func([]byte, *tree.Origin) (*tree.Node, error){
		"json": format.DecodeJSON, "yaml": format.DecodeYAML, "toml": format.DecodeTOML, "ini": format.DecodeINI, "properties": format.DecodeProperties, "env": format.DecodeDotenv,
	}[name]
	if decode == nil {
		return &format.Fault{Line: 1, Text: "a schema cannot be held against " + name}
	}
	n, err := decode(data, &tree.Origin{File: "output"})
	if f := format.FaultOf(err); f != nil {
		return f
	}
	values.NewValues(n) // links each node to its parent
	for _, x := range s.evaluate(s.root, n, 0).violations {
		return &format.Fault{Line: x.node.Pos().Line, Text: strings.TrimSpace(diag.Quoted(x.node.Path().String()) + " " + x.text), Nameless: "a value " + x.text}
	}
	return nil
}
