package values

import (
	"fmt"
	"sort"
	"strings"

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

// matchVars finds the path of each variable in base. Names match without regard to case,
// dots, dashes and underscores. A name that matches nothing makes a new key, with a notice.
func matchVars(base *tree.Node, l Layer, notify func(string)) ([]*tree.Node, []error) {
	known := IndexVars(base, l)
	setBy := map[string]Var{}
	var nodes []*tree.Node
	var problems []error
	for _, v := range l.Vars {
		path, err := placeVar(base, l.At, known, v, notify)
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
		n := tree.NewText(v.Value, 0, v.Origin)
		if v.Typed {
			n.InferTypes()
		}
		nodes = append(nodes, tree.Under(path, n))
	}
	return nodes, problems
}

func bothSet(v, other Var, path tree.Path) error {
	p := diag.Problemf(diag.CauseData, "env-ambiguous", diag.Pos{File: "env " + v.Origin.Var}, "%s sets %s, and so does %s",
		diag.Quoted(v.Origin.Var), diag.Quoted(path.String()), diag.Quoted(other.Origin.Var))
	p.Hint = "unset one of the two"
	return p
}

func placeVar(base *tree.Node, at tree.Path, known map[string][]tree.Path, v Var, notify func(string)) (tree.Path, error) {
	if v.To != nil {
		return append(at[:len(at):len(at)], v.To...), nil
	}
	found := known[FoldName(v.Rest)]
	switch len(found) {
	case 0:
		path := newPath(base, at, v.Rest)
		if len(path) == len(at) {
			return nil, diag.Problemf(diag.CauseData, "env-name", diag.Pos{File: "env " + v.Origin.Var}, "%s leaves no name after the prefix", diag.Quoted(v.Origin.Var))
		}
		notify(fmt.Sprintf("%s matches no value: it makes the new key %s%s", diag.Quoted(v.Origin.Var), diag.Quoted(path.String()), nearHint(base, path)))
		return path, nil
	case 1:
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = diag.Quoted(p.String())
	}
	p := diag.Problemf(diag.CauseData, "env-ambiguous", diag.Pos{File: "env " + v.Origin.Var}, "%s could mean %s", diag.Quoted(v.Origin.Var), strings.Join(names, " or "))
	p.Hint = fmt.Sprintf("say which in the spec: map: {%s: %s}", v.Origin.Var, names[0])
	return nil, p
}

// FoldName reduces a name or a path to the form that is compared.
func FoldName(s string) string {
	return strings.NewReplacer(".", "", "-", "", "_", "").Replace(strings.ToLower(s))
}

// IndexVars lists the paths below l.At that match a variable, by their folded form. It skips
// maps that no variable can lead into.
func IndexVars(base *tree.Node, l Layer) map[string][]tree.Path {
	wanted := make([]string, len(l.Vars))
	for i, v := range l.Vars {
		wanted[i] = FoldName(v.Rest)
	}
	sort.Strings(wanted)
	known := map[string][]tree.Path{}
	var walk func(n *tree.Node, folded string, path tree.Path)
	walk = func(n *tree.Node, folded string, path tree.Path) {
		m, _ := n.Value().(tree.Members)
		for i := range m {
			f := folded + FoldName(m[i].Key())
			at := sort.SearchStrings(wanted, f)
			if at == len(wanted) || !strings.HasPrefix(wanted[at], f) {
				continue
			}
			p := append(path[:len(path):len(path)], tree.Step{Key: m[i].Key()})
			if wanted[at] == f {
				known[f] = append(known[f], p)
			}
			walk(&m[i], f, p)
		}
	}
	if start, _ := base.Find(l.At); start != nil {
		walk(start, "", l.At)
	}
	return known
}

// newPath is the path of a name that matches nothing: "__" nests, and each part becomes the
// existing key that matches it, or else its lower-case form.
func newPath(base *tree.Node, at tree.Path, rest string) tree.Path {
	n, _ := base.Find(at)
	path := at[:len(at):len(at)]
	for part := range strings.SplitSeq(rest, "__") {
		if part == "" {
			continue
		}
		key := strings.ToLower(part)
		var next *tree.Node
		if n != nil {
			m, _ := n.Value().(tree.Members)
			for i := range m {
				if FoldName(m[i].Key()) == FoldName(part) {
					next, key = &m[i], m[i].Key()
					break
				}
			}
		}
		path, n = append(path, tree.Step{Key: key}), next
	}
	return path
}

// nearHint names the keys beside path that resemble it.
func nearHint(base *tree.Node, path tree.Path) string {
	parent, deepest := base.Find(path[:len(path)-1])
	if parent == nil {
		parent = deepest
	}
	near := diag.Nearest(path[len(path)-1].Key, parent.Keys())
	if len(near) == 0 {
		return ""
	}
	return " (near: " + strings.Join(near, ", ") + ")"
}
