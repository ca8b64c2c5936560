package tree

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"confit/render/diag"
)

// A Path leads to a value, in Helm's grammar: dots nest, a backslash escapes the next
// character, [2] is an index into a list, "." alone is the root.
type Path []Step

// A Step is a name in a map or an index into a list.
type Step struct {
	Key     string
	Index   int
	IsIndex bool
}

// maxIndex bounds [n], so that no path asks for a list of a billion items.
const maxIndex = 65536

// ParsePath parses a path.
func ParsePath(s string) (Path, error) {
	if s == "." || s == "" {
		return nil, nil
	}
	var p Path
	rest := strings.TrimPrefix(s, ".")
	for {
		key, tail := cutName(rest)
		if key != "" || len(tail) == 0 || tail[0] == '.' {
			if key == "" {
				return nil, fmt.Errorf("path %s: a name is empty", diag.Quoted(s))
			}
			p = append(p, Step{Key: key})
		}
		var err error
		if p, tail, err = cutIndexes(p, tail); err != nil {
			return nil, fmt.Errorf("path %s: %w", diag.Quoted(s), err)
		}
		if tail == "" {
			return p, nil
		}
		if tail[0] != '.' {
			return nil, fmt.Errorf("path %s: a dot is missing after ]", diag.Quoted(s))
		}
		rest = tail[1:]
	}
}

// cutName cuts a name off the front of s, up to a dot or a bracket.
func cutName(s string) (name, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '.' || c == '[':
			return b.String(), s[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// cutIndexes cuts [0][1] off the front of s.
func cutIndexes(p Path, s string) (Path, string, error) {
	for strings.HasPrefix(s, "[") {
		digits, rest, ok := strings.Cut(s[1:], "]")
		i, err := strconv.Atoi(digits)
		if !ok || err != nil || i < 0 || i > maxIndex {
			return nil, "", fmt.Errorf("an index is [0] to [%d]; write \\[ for a bracket in a name", maxIndex)
		}
		p, s = append(p, Step{Index: i, IsIndex: true}), rest
	}
	return p, s, nil
}

// String writes the path so that ParsePath parses it.
func (p Path) String() string {
	if len(p) == 0 {
		return "."
	}
	var b strings.Builder
	for i, s := range p {
		if s.IsIndex {
			fmt.Fprintf(&b, "[%d]", s.Index)
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(escapeName.Replace(s.Key))
	}
	return b.String()
}

var escapeName = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`)

// Path is the path of n in the values, as it may be shown. The numbers of the nodes are in
// order after a merge, so that the index of an item takes a binary search.
func (n *Node) Path() Path {
	if n.parent == nil {
		return nil
	}
	step := Step{Key: n.ShownKey()}
	if list, ok := n.parent.val.(Items); ok {
		step = Step{IsIndex: true, Index: sort.Search(len(list), func(i int) bool { return list[i].id >= n.id })}
		for &list[step.Index] != n {
			step.Index++
		}
	}
	return append(n.parent.Path(), step)
}

// Find follows p from n. It returns the node, or else nil and the deepest node on the way.
func (n *Node) Find(p Path) (found, deepest *Node) {
	for _, s := range p {
		next := n.childAt(s)
		if next == nil {
			return nil, n
		}
		n = next
	}
	return n, n
}

// childAt is the member or item that one step of a path leads to; nil for none.
func (n *Node) childAt(s Step) *Node {
	if !s.IsIndex {
		return n.Child(s.Key)
	}
	if list, ok := n.val.(Items); ok && s.Index < len(list) {
		return &list[s.Index]
	}
	return nil
}
