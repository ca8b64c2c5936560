package values

import (
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// maxNewKeys is the number of new keys that a notice names.
const maxNewKeys = 12

// noticeNewKeys reports all new keys of a layer in one notice.
func noticeNewKeys(base *tree.Node, l Layer, created []placement, notify func(string)) {
	if len(created) == 1 {
		notify(diag.Quoted(created[0].Origin.Var) + " matches no value: it makes the new key " + describeKey(base, l, created[0]))
	}
	if len(created) < 2 {
		return
	}
	var texts []string
	for _, p := range created[:min(maxNewKeys, len(created))] {
		texts = append(texts, diag.Quoted(p.Origin.Var)+" makes the new key "+describeKey(base, l, p))
	}
	if len(created) > maxNewKeys {
		texts = append(texts, "…")
	}
	notify(diag.Plural(len(created), "variable") + " match no value: " + strings.Join(texts, ", "))
}

// describeKey is a new key, with the keys that resemble it and the variable that would set a
// key in an existing map.
func describeKey(base *tree.Node, l Layer, p placement) string {
	text := diag.Quoted(p.path.String()) + nearHint(base, p.path)
	if name, to := nestedName(base, l, p.Var); name != "" {
		text += " (" + diag.Quoted(name) + " would set " + diag.Quoted(to.String()) + ")"
	}
	return text
}

// unknownVar is the error of a variable that matches no value.
func unknownVar(base *tree.Node, l Layer, v Var, path tree.Path) error {
	p := diag.Problemf(diag.CauseData, "env-unknown", diag.Pos{File: "env " + v.Origin.Var}, "%s matches no value", diag.Quoted(v.Origin.Var))
	p.Hint = "give " + diag.Quoted(path.String()) + " a value in an earlier source, or set unknown: create or unknown: ignore" + nearHint(base, path)
	if name, to := nestedName(base, l, v); name != "" {
		p.Hint = "write " + diag.Quoted(name) + " for " + diag.Quoted(to.String()) + nearHint(base, path)
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
