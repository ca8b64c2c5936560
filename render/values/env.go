package values

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
)

// A Var is one environment variable.
type Var struct {
	Rest   string // its name without the source's prefix
	Value  string
	To     tree.Path // its path, if the spec maps it
	Typed  bool      // takes YAML's type where it overrides nothing
	Origin *tree.Origin
}

// EnvRules say how the variables of a layer become values.
type EnvRules struct {
	Unknown string // of a name that matches no value: "error", "ignore", or "create", the default
	NestOn  string // where new names nest; "" is "__"
	Flat    bool   // new names do not nest: they have dots instead
}

// A placement is a variable with the path that it sets.
type placement struct {
	Var
	path tree.Path
}

// matchVars finds the path of each variable in base. Names match without regard to case,
// dots, dashes and underscores. Names that match nothing make new keys.
func matchVars(base *tree.Node, l Layer, created func([]NewKey)) ([]placement, []error) {
	known := IndexVars(base, l)
	setBy := map[string]Var{}
	var all []placement
	var made []NewKey
	var problems []error
	for _, v := range l.Vars {
		path, isNew, err := placeVar(base, l, known, v)
		if isNew && l.Env.Unknown == "ignore" {
			continue
		}
		if isNew && l.Env.Unknown == "error" && err == nil {
			err = unknownVar(base, l, v, path)
		}
		if err == nil {
			if other, ok := setBy[path.String()]; ok {
				err = bothSet(v, other, path)
			}
			setBy[path.String()] = v
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if isNew && created != nil {
			made = append(made, newKey(base, l, v, path))
		}
		all = append(all, placement{v, path})
	}
	if len(made) > 0 {
		created(made)
	}
	return all, problems
}

// matchKey is the member of n whose name matches, or the item of n with that index.
func matchKey(n *tree.Node, name string) *tree.Node {
	if i, err := strconv.Atoi(name); err == nil && n.IsList() && i >= 0 && i < len(n.Children()) {
		return &n.Children()[i]
	}
	if n.IsMap() {
		for i := range n.Children() {
			if kid := &n.Children()[i]; sameName(kid.Key(), name) {
				return kid
			}
		}
	}
	return nil
}

func bothSet(v, other Var, path tree.Path) error {
	p := diag.Problemf(diag.CauseData, "env-ambiguous", diag.Pos{File: "env " + v.Origin.Var}, "%s sets %s, and so does %s",
		diag.Quoted(v.Origin.Var), diag.Quoted(path.String()), diag.Quoted(other.Origin.Var))
	p.Hint = "unset one of the two"
	return p
}

// placeVar is the path of a variable, and whether it is new.
func placeVar(base *tree.Node, l Layer, known map[string][]tree.Path, v Var) (path tree.Path, isNew bool, err error) {
	if v.To != nil {
		return append(l.At[:len(l.At):len(l.At)], v.To...), false, nil
	}
	parts := strings.Split(v.Rest, "_")
	var found []tree.Path
	for _, p := range known[FoldName(v.Rest)] {
		if !slices.ContainsFunc(p, func(s tree.Step) bool { return s.IsIndex && !slices.Contains(parts, strconv.Itoa(s.Index)) }) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		path := newPath(base, l.At, v.Rest, cmp.Or(l.Env.NestOn, "__"))
		if l.Env.Flat {
			path = flatPath(l.At, v.Rest, cmp.Or(l.Env.NestOn, "__"))
		}
		if len(path) == len(l.At) {
			return nil, false, diag.Problemf(diag.CauseData, "env-name", diag.Pos{File: "env " + v.Origin.Var}, "%s leaves no name after the prefix", diag.Quoted(v.Origin.Var))
		}
		return path, true, nil
	case 1:
		return found[0], false, nil
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = diag.Quoted(p.String())
	}
	p := diag.Problemf(diag.CauseData, "env-ambiguous", diag.Pos{File: "env " + v.Origin.Var}, "%s could mean %s", diag.Quoted(v.Origin.Var), strings.Join(names, " or "))
	p.Hint = fmt.Sprintf("say which in the spec: map: {%s: %s}", v.Origin.Var, names[0])
	return nil, false, p
}

// FoldName reduces a name or a path to the form that is compared.
func FoldName(s string) string {
	return separators.Replace(strings.ToLower(s))
}

var separators = strings.NewReplacer(".", "", "-", "", "_", "")

// sameName compares the folded forms of two names without making them.
func sameName(a, b string) bool {
	const dropped = "._-"
	for {
		a, b = strings.TrimLeft(a, dropped), strings.TrimLeft(b, dropped)
		if a == "" || b == "" {
			return a == b
		}
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if unicode.ToLower(x) != unicode.ToLower(y) {
			return false
		}
		a, b = a[n:], b[m:]
	}
}

// IndexVars lists the paths below l.At that match a variable, by their folded form. It skips
// values that no variable can lead into. The index of an item matches only as a part of its
// own, like the 0 of SERVERS_0_HOST.
func IndexVars(base *tree.Node, l Layer) map[string][]tree.Path {
	x := varIndex{wanted: make([]string, len(l.Vars)), parts: map[string]bool{}, found: map[string][]tree.Path{}}
	for i, v := range l.Vars {
		x.wanted[i] = FoldName(v.Rest)
		for part := range strings.SplitSeq(v.Rest, "_") {
			x.parts[part] = true
		}
	}
	sort.Strings(x.wanted)
	if start, _ := base.Find(l.At); start != nil {
		x.walk(start, "", l.At)
	}
	return x.found
}

// A varIndex searches the values for the paths that variables can mean.
type varIndex struct {
	wanted []string        // folded names of the variables, sorted
	parts  map[string]bool // of their names, between underscores
	found  map[string][]tree.Path
}

// walk adds the paths below n, whose own path and folded name are given.
func (x *varIndex) walk(n *tree.Node, folded string, path tree.Path) {
	kids := n.Children()
	for i := range kids {
		step := tree.Step{Key: kids[i].Key()}
		name := FoldName(step.Key)
		if n.IsList() {
			step, name = tree.Step{IsIndex: true, Index: i}, strconv.Itoa(i)
			if !x.parts[name] {
				continue
			}
		}
		name = folded + name
		at := sort.SearchStrings(x.wanted, name)
		if at == len(x.wanted) || !strings.HasPrefix(x.wanted[at], name) {
			continue
		}
		p := append(path[:len(path):len(path)], step)
		if x.wanted[at] == name {
			x.found[name] = append(x.found[name], p)
		}
		x.walk(&kids[i], name, p)
	}
}

// newPath is the path of a name that matches nothing. The name nests at sep. Each part becomes
// the existing key or item that matches it, the next item of a list, or else its lower-case
// form.
func newPath(base *tree.Node, at tree.Path, rest, sep string) tree.Path {
	n, _ := base.Find(at)
	path := at[:len(at):len(at)]
	for part := range strings.SplitSeq(rest, sep) {
		if part == "" {
			continue
		}
		step := tree.Step{Key: strings.ToLower(part)}
		if n != nil {
			next := matchKey(n, part)
			if i, err := strconv.Atoi(part); n.IsList() && err == nil && i >= 0 {
				step = tree.Step{IsIndex: true, Index: i}
			} else if next != nil {
				step.Key = next.Key()
			}
			n = next
		}
		path = append(path, step)
	}
	return path
}

// flatPath is the path of a new name as one key, with a dot at each sep.
func flatPath(at tree.Path, rest, sep string) tree.Path {
	parts := slices.DeleteFunc(strings.Split(strings.ToLower(rest), strings.ToLower(sep)), func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return at
	}
	return append(at[:len(at):len(at)], tree.Step{Key: strings.Join(parts, ".")})
}

// addVars merges the variables of a layer into base. Variables for items of lists come last,
// in the order of their indexes, as each makes a new list.
func (m *merger) addVars(base *tree.Node, l Layer, created func([]NewKey)) []*tree.Node {
	placed, problems := matchVars(base, l, created)
	m.problems = append(m.problems, problems...)
	in := []*tree.Node{base}
	var items []placement
	for _, p := range placed {
		if slices.ContainsFunc(p.path, func(s tree.Step) bool { return s.IsIndex }) {
			items = append(items, p)
			continue
		}
		n := tree.Under(p.path, p.node())
		m.addRules(n, l.Lists)
		in = append(in, n)
	}
	if len(items) == 0 {
		return in
	}
	sort.SliceStable(items, func(i, j int) bool { return comparePaths(items[i].path, items[j].path) < 0 })
	base = m.mergeLayers(in)
	for _, p := range items {
		base = m.addItem(base, p)
	}
	return []*tree.Node{base}
}

func (v Var) node() *tree.Node {
	n := tree.NewText(v.Value, 0, v.Origin)
	if v.Typed {
		n.InferTypes()
	}
	return n
}

// addItem sets an item of a list, or a value below one.
func (m *merger) addItem(base *tree.Node, p placement) *tree.Node {
	n := p.node()
	for i, step := range p.path {
		list, _ := base.Find(p.path[:i])
		if size := 0; step.IsIndex {
			if list != nil {
				size = len(list.Children())
			}
			if step.Index > size {
				problem := diag.Problemf(diag.CauseData, "list-item", diag.Pos{File: "env " + p.Origin.Var}, "%s is item %d of a list of %d", diag.Quoted(p.path[:i+1].String()), step.Index, size)
				problem.Hint = "count from 0 without a gap"
				m.problems = append(m.problems, problem)
				return base
			}
		}
	}
	if old, _ := base.Find(p.path); old != nil && !old.IsNull() {
		m.path = p.path
		n = m.convert(old, n)
		m.path = nil
	}
	return m.assignAll(base, []Assignment{{p.path, n}})
}

// comparePaths orders paths by their indexes, and else by their names.
func comparePaths(a, b tree.Path) int {
	return slices.CompareFunc(a, b, func(s, t tree.Step) int {
		return cmp.Or(cmp.Compare(s.Index, t.Index), strings.Compare(s.Key, t.Key))
	})
}
