package values

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// A NewKey is a variable that matches no value, and the key that it makes.
type NewKey struct {
	Path     tree.Path
	variable string
	near     []string  // keys that resemble it
	similar  []string  // variables that would set values which resemble it
	nested   string    // the variable that would set a key in an existing map; "" for none
	nestedTo tree.Path // the path that it sets
}

// IsLikelySlip tells whether another name was likely meant.
func (k *NewKey) IsLikelySlip() bool { return k.nested != "" || len(k.similar) > 0 }

// Problem is the new key as a finding.
func (k *NewKey) Problem() *diag.Problem {
	p := diag.Problemf(diag.CauseData, "env-unknown", diag.Pos{File: "env " + k.variable}, "%s matches no value: it makes the new key %s", diag.Quoted(k.variable), diag.Quoted(k.Path.String()))
	switch names := k.similar; {
	case len(names) > 0:
		p.Hint = "did you mean " + strings.Join(names, ", ") + "? if the new key is meant, list it in map:"
	case k.nested != "":
		p.Hint = diag.Quoted(k.nested) + " would set " + diag.Quoted(k.nestedTo.String()) + "; if the new key is meant, list it in map:"
	}
	return p
}

// describe is the new key, with the keys that resemble it and the variable that would set a
// key in an existing map.
func (k *NewKey) describe() string {
	text := diag.Quoted(k.Path.String()) + nearList(k.near)
	if k.nested != "" {
		text += " (" + diag.Quoted(k.nested) + " would set " + diag.Quoted(k.nestedTo.String()) + ")"
	}
	return text
}

// MaxNewKeys is the number of new keys that a notice names.
const MaxNewKeys = 12

// NewKeysNotice words all new keys of a layer in one notice.
func NewKeysNotice(all []NewKey) string {
	if len(all) == 1 {
		return diag.Quoted(all[0].variable) + " matches no value: it makes the new key " + all[0].describe()
	}
	var texts []string
	for i := range all[:min(MaxNewKeys, len(all))] {
		texts = append(texts, diag.Quoted(all[i].variable)+" makes the new key "+all[i].describe())
	}
	if len(all) > MaxNewKeys {
		texts = append(texts, "…")
	}
	return diag.Plural(len(all), "variable") + " match no value: " + strings.Join(texts, ", ")
}

// newKey describes the key that a variable makes.
func newKey(base *tree.Node, l Layer, v Var, path tree.Path) NewKey {
	k := NewKey{Path: path, variable: v.Origin.Var, near: nearKeys(base, path)}
	paths := similarPaths(base, l, v)
	for _, p := range paths {
		k.similar = append(k.similar, diag.Quoted(variableFor(l, v, p)))
	}
	if len(k.near) == 0 {
		for _, p := range paths {
			k.near = append(k.near, diag.Quoted(p.String()))
		}
	}
	k.nested, k.nestedTo = nestedName(base, l, v)
	return k
}

// unknownVar is the error of a variable that matches no value.
func unknownVar(base *tree.Node, l Layer, v Var, path tree.Path) error {
	k := newKey(base, l, v, path)
	p := diag.Problemf(diag.CauseData, "env-unknown", diag.Pos{File: "env " + v.Origin.Var}, "%s matches no value", diag.Quoted(v.Origin.Var))
	p.Hint = "give " + diag.Quoted(path.String()) + " a value in an earlier source, or set unknown: create or unknown: ignore"
	switch {
	case len(k.similar) > 0:
		p.Hint = "did you mean " + strings.Join(k.similar, ", ") + "? else " + p.Hint
	case k.nested != "":
		p.Hint = "write " + diag.Quoted(k.nested) + " for " + diag.Quoted(k.nestedTo.String()) + nearList(k.near)
	case len(k.near) > 0:
		p.Hint = "did you mean the value " + strings.Join(k.near, ", ") + "? else " + p.Hint
	}
	return p
}

// nestedName is the name with "__" after the existing maps that it begins with, and the path
// that this name sets; "" for a name that begins with none.
func nestedName(base *tree.Node, l Layer, v Var) (string, tree.Path) {
	start, _ := base.Find(l.At)
	if start == nil || l.Env.NestOn != "" || l.Env.Flat {
		return "", nil
	}
	rest := nestAt(start, v.Rest)
	if rest == v.Rest {
		return "", nil
	}
	return strings.Replace(v.Origin.Var, v.Rest, rest, 1), newPath(base, l.At, rest, "__")
}

// nestAt inserts "__" after each name of a map or list.
func nestAt(n *tree.Node, rest string) string {
	for i := range rest {
		if rest[i] != '_' || i == 0 || strings.Trim(rest[i:], "_") == "" {
			continue
		}
		tail := strings.TrimLeft(rest[i:], "_")
		if kid := matchKey(n, rest[:i]); kid != nil && (kid.IsMap() || kid.IsList() && tail[0] >= '0' && tail[0] <= '9') {
			return rest[:i] + "__" + nestAt(kid, tail)
		}
	}
	return rest
}

// nearKeys names the keys beside path that resemble it.
func nearKeys(base *tree.Node, path tree.Path) []string {
	parent, deepest := base.Find(path[:len(path)-1])
	if parent == nil {
		parent = deepest
	}
	return diag.Nearest(path[len(path)-1].Key, parent.Keys())
}

func nearList(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return " (near: " + strings.Join(near, ", ") + ")"
}

// maxSimilar is the number of values that are held against a variable.
const maxSimilar = 10_000

// similarPaths lists up to three paths whose folded form is that of a variable but for a typing
// error, the closest first.
func similarPaths(base *tree.Node, l Layer, v Var) []tree.Path {
	want := FoldName(v.Rest)
	most := max(1, len(want)/8)
	type candidate struct {
		path     tree.Path
		distance int
	}
	var all []candidate
	left := maxSimilar
	var walk func(n *tree.Node, folded string, path tree.Path)
	walk = func(n *tree.Node, folded string, path tree.Path) {
		kids := n.Children()
		for i := range kids {
			step, name := tree.Step{Key: kids[i].Key()}, FoldName(kids[i].Key())
			if n.IsList() {
				step, name = tree.Step{IsIndex: true, Index: i}, strconv.Itoa(i)
			}
			if left--; left < 0 || kids[i].HasSecretKey() || len(folded)+len(name) > len(want)+most {
				continue
			}
			p := append(path[:len(path):len(path)], step)
			if name = folded + name; len(name) >= len(want)-most {
				if d := diag.Distance(want, name); d <= most {
					all = append(all, candidate{p, d})
				}
			}
			walk(&kids[i], name, p)
		}
	}
	if start, _ := base.Find(l.At); start != nil && len(want) > 2 {
		walk(start, "", l.At)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var paths []tree.Path
	for _, c := range all[:min(3, len(all))] {
		paths = append(paths, c.path)
	}
	return paths
}

// variableFor is the name that sets a path, in the case and with the prefix of another variable.
func variableFor(l Layer, v Var, path tree.Path) string {
	var parts []string
	for _, step := range path[len(l.At):] {
		if step.IsIndex {
			parts = append(parts, strconv.Itoa(step.Index))
		} else {
			parts = append(parts, strings.NewReplacer(".", "_", "-", "_").Replace(step.Key))
		}
	}
	rest := strings.ToUpper(strings.Join(parts, "_"))
	if v.Rest == strings.ToLower(v.Rest) {
		rest = strings.ToLower(rest)
	}
	return strings.Replace(v.Origin.Var, v.Rest, rest, 1)
}
