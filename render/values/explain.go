package values

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"confit/render/content"
	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// An Explained is a leaf with its history.
type Explained struct {
	Path      string    `json:"path"`
	Value     Shown     `json:"value"`
	Kind      string    `json:"kind"`
	Sensitive bool      `json:"sensitive,omitempty"`
	Setting   Setting   `json:"from"`
	Overrode  []Setting `json:"overrode,omitempty"` // oldest first
	ReadBy    []string  `json:"readBy,omitempty"`   // outputs, the first ones
	ReadMore  int       `json:"readMore,omitempty"` // number of further outputs

	Node *tree.Node `json:"-"`
}

// Shown is a value as JSON, or the mask.
type Shown string

// MarshalJSON embeds the value.
func (s Shown) MarshalJSON() ([]byte, error) {
	if s == content.Mask {
		return json.Marshal(content.Mask)
	}
	return []byte(s), nil
}

// A Setting is the value that one layer gives to a path.
type Setting struct {
	Source   string `json:"source"`
	Place    string `json:"place"`              // file:line, or the variable
	SignedBy string `json:"signedBy,omitempty"` // who signed the Git commit or tag of the file
	Value    Shown  `json:"value"`

	Pos diag.Pos `json:"-"`
}

// Origin is the place of the value, the source and who signed it.
func (s Setting) Origin() string {
	text := s.Source
	if s.Place != "" && s.Place != s.Source {
		text = s.Place + " (" + s.Source + ")"
	}
	if s.SignedBy != "" {
		text += ", signed by " + s.SignedBy
	}
	return text
}

// Explain lists the leaves at and below a path, in order.
func (v *Values) Explain(path string) ([]Explained, error) {
	p, err := tree.ParsePath(path)
	if err != nil {
		return nil, &diag.Problem{Cause: diag.CauseUsage, Code: "usage", Text: err.Error(), Hint: "dots nest: a.b.c"}
	}
	n, deepest := v.root.Find(p)
	if n == nil {
		return nil, v.noValue(path, p, deepest)
	}
	var all []Explained
	v.explain(n, &all)
	return all, nil
}

// noValue is the error of a path without a value, with the names beside it.
func (v *Values) noValue(path string, p tree.Path, deepest *tree.Node) error {
	at := len(deepest.Path())
	problem := &diag.Problem{Cause: diag.CauseData, Code: "missing-value", Text: "no value for " + diag.Quoted(p.String())}
	if _, hint := tree.PathMistake(path); hint != "" {
		problem.Hint = hint
		return problem
	}
	where := "the top level"
	if at > 0 {
		where = diag.Quoted(deepest.Path().String())
	}
	if name := dottedName(p[at:], deepest.Keys()); name != nil {
		problem.Hint = "write " + diag.Quoted(append(deepest.Path(), name...).String()) + ": the dots belong to the name"
	} else if near := diag.Nearest(p[at].Key, deepest.Keys()); len(near) > 0 {
		problem.Hint, problem.Seen = "did you mean "+strings.Join(near, ", ")+"?", deepest.Near(p[at].Key)
	} else if keys := deepest.Keys(); len(keys) > 0 {
		problem.Notes = []string{where + " has " + diag.QuotedList(keys)}
	} else if deepest.HasSecretKeys() {
		problem.Notes = []string{where + " has names of a secret, which are not shown"}
	}
	return problem
}

// dottedName is a path whose first steps are one of the keys when dots join them, with that key
// as its first step; nil for none.
func dottedName(p tree.Path, keys []string) tree.Path {
	name, path := "", tree.Path(nil)
	for i, s := range p {
		if s.IsIndex {
			break
		}
		name += s.Key
		if i > 0 && slices.Contains(keys, name) {
			path = append(tree.Path{{Key: name}}, p[i+1:]...)
		}
		name += "."
	}
	return path
}

// Explained lists all leaves, in order.
func (v *Values) Explained() []Explained {
	var all []Explained
	v.explain(v.root, &all)
	return all
}

func (v *Values) explain(n *tree.Node, all *[]Explained) {
	kids := n.Children()
	for i := range kids {
		v.explain(&kids[i], all)
	}
	if len(kids) > 0 || n == v.root {
		return
	}
	secret := n.Sensitive()
	x := Explained{Path: n.Path().String(), Kind: n.Kind(), Sensitive: secret, Setting: settingOf(n, secret), Node: n}
	x.Value = x.Setting.Value
	for _, o := range v.overrodeAt(n) {
		x.Overrode = append(x.Overrode, settingOf(o, secret))
	}
	*all = append(*all, x)
}

// overrodeAt lists the nodes that a leaf, or the list around it, overrode.
func (v *Values) overrodeAt(n *tree.Node) []*tree.Node {
	for ; n != nil; n = n.Parent() {
		if old := v.overrode[n]; old != nil {
			return old
		}
	}
	return nil
}

func settingOf(n *tree.Node, secret bool) Setting {
	s := Setting{Source: n.SourceName(), Place: n.Pos().String(), Pos: n.Pos(), SignedBy: n.SignedBy(), Value: content.Mask}
	if secret && !tree.IsEmpty(n.Value()) {
		return s
	}
	if n.Value() == nil && !n.IsMap() {
		s.Value = "null"
		return s
	}
	text, err := format.EncodeJSON(tree.Plain(n), "", false)
	if err != nil { // .inf and .nan have no form in JSON
		text = strconv.Quote(fmt.Sprint(n.Value()))
	}
	s.Value = Shown(text)
	if secret { // a list with secrets in it
		s.Value = content.Mask
	}
	return s
}
