package values

import (
	"fmt"

	"confit/render/diag"
	"confit/render/tree"
)

// A ListRule joins the list at a path with the one of the layers below, which it would
// replace otherwise.
type ListRule struct {
	At tree.Path
	By string // the key that identifies items; "" appends all
}

// addRules records the rules of a layer by their lists.
func (m *merger) addRules(root *tree.Node, rules []ListRule) {
	for i := range rules {
		if n, _ := root.Find(rules[i].At); n != nil {
			m.rules[n] = &rules[i]
		}
	}
}

// joinLists joins the last lists of in: those with a rule, and the one below them.
func (m *merger) joinLists(in []*tree.Node) (tree.Items, bool) {
	first := len(in) - 1
	for first > 0 && m.rules[in[first]] != nil && in[first].IsList() && in[first-1].IsList() {
		first--
	}
	if first == len(in)-1 {
		return nil, false
	}
	g := grouping{merger: m}
	for _, n := range in[first:] {
		by := ""
		if rule := m.rules[n]; rule != nil && n != in[first] {
			by = rule.By
		}
		g.add(n, by)
	}
	out := make(tree.Items, 0, len(g.groups)) // never grows: overrode holds addresses into it
	for i, same := range g.groups {
		m.path = append(m.path, tree.Step{IsIndex: true, Index: i})
		item := *same[0]
		if len(same) > 1 {
			at := &out[:len(out)+1][len(out)]
			item, _ = m.merge(same, at)
		}
		out = append(out, item)
		m.path = m.path[:len(m.path)-1]
	}
	return out, true
}

// A grouping collects the items of several lists. Items with the same identifying key form a
// group; groups are in the order of their first items.
type grouping struct {
	*merger
	groups [][]*tree.Node
	by     string
	known  map[string]int // index of the group by the value of the key
}

// add adds the items of a list, each to its group or to a new one.
func (g *grouping) add(list *tree.Node, by string) {
	kids := list.Children()
	if by != "" && by != g.by {
		g.index(by)
	}
	seen := map[string]bool{}
	for i := range kids {
		name, ok := g.nameOf(&kids[i])
		at, known := g.known[name]
		switch {
		case by != "" && !ok:
			g.unnamed(&kids[i], by)
		case by != "" && seen[name]:
			g.duplicate(&kids[i], g.groups[at][len(g.groups[at])-1], by)
		case by != "" && known:
			g.groups[at] = append(g.groups[at], &kids[i])
		default:
			if ok && !known {
				g.known[name] = len(g.groups)
			}
			g.groups = append(g.groups, []*tree.Node{&kids[i]})
		}
		seen[name] = true
	}
}

// index makes by the identifying key.
func (g *grouping) index(by string) {
	g.by, g.known = by, map[string]int{}
	for i, same := range g.groups {
		name, ok := g.nameOf(same[0])
		if first, known := g.known[name]; ok && known {
			g.duplicate(same[0], g.groups[first][0], by)
		} else if ok {
			g.known[name] = i
		}
	}
}

// nameOf is the value of an item's identifying key.
func (g *grouping) nameOf(item *tree.Node) (string, bool) {
	if g.by == "" {
		return "", false
	}
	n := item.Child(g.by)
	if n == nil || n.Value() == nil || !n.IsLeaf() {
		return "", false
	}
	return fmt.Sprintf("%s %v", tree.KindOf(n.Value()), n.Value()), true
}

func (g *grouping) unnamed(item *tree.Node, by string) {
	p := diag.Problemf(diag.CauseData, "list-item", item.Pos(), "an item of %s has no %s to tell which one it goes over", diag.Quoted(g.path.String()), diag.Quoted(by))
	p.Hint = "give each item of the list a " + diag.Quoted(by) + ", or use append in lists:"
	g.problems = append(g.problems, p)
}

func (g *grouping) duplicate(item, first *tree.Node, by string) {
	where, other := item.Pos(), ", the other in "+first.Pos().String()
	if item.HasSensitive() || first.HasSensitive() { // which values are equal is a secret
		where, other = diag.Pos{File: where.File}, ""
	}
	p := diag.Problemf(diag.CauseData, "list-item", where, "two items of %s have the same %s%s", diag.Quoted(g.path.String()), diag.Quoted(by), other)
	p.Hint = "keep one of the two"
	g.problems = append(g.problems, p)
}
