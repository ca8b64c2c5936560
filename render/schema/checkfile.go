package schema

import (
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
	"confit/render/values"
)

// CheckFile gives the first violation of a rendered file; nil where there is none.
func (s *Schema) CheckFile(f *format.Format, data []byte, b *diag.Budget) *format.Violation {
	if !f.Readable() {
		return &format.Violation{Line: 1, Text: "a schema cannot be held against " + f.Name}
	}
	n, err := f.Decode(data, &tree.Origin{File: "output", Budget: b})
	if err != nil {
		return format.NewViolation(err)
	}
	values.NewValues(n) // links the nodes to their parents
	for _, x := range s.evaluate(s.root, n, 0).violations {
		return &format.Violation{Line: x.node.Pos().Line, Text: strings.TrimSpace(diag.Quoted(x.node.Path().String()) + " " + x.text), TextNoKeys: "a value " + x.text}
	}
	return nil
}
