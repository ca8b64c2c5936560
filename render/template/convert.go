package template

import (
	"fmt"
	"strconv"
	"text/template/parse"

	"confit/render/content"
	"confit/render/format"
	"confit/render/tree"
)

// scalar returns the content of a leaf and counts the leaf as read. It returns any other value
// unchanged.
func (e *eval) scalar(v any) any {
	n, ok := v.(*tree.Node)
	if !ok || !n.IsLeaf() {
		return v
	}
	return e.leaf(n)
}

// leaf returns the value of a leaf, and records that it was read. A masked run gets Mask for a sensitive leaf that is not empty.
func (e *eval) leaf(n *tree.Node) any {
	e.reads.Add(n)
	if e.masked && n.Sensitive() && !tree.IsEmpty(n.Value()) {
		return content.Mask
	}
	return n.Value()
}

// plain converts an argument to Go values without nodes, and counts all of it as read. It is false
// when the value is missing or has failed.
func (e *eval) plain(at parse.Node, v any, text bool) (any, bool) {
	p, ok := e.plainDeep(at, v, text, 0)
	if ok && p == nil {
		e.failNull(at, v)
		return nil, false
	}
	return p, ok
}

func (e *eval) plainDeep(at parse.Node, v any, text bool, depth int) (any, bool) {
	if depth > format.MaxDepth {
		e.tooDeep(at)
		return nil, false
	}
	e.step(at, 1)
	switch p := v.(type) {
	case poison:
		return nil, false
	case *Missing:
		e.failMissing(at, p)
		return nil, false
	case string:
		e.chargeArg(at, len(p))
	case tree.Num:
		if !text {
			return p.V, true
		}
	case *tree.Node:
		v := e.plainNode(p, text)
		e.chargeArg(at, 0)
		return v, true
	case map[string]any:
		return e.plainMap(at, p, text, depth)
	case []any:
		return e.plainList(at, p, text, depth)
	case *Files:
		e.fail(at, "bad-argument", ".Files cannot be an argument here", "use .Files.Get")
		return nil, false
	}
	return v, true
}

func (e *eval) tooDeep(at parse.Node) {
	e.fail(at, "too-deep", "a value is nested more than "+strconv.Itoa(format.MaxDepth)+" deep", "look for a dict that was set to hold itself")
}

// chargeArg counts the text arguments of one call, and reserves memory for the result: an escape
// writes up to six bytes for one.
func (e *eval) chargeArg(at parse.Node, bytes int) {
	e.engine.budget.Reserve(6 * bytes)
	if e.argBytes += bytes; e.argBytes > maxText {
		e.limit(at, "text-size", fmt.Sprintf("a function is given more than %d MiB of text", maxText>>20), "look for a text that grows in a range")
	}
}

func (e *eval) plainMap(at parse.Node, m map[string]any, text bool, depth int) (any, bool) {
	e.charge(at, 64*len(m))
	out := make(map[string]any, len(m))
	var plain map[string]bool
	for _, k := range tree.SortedKeys(m) {
		e.chargeArg(at, len(k))
		p, ok := e.plainDeep(at, m[k], text, depth+1)
		if !ok {
			return nil, false
		}
		out[k] = p
		if n, ok := m[k].(*tree.Node); ok && n.Key() == k {
			plain = e.plainKey(plain, n)
		}
	}
	return withPlainKeys(out, plain), true
}

func (e *eval) plainList(at parse.Node, list []any, text bool, depth int) (any, bool) {
	e.charge(at, 16*len(list))
	out := make([]any, len(list))
	for i := range list {
		p, ok := e.plainDeep(at, list[i], text, depth+1)
		if !ok {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}

// members are the members of a map, or the items of a list, for a template that may print their
// names. A masked run sees one member in place of all that have a secret name.
func (e *eval) members(n *tree.Node) []tree.Node {
	kids := n.Children()
	if !n.HasSecretKeys() {
		return kids
	}
	e.reads.Secret = true
	if !e.masked {
		return kids
	}
	shown := make([]tree.Node, 0, len(kids))
	masked := false
	for i := range kids {
		switch {
		case !kids[i].HasSecretKey():
			shown = append(shown, kids[i])
		case !masked:
			shown, masked = append(shown, kids[i].MaskedMember()), true
		}
	}
	return shown
}

// mapOf is tree.MapOf, but of the members that members gives.
func (e *eval) mapOf(v any) map[string]any {
	n, ok := v.(*tree.Node)
	if !ok || !n.HasSecretKeys() {
		return tree.MapOf(v)
	}
	kids := e.members(n)
	out := make(map[string]any, len(kids))
	for i := range kids {
		out[kids[i].Key()] = &kids[i]
	}
	return out
}

// plainNode converts a node, and all below it, to plain Go values.
func (e *eval) plainNode(n *tree.Node, text bool) any {
	kids := e.members(n)
	switch n.Value().(type) {
	case tree.Members:
		out := make(map[string]any, len(kids))
		var plain map[string]bool
		for i := range kids {
			e.argBytes += len(kids[i].Key())
			out[kids[i].Key()] = e.plainNode(&kids[i], text)
			plain = e.plainKey(plain, &kids[i])
		}
		return withPlainKeys(out, plain)
	case tree.Items:
		out := make([]any, len(kids))
		for i := range kids {
			out[i] = e.plainNode(&kids[i], text)
		}
		return out
	}
	v := e.leaf(n)
	if s, ok := v.(string); ok {
		e.argBytes += len(s)
		if e.styled && n.IsPlain() && format.NeedsQuotes(s) {
			return tree.PlainText(s)
		}
	}
	if num, ok := v.(tree.Num); ok && !text {
		return num.V
	}
	return v
}

// plainStyled is plain for an encoder: what YAML had without quotes keeps that style.
func (e *eval) plainStyled(at parse.Node, v any) (any, bool) {
	e.styled = true
	defer func() { e.styled = false }()
	return e.plain(at, v, true)
}

// plainKey adds the key of n to a set, if YAML had it without quotes and text would need them.
func (e *eval) plainKey(set map[string]bool, n *tree.Node) map[string]bool {
	if !e.styled || !n.HasPlainKey() || !format.NeedsQuotes(n.Key()) {
		return set
	}
	if set == nil {
		set = map[string]bool{}
	}
	set[n.Key()] = true
	return set
}

// withPlainKeys is m, with the keys that YAML had without quotes; nil for none.
func withPlainKeys(m map[string]any, plain map[string]bool) any {
	if plain == nil {
		return m
	}
	return &tree.StyledMap{Members: m, PlainKeys: plain}
}
