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

// A Layer is one file, one set of environment variables, or the assignments of the command
// line.
type Layer struct {
	Root *tree.Node   // a map; nil for variables and assignments
	Vars []Var        // environment variables, to be matched with the layers below
	At   tree.Path    // the place of Vars; Root contains its own
	Env  EnvRules     // for Vars
	Sets []Assignment // from the command line

	Lists []ListRule // for lists that do not replace the ones below

	SecretKeys bool // Root may have names that were read from a secret
}

// Values are the merged layers. Each leaf has its origin and the values that it overrode.
type Values struct {
	root     *tree.Node
	leaves   int
	overrode map[*tree.Node][]*tree.Node // by leaf, oldest first
}

// Merge merges layers, a later one over an earlier: maps deeply, lists and scalars whole;
// null deletes (RFC 7386). A map over a scalar is an error, and so is the reverse. A path
// that is sensitive in one layer is sensitive in the result. Created is told of the variables
// of a layer that match no value; it may be nil.
func Merge(layers []Layer, created func([]NewKey)) (*Values, error) {
	m := merger{overrode: map[*tree.Node][]*tree.Node{}, rules: map[*tree.Node]*ListRule{}}
	var in []*tree.Node
	for _, l := range layers {
		if l.Vars == nil && l.Sets == nil {
			m.addRules(l.Root, l.Lists)
			in = append(in, l.Root)
			continue
		}
		base := m.mergeLayers(in)
		if l.Sets != nil {
			in = []*tree.Node{m.assignAll(base, l.Sets)}
			continue
		}
		in = m.addVars(base, l, created)
	}
	v := &Values{root: m.mergeLayers(in), overrode: m.overrode}
	if err := errors.Join(m.problems...); err != nil {
		return nil, err
	}
	v.link(v.root)
	return v, nil
}

// NewValues makes values of one tree, which override nothing.
func NewValues(root *tree.Node) *Values {
	v := &Values{root: root, overrode: map[*tree.Node][]*tree.Node{}}
	v.link(root)
	return v
}

// Root is the map of all values.
func (v *Values) Root() *tree.Node { return v.root }

type merger struct {
	overrode map[*tree.Node][]*tree.Node
	rules    map[*tree.Node]*ListRule // by list
	path     tree.Path                // of the node being merged
	problems []error
}

// mergeLayers merges whole layers into a map.
func (m *merger) mergeLayers(in []*tree.Node) *tree.Node {
	root := tree.NewMap(nil, nil)
	if n, ok := m.merge(in, root); ok {
		*root = n
	}
	return root
}

// merge merges the nodes at one path, in the order of their layers. The caller stores the
// result at the given address. It is false if null deletes the path.
func (m *merger) merge(in []*tree.Node, at *tree.Node) (tree.Node, bool) {
	in, secret := dropDeleted(in)
	if len(in) == 0 {
		return tree.Node{}, false
	}
	for i := 1; i < len(in); i++ {
		in[i] = m.convert(in[i-1], in[i])
	}
	last := *in[len(in)-1]
	switch {
	case len(in) == 1:
		if old := m.overrode[in[0]]; old != nil {
			m.overrode[at] = old
		}
	case last.IsMap():
		last.SetValue(m.mergeMaps(in))
	default:
		if list, ok := m.joinLists(in); ok {
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

// dropDeleted drops the nulls and the nodes that they delete, and tells whether one of them
// was sensitive.
func dropDeleted(in []*tree.Node) (rest []*tree.Node, secret bool) {
	for i := len(in) - 1; i >= 0; i-- {
		if in[i].IsNull() {
			secret = slices.ContainsFunc(in[:i+1], (*tree.Node).HasSensitive)
			in = in[i+1:]
			break
		}
	}
	for len(in) > 0 {
		if in[0].ApplyInferredType(); !in[0].IsNull() {
			break
		}
		secret = secret || in[0].Sensitive()
		in = in[1:]
	}
	return in, secret
}

// override records the nodes that the last of in replaces.
func (m *merger) override(in []*tree.Node, at *tree.Node) {
	var old []*tree.Node
	for _, n := range in[:len(in)-1] {
		old = append(old, m.overrode[n]...)
		old = append(old, n)
	}
	m.overrode[at] = old
}

// mergeMaps merges the members of several maps. It sorts them by key and merges one key at a
// time, so that the cost depends on the number of keys and not on that of layers.
func (m *merger) mergeMaps(in []*tree.Node) tree.Members {
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
	out := make(tree.Members, 0, len(all)) // never grows: overrode holds addresses into it
	var same []*tree.Node
	for i := 0; i < len(all); {
		same = same[:0]
		key := all[i].n.Key()
		for ; i < len(all) && all[i].n.Key() == key; i++ {
			same = append(same, all[i].n)
		}
		shown := key
		if !slices.ContainsFunc(same, func(n *tree.Node) bool { return !n.HasSecretKey() }) {
			shown = diag.Mask
		}
		m.path = append(m.path, tree.Step{Key: shown})
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

// convert gives next the type of prev, if it has none of its own. It refuses a map over a
// scalar, and the reverse.
func (m *merger) convert(prev, next *tree.Node) *tree.Node {
	if prev.IsMap() != next.IsMap() {
		return m.clash(prev, next, "remove one of the two, or delete the earlier one with null first")
	}
	if !next.IsText() || prev.IsText() {
		return next
	}
	if next.IsStandIn() { // the type of what it stands for is that of what it overrides
		return next.WithValue(prev.Value())
	}
	v, err := parseAs(next.Value().(string), prev)
	if err != nil {
		return m.wrongType(prev, next)
	}
	n := next.WithValue(v)
	if n.Sensitive() {
		n.MarkSecretKeys()
	}
	if text, ok := prev.Value().(string); ok && prev.IsPlain() && format.NeedsQuotes(text) {
		n.SetPlain() // off over a plain no is the same kind of word
	}
	if rule := m.rules[next]; rule != nil {
		m.rules[n] = rule
	}
	return n
}

// wrongType reports a text that does not parse as the type of prev, and keeps prev.
func (m *merger) wrongType(prev, next *tree.Node) *tree.Node {
	what := "text that is no " + prev.Kind()
	if next.Value() == "" {
		what = "empty"
	}
	p := diag.Problemf(diag.CauseData, "type-clash", next.Pos(), "%s is %s, and is %s in %s (%s)",
		diag.Quoted(m.path.String()), what, diag.WithArticle(prev.Kind()), prev.SourceName(), prev.Pos())
	p.Hint = "give " + map[string]string{
		"int": "a whole number, like 8080,", "float": "a number, like 1.5,", "bool": "true or false,", "list": `a JSON array, like ["a", "b"],`,
	}[prev.Kind()] + " or quote the value that it overrides"
	if o := next.Origin(); next.Value() == "" && o != nil && o.Var != "" {
		p.Hint += ", or leave empty variables out with empty: unset on the env source"
	}
	m.problems = append(m.problems, p)
	return prev
}

// clash reports a map over a scalar, or the reverse, and keeps prev.
func (m *merger) clash(prev, next *tree.Node, hint string) *tree.Node {
	p := diag.Problemf(diag.CauseData, "type-clash", next.Pos(), "%s is %s here, but %s in %s (%s)",
		diag.Quoted(m.path.String()), diag.WithArticle(next.Kind()), diag.WithArticle(prev.Kind()), prev.SourceName(), prev.Pos())
	p.Hint = hint
	m.problems = append(m.problems, p)
	return prev
}

var errType = errors.New("not of that type")

// parseAs parses text as the type of prev.
func parseAs(s string, prev *tree.Node) (any, error) {
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

// link links each node to its parent, numbers the leaves, and drops the nulls that had
// nothing to delete.
func (v *Values) link(n *tree.Node) {
	if m, ok := n.Value().(tree.Members); ok {
		kept := m[:0]
		for i := range m {
			if m[i].ApplyInferredType(); m[i].IsNull() {
				continue
			}
			if old := v.overrode[&m[i]]; old != nil && len(kept) != i {
				delete(v.overrode, &m[i])
				v.overrode[&m[:i+1][len(kept)]] = old
			}
			kept = append(kept, m[i])
		}
		n.SetValue(kept)
	}
	n.ApplyInferredType()
	kids := n.Children()
	if kids == nil {
		n.SetID(v.leaves)
		v.leaves++
	}
	for i := range kids {
		kids[i].SetParent(n)
		v.link(&kids[i])
	}
	if kids != nil {
		n.SetID(max(0, v.leaves-1))
	}
}
