package values

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// A Layer is what one file, or one set of variables, adds to the values.
type Layer struct {
	Root *tree.Node   // a map; nil for a layer of variables
	Vars []Var        // environment variables, to be matched with the values below them
	At   tree.Path    // where Vars go in; Root is there already
	Sets []Assignment // from the command line

	Lists []ListRule // which of its lists join the ones below
}

// Values are all layers merged, each leaf with its origin and what it overrode.
type Values struct {
	root   *tree.Node
	leaves int
	over   map[*tree.Node][]*tree.Node // what a leaf overrode, oldest first
}

// Merge puts layers over one another, a later one over an earlier: maps deeply,
// lists and scalars whole, null deletes (RFC 7386). A map never replaces a scalar,
// nor a scalar a map. What is sensitive in one layer is sensitive in the result.
// Notices tell of environment variables that matched nothing.
func Merge(layers []Layer, notice func(string)) (*Values, error) {
	m := merger{over: map[*tree.Node][]*tree.Node{}, rules: map[*tree.Node]*ListRule{}}
	var in []*tree.Node
	for _, l := range layers {
		if l.Vars == nil && l.Sets == nil {
			m.note(l.Root, l.Lists)
			in = append(in, l.Root)
			continue
		}
		base := m.all(in)
		if l.Sets != nil {
			in = []*tree.Node{m.sets(base, l.Sets)}
			continue
		}
		env, problems := matchVars(base, l, notice)
		m.problems = append(m.problems, problems...)
		for _, n := range env {
			m.note(n, l.Lists)
		}
		in = append([]*tree.Node{base}, env...)
	}
	v := &Values{root: m.all(in), over: m.over}
	if err := errors.Join(m.problems...); err != nil {
		return nil, err
	}
	v.finish(v.root)
	return v, nil
}

// NewValues takes one tree as it is: values that override nothing.
func NewValues(root *tree.Node) *Values {
	v := &Values{root: root, over: map[*tree.Node][]*tree.Node{}}
	v.finish(root)
	return v
}

// Root is the map of all values.
func (v *Values) Root() *tree.Node { return v.root }

type merger struct {
	over     map[*tree.Node][]*tree.Node
	rules    map[*tree.Node]*ListRule // of the lists that have one
	path     tree.Path                // of the node being merged
	problems []error
}

// all merges whole layers; the result is a map, if an empty one.
func (m *merger) all(in []*tree.Node) *tree.Node {
	root := tree.NewMap(nil, nil)
	if n, ok := m.merge(in, root); ok {
		*root = n
	}
	return root
}

// merge gives what stands at one path, from all nodes there in the order of their
// layers; at is where the result will be kept. It is false where nothing is left.
func (m *merger) merge(in []*tree.Node, at *tree.Node) (tree.Node, bool) {
	in, secret := alive(in)
	if len(in) == 0 {
		return tree.Node{}, false
	}
	for i := 1; i < len(in); i++ {
		in[i] = m.fit(in[i-1], in[i])
	}
	last := *in[len(in)-1]
	switch {
	case len(in) == 1:
		if old := m.over[in[0]]; old != nil {
			m.over[at] = old
		}
	case last.IsMap():
		last.SetValue(m.maps(in))
	default:
		if list, ok := m.lists(in); ok {
			last.SetValue(list)
		} else {
			m.override(in, at)
		}
		secret = secret || slices.ContainsFunc(in, (*tree.Node).HasSensitive)
	}
	if secret {
		last.MarkSensitive()
	}
	return last, true
}

// alive leaves out the nulls, and what they delete: but not that it was secret.
func alive(in []*tree.Node) (rest []*tree.Node, secret bool) {
	for i := len(in) - 1; i >= 0; i-- {
		if in[i].IsNull() {
			secret = slices.ContainsFunc(in[:i+1], (*tree.Node).HasSensitive)
			in = in[i+1:]
			break
		}
	}
	for len(in) > 0 {
		if in[0].TakeType(); !in[0].IsNull() {
			break
		}
		secret = secret || in[0].Sensitive()
		in = in[1:]
	}
	return in, secret
}

// override notes what the last of in replaces.
func (m *merger) override(in []*tree.Node, at *tree.Node) {
	var old []*tree.Node
	for _, n := range in[:len(in)-1] {
		old = append(old, m.over[n]...)
		old = append(old, n)
	}
	m.over[at] = old
}

// maps merges the members of several maps: sorted by key, then one key at a time, so
// that a thousand layers cost no more than the keys they have.
func (m *merger) maps(in []*tree.Node) tree.Members {
	type entry struct {
		n     *tree.Node
		layer int
	}
	var all []entry
	for layer, n := range in {
		kids := n.Children()
		for i := range kids {
			all = append(all, entry{&kids[i], layer})
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.n.Key(), b.n.Key()), a.layer-b.layer)
	})
	out := make(tree.Members, 0, len(all)) // never grows: over holds addresses into it
	var same []*tree.Node
	for i := 0; i < len(all); {
		same = same[:0]
		key := all[i].n.Key()
		for ; i < len(all) && all[i].n.Key() == key; i++ {
			same = append(same, all[i].n)
		}
		m.path = append(m.path, tree.Step{Key: key})
		at := &out[:len(out)+1][len(out)]
		if n, ok := m.merge(same, at); ok {
			n.SetKey(key)
			if slices.ContainsFunc(same, (*tree.Node).HasPlainKey) {
				n.SetPlainKey()
			}
			out = append(out, n)
		}
		m.path = m.path[:len(m.path)-1]
	}
	return out
}

// fit gives next the type of what it overrides, if it came without one, and refuses
// a map over a scalar and the reverse.
func (m *merger) fit(prev, next *tree.Node) *tree.Node {
	if prev.IsMap() != next.IsMap() {
		return m.clash(prev, next, "remove one of the two, or delete the earlier one with null first")
	}
	if !next.IsText() || prev.IsText() {
		return next
	}
	v, err := typed(next.Value().(string), prev)
	if err != nil {
		return m.misfit(prev, next)
	}
	n := next.Retyped(v)
	if text, ok := prev.Value().(string); ok && prev.IsPlain() && format.NeedsQuotes(text) {
		n.SetPlain() // off over a plain no is the same kind of word
	}
	if rule := m.rules[next]; rule != nil {
		m.rules[n] = rule
	}
	return n
}

// misfit records a text that cannot be read as the type of what it overrides, which stays.
func (m *merger) misfit(prev, next *tree.Node) *tree.Node {
	what := "text that is no " + prev.Kind()
	if next.Value() == "" {
		what = "empty"
	}
	p := diag.Problemf(diag.CauseData, "type-clash", next.Pos(), "%s is %s, and is %s in %s (%s)",
		diag.Quoted(m.path.String()), what, diag.An(prev.Kind()), prev.SourceName(), prev.Pos())
	p.Hint = "give " + map[string]string{
		"int": "a whole number, like 8080,", "float": "a number, like 1.5,", "bool": "true or false,", "list": `a JSON array, like ["a", "b"],`,
	}[prev.Kind()] + " or quote the value that it overrides"
	m.problems = append(m.problems, p)
	return prev
}

// clash records that next cannot take the place of prev, which stays.
func (m *merger) clash(prev, next *tree.Node, hint string) *tree.Node {
	p := diag.Problemf(diag.CauseData, "type-clash", next.Pos(), "%s is %s here, but %s in %s (%s)",
		diag.Quoted(m.path.String()), diag.An(next.Kind()), diag.An(prev.Kind()), prev.SourceName(), prev.Pos())
	p.Hint = hint
	m.problems = append(m.problems, p)
	return prev
}

var errType = errors.New("not of that type")

// typed reads text as the type that prev has.
func typed(s string, prev *tree.Node) (any, error) {
	want := prev.Kind()
	if want == "string" {
		return s, nil
	}
	if want == "list" {
		n, err := format.DecodeJSON([]byte(s), &tree.Origin{})
		if err != nil || !n.IsList() {
			return nil, errType
		}
		return n.Value(), nil
	}
	v, err := tree.ResolveScalar(s)
	if err != nil || v == nil {
		return nil, errType
	}
	if got := tree.KindOf(v); got != want && (want != "float" || got != "int") {
		return nil, errType
	}
	return v, nil
}

// finish links each node to its parent, counts the leaves, and drops the nulls that
// had nothing to delete.
func (v *Values) finish(n *tree.Node) {
	if m, ok := n.Value().(tree.Members); ok {
		kept := m[:0]
		for i := range m {
			if m[i].TakeType(); m[i].IsNull() {
				continue
			}
			if old := v.over[&m[i]]; old != nil && len(kept) != i {
				delete(v.over, &m[i])
				v.over[&m[:i+1][len(kept)]] = old
			}
			kept = append(kept, m[i])
		}
		n.SetValue(kept)
	}
	n.TakeType()
	kids := n.Children()
	if kids == nil {
		n.SetID(v.leaves)
		v.leaves++
	}
	for i := range kids {
		kids[i].SetParent(n)
		v.finish(&kids[i])
	}
}
