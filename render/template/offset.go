package template

import (
	"strings"
	"text/template/parse"

	"confit/render/diag"
)

// start is the offset of the source of a node.
func (e *eval) start(at parse.Node) int {
	switch n := at.(type) {
	case *parse.FieldNode:
		return e.fieldStart(n)
	case *parse.ActionNode:
		return e.start(n.Pipe)
	case *parse.PipeNode:
		return e.start(n.Cmds[len(n.Cmds)-1])
	case *parse.CommandNode:
		return e.start(n.Args[0])
	}
	return int(at.Position())
}

// sourceFrom is the source from an offset on.
func (e *eval) sourceFrom(offset int) string {
	if offset < 0 || offset > len(e.def.src.Text) {
		return ""
	}
	return e.def.src.Text[offset:]
}

// nameOffset is the offset of the dot before name i of a walk; for -1, that of the node.
func (e *eval) nameOffset(at parse.Node, i int) int {
	var start int
	var names []string
	switch n := at.(type) {
	case *parse.FieldNode:
		start, names = e.fieldStart(n), n.Ident
	case *parse.ChainNode:
		start, names = int(n.Pos), n.Field
	case *parse.VariableNode:
		start, names = int(n.Pos), n.Ident[1:]
		if len(names) > 0 && !strings.HasPrefix(e.sourceFrom(start), ".") {
			start += len(n.Ident[0])
		}
	default:
		return e.start(at)
	}
	for _, name := range names[:max(0, i)] {
		start += len(name) + 1
	}
	return start
}

// fieldStart is the offset of the first dot of n. The parser records that of the second field where
// there are several.
func (e *eval) fieldStart(n *parse.FieldNode) int {
	start := int(n.Pos)
	if len(n.Ident) > 1 && !strings.HasPrefix(e.sourceFrom(start), "."+strings.Join(n.Ident, ".")) {
		start -= 1 + len(n.Ident[0])
	}
	return start
}

// sourceText is the source of an expression up to the end of the field at offset.
func (e *eval) sourceText(at parse.Node, offset int, name string) string {
	start := int(at.Position())
	switch n := at.(type) {
	case *parse.FieldNode:
		start = e.fieldStart(n)
	case *parse.VariableNode:
		if i := strings.LastIndex(e.def.src.Text[:min(offset, len(e.def.src.Text))], n.Ident[0]); i >= 0 {
			start = i
		}
	}
	end := offset + 1 + len(name)
	if start < 0 || start > end || end > len(e.def.src.Text) {
		return "." + diag.Quoted(name)
	}
	return diag.Quoted(e.def.src.Text[start:end])
}
