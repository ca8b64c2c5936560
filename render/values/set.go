package values

import (
	"encoding/json"
	"errors"
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

// ParseSet parses a.b=1,c[0]=x,d={1,2} in the grammar of Helm's --set: commas separate, a
// backslash escapes the next character, braces make a list, null deletes. The value takes the
// type of the value that it overrides, else the one that YAML gives it; with asText it is a
// string.
func ParseSet(s string, o *tree.Origin, asText bool) ([]Assignment, error) {
	return parseAssignments(s, o, func(text string) (*tree.Node, error) { return setValue(text, o, asText), nil })
}

// ParseSetFile parses a=FILE,b={FILE,FILE} in the same grammar. The values are the results of
// read.
func ParseSetFile(s string, o *tree.Origin, read func(file string) (*tree.Node, error)) ([]Assignment, error) {
	return parseAssignments(s, o, read)
}

func parseAssignments(s string, o *tree.Origin, value func(text string) (*tree.Node, error)) ([]Assignment, error) {
	var all []Assignment
	for rest := s; rest != ""; {
		p, tail, err := cutPath(rest, o, all)
		if err != nil {
			return nil, err
		}
		var n *tree.Node
		if inner, isList := strings.CutPrefix(tail, "{"); isList {
			n, rest, err = parseList(inner, o, value)
		} else {
			tail, rest, _ = cutUnescaped(tail, ",")
			n, err = value(unescape(tail))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Assignment{p, n})
	}
	return all, nil
}

// ParseSetJSON parses a=JSON,b=JSON, or a JSON object alone, whose members are the paths. A
// value without text is null.
func ParseSetJSON(s string, o *tree.Origin) ([]Assignment, error) {
	if text := strings.TrimSpace(s); strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return setMembers(text, o)
	}
	var all []Assignment
	for rest := s; rest != ""; {
		p, tail, err := cutPath(rest, o, all)
		if err != nil {
			return nil, err
		}
		text, tail := cutJSON(tail)
		n, err := format.DecodeJSON([]byte(text), o)
		if err != nil {
			return nil, notJSON(o, diag.Quoted(p.String()), err)
		}
		all, rest = append(all, Assignment{p, n}), tail
	}
	return all, nil
}

// setMembers makes an assignment of each member of a JSON object.
func setMembers(text string, o *tree.Origin) ([]Assignment, error) {
	n, err := format.DecodeJSON([]byte(text), o)
	if err != nil {
		return nil, notJSON(o, "the whole", err)
	}
	if !n.IsMap() {
		return nil, usage(o, "a value has no path", "write path=JSON")
	}
	var all []Assignment
	for i := range n.Children() {
		c := &n.Children()[i]
		all = append(all, Assignment{tree.Path{{Key: c.Key()}}, c})
	}
	return all, nil
}

func notJSON(o *tree.Origin, name string, err error) error {
	text := strings.TrimPrefix(diag.Problems(err, diag.CauseData)[0].Text, "not valid JSON: ")
	return usage(o, name+" is not set to valid JSON: "+text, `write path=JSON; a text is in quotes: path="text"`)
}

// cutJSON cuts a JSON value and the comma after it off the front of s. Text that is no JSON,
// or that has something else after the value, stays whole.
func cutJSON(s string) (text, rest string) {
	if head, tail, _ := strings.Cut(s, ","); strings.TrimSpace(head) == "" {
		return "null", tail
	}
	dec := json.NewDecoder(strings.NewReader(s))
	var value json.RawMessage
	if dec.Decode(&value) != nil {
		return s, ""
	}
	rest = strings.TrimLeft(s[dec.InputOffset():], " \t\r\n")
	if rest != "" && rest[0] != ',' {
		return s, ""
	}
	return string(value), strings.TrimPrefix(rest, ",")
}

// cutPath cuts path= off the front of s. The errors do not show the text of s, which may be
// the rest of a secret after a comma.
func cutPath(s string, o *tree.Origin, earlier []Assignment) (p tree.Path, rest string, err error) {
	name, rest, ok := cutUnescaped(s, "=")
	if _, _, comma := cutUnescaped(name, ","); ok && !comma {
		if p, err = assignable(name); err == nil {
			return p, rest, nil
		}
	}
	switch {
	case len(earlier) > 0:
		path := diag.Quoted(earlier[len(earlier)-1].Path.String())
		err = usage(o, "after the comma in the value of "+path+", a path has no value or is malformed", "write path=value after the comma; a comma in a value is \\,")
	case err != nil:
		err = usage(o, err.Error(), "dots nest: a.b.c; [0] is the first item of a list")
	default:
		err = usage(o, "the text has no value", "write path=value,path=value")
	}
	return nil, "", err
}

func usage(o *tree.Origin, text, hint string) error {
	return &diag.Problem{Cause: diag.CauseUsage, Code: "usage", Text: o.Source + ": " + text, Hint: hint}
}

// FileText makes the value of a file's text, which stays a string.
func FileText(text string, o *tree.Origin) *tree.Node { return setValue(text, o, true) }

// assignable parses the path of an assignment.
func assignable(name string) (tree.Path, error) {
	p, err := tree.ParsePath(name)
	if err == nil && (len(p) == 0 || p[0].IsIndex) {
		err = errors.New("the path of a value begins with a name")
	}
	return p, err
}

// parseList parses a,b} and the comma after it.
func parseList(s string, o *tree.Origin, value func(text string) (*tree.Node, error)) (*tree.Node, string, error) {
	inner, rest, ok := cutUnescaped(s, "}")
	if !ok {
		return nil, "", usage(o, "a list has no closing brace", "write path={a,b}; a brace at the start of a text is \\{")
	}
	if rest != "" && !strings.HasPrefix(rest, ",") {
		return nil, "", usage(o, "a comma is missing after }", "write path={a,b},path=value; a brace at the start of a text is \\{")
	}
	list := tree.Items{}
	for inner != "" {
		var item string
		item, inner, _ = cutUnescaped(inner, ",")
		n, err := value(unescape(item))
		if err != nil {
			return nil, "", err
		}
		list = append(list, *n)
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
