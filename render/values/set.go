package values

import (
	"errors"
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// An Assignment sets a path to a value, like --set. The path may lead into a list.
type Assignment struct {
	Path  tree.Path
	Value *tree.Node
}

// ParseSet reads a.b=1,c[0]=x,d={1,2} in the grammar of Helm's --set: commas separate,
// a backslash takes the next character as it is, braces make a list, null deletes. The
// value takes the type of what it overrides, else the one that YAML gives it; with asText
// it is a string.
func ParseSet(s string, o *tree.Origin, asText bool) ([]Assignment, error) {
	var all []Assignment
	for rest := s; rest != ""; {
		name, tail, ok := cutUnescaped(rest, "=")
		if !ok {
			return nil, fmt.Errorf("%s has no value: write path=value", diag.Quoted(name))
		}
		p, err := assignable(name)
		if err != nil {
			return nil, err
		}
		var n *tree.Node
		if strings.HasPrefix(tail, "{") {
			n, tail, err = setList(tail[1:], o, asText)
		} else {
			tail, rest, _ = cutUnescaped(tail, ",")
			n, tail = setValue(unescape(tail), o, asText), rest
		}
		if err != nil {
			return nil, err
		}
		all, rest = append(all, Assignment{p, n}), tail
	}
	return all, nil
}

// ParseSetJSON reads path=JSON, or a JSON object alone, whose members are the paths.
func ParseSetJSON(s string, o *tree.Origin) ([]Assignment, error) {
	path, text, ok := cutUnescaped(s, "=")
	if !ok || strings.HasPrefix(strings.TrimSpace(s), "{") {
		path, text = "", s
	}
	n, err := format.DecodeJSON([]byte(text), o)
	if err != nil {
		return nil, fmt.Errorf("%s is not set to valid JSON: %s", diag.Quoted(path), strings.TrimPrefix(diag.Problems(err, diag.CauseData)[0].Text, "not valid JSON: "))
	}
	if path != "" {
		p, err := assignable(path)
		return []Assignment{{p, n}}, err
	}
	var all []Assignment
	for i := range n.Children() {
		c := &n.Children()[i]
		all = append(all, Assignment{tree.Path{{Key: c.Key()}}, c})
	}
	if !n.IsMap() {
		return nil, errors.New("a value has no path: write path=JSON")
	}
	return all, nil
}

// Assign makes the assignment of a text, which stays a string.
func Assign(path, text string, o *tree.Origin) (Assignment, error) {
	p, err := assignable(path)
	return Assignment{p, setValue(text, o, true)}, err
}

// assignable parses the path of an assignment.
func assignable(name string) (tree.Path, error) {
	p, err := tree.ParsePath(name)
	if err == nil && (len(p) == 0 || p[0].IsIndex) {
		err = errors.New("the path of a value begins with a name")
	}
	return p, err
}

// setList parses a,b} and the comma after it.
func setList(s string, o *tree.Origin, asText bool) (*tree.Node, string, error) {
	inner, rest, ok := cutUnescaped(s, "}")
	if !ok {
		return nil, "", errors.New("a list has no closing brace")
	}
	if rest != "" && !strings.HasPrefix(rest, ",") {
		return nil, "", errors.New("a comma is missing after }")
	}
	list := tree.Items{}
	for inner != "" {
		var item string
		item, inner, _ = cutUnescaped(inner, ",")
		list = append(list, *setValue(unescape(item), o, asText))
	}
	n := tree.New(list, 0, o)
	return &n, strings.TrimPrefix(rest, ","), nil
}

func setValue(s string, o *tree.Origin, asText bool) *tree.Node {
	if asText || s == "null" {
		var v any = s
		if !asText {
			v = nil
		}
		n := tree.New(v, 0, o)
		return &n
	}
	n := tree.NewText(s, 0, o)
	n.InferTypes()
	return n
}

// cutUnescaped cuts s at the first sep without a backslash before it.
func cutUnescaped(s, sep string) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], sep):
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// assignAll applies assignments one after the other: a later path may lead into an earlier
// value.
func (m *merger) assignAll(base *tree.Node, all []Assignment) *tree.Node {
	for _, a := range all {
		base = m.mergeLayers([]*tree.Node{base, m.assign(base, a)})
	}
	return base
}

// assign makes the layer of an assignment. A path into a list makes a copy of the list with
// one item changed; the items between are null.
func (m *merger) assign(base *tree.Node, a Assignment) *tree.Node {
	for i, step := range a.Path {
		if !step.IsIndex {
			continue
		}
		old, _ := base.Find(a.Path[:i])
		list := tree.Items{}
		if old != nil && old.IsList() {
			list = append(list, old.Children()...)
		}
		for len(list) <= step.Index {
			list = append(list, tree.New(nil, 0, a.Value.Origin()))
		}
		list[step.Index] = m.assignItem(&list[step.Index], Assignment{a.Path[i+1:], a.Value})
		n := tree.New(list, 0, a.Value.Origin())
		return tree.Under(a.Path[:i], &n)
	}
	return tree.Under(a.Path, a.Value)
}

// assignItem is an item of a list after an assignment.
func (m *merger) assignItem(old *tree.Node, a Assignment) tree.Node {
	if len(a.Path) == 0 {
		n := *a.Value
		if old.Sensitive() {
			n.MarkSensitive()
		}
		return n
	}
	if a.Path[0].IsIndex { // a list in a list: as the only member of a map
		key := tree.Step{Key: "item"}
		wrapped := tree.NewMap(old.Origin(), map[string]*tree.Node{key.Key: old})
		n := m.assign(wrapped, Assignment{append(tree.Path{key}, a.Path...), a.Value})
		return *n.Child(key.Key)
	}
	base := old
	if base.IsNull() {
		base = tree.NewMap(nil, nil)
	}
	at := &tree.Node{}
	n, _ := m.merge([]*tree.Node{base, m.assign(base, a)}, at)
	return n
}
