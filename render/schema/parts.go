package schema

import (
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// list evaluates the keywords for lists.
func (s *Schema) list(schema, n *tree.Node, o *outcome, depth int) {
	kids := n.Children()
	s.bounds(schema, n, o, len(kids), "Items", "items")
	prefix := subschemas(schema, "prefixItems")
	rest := schema.Child("items")
	for i := range kids {
		switch {
		case i < len(prefix):
			s.item(&prefix[i], &kids[i], i, o, depth)
		case rest != nil:
			s.item(rest, &kids[i], i, o, depth)
		}
	}
	if u := schema.Child("uniqueItems"); u != nil && u.Value() == true {
		if i, j, twice := repeated(kids); twice {
			if kids[i].HasSensitive() || kids[j].HasSensitive() {
				o.add(n, "has an item twice, and may have each once")
			} else {
				o.add(n, "has the same item at %d and %d, and may have each once", i, j)
			}
		}
	}
	s.contains(schema, n, o, depth)
	if u := schema.Child("unevaluatedItems"); u != nil {
		for i := range kids {
			if !o.items[i] {
				s.item(u, &kids[i], i, o, depth)
			}
		}
	}
}

func (s *Schema) item(schema, n *tree.Node, i int, o *outcome, depth int) {
	o.violations = append(o.violations, s.evaluate(schema, n, depth).violations...)
	o.markItem(i)
}

// repeated finds an item that comes twice, in one pass.
func repeated(kids []tree.Node) (i, j int, twice bool) {
	seen := map[string]int{}
	for j := range kids {
		text := canonical(&kids[j])
		if i, there := seen[text]; there {
			return i, j, true
		}
		seen[text] = j
	}
	return 0, 0, false
}

// canonical is a text that is the same for equal values.
func canonical(n *tree.Node) string {
	if r, ok := tree.Rational(n.Value()); ok && tree.IsNumber(n.Value()) {
		return r.RatString()
	}
	if n.IsLeaf() {
		return jsonOf(n)
	}
	var b strings.Builder
	b.WriteString(n.Kind())
	for i := range n.Children() {
		c := &n.Children()[i]
		b.WriteString("," + strconv.Quote(c.Key()) + ":" + canonical(c))
	}
	return b.String() + ";"
}

// contains evaluates contains, minContains and maxContains.
func (s *Schema) contains(schema, n *tree.Node, o *outcome, depth int) {
	c := schema.Child("contains")
	if c == nil {
		return
	}
	matches := 0
	for i := range n.Children() {
		if len(s.evaluate(c, &n.Children()[i], depth).violations) == 0 {
			matches++
			o.markItem(i)
		}
	}
	least, set := countOf(schema, "minContains")
	if !set {
		least = 1
	}
	if matches < least {
		o.add(n, "has to contain at least %d items of the schema of contains", least)
	}
	if most, set := countOf(schema, "maxContains"); set && matches > most {
		o.add(n, "has to contain at most %d items of the schema of contains", most)
	}
}

// object evaluates the keywords for maps.
func (s *Schema) object(schema, n *tree.Node, o *outcome, depth int) {
	kids := n.Children()
	s.bounds(schema, n, o, len(kids), "Properties", "members")
	s.required(schema, n, o)
	additional := schema.Child("additionalProperties")
	for i := range kids {
		s.member(schema, &kids[i], additional, o, depth)
	}
	if names := schema.Child("propertyNames"); names != nil {
		for i := range kids {
			name := tree.New(kids[i].Key(), 0, kids[i].Origin())
			if len(s.evaluate(names, &name, depth).violations) > 0 {
				o.add(&kids[i], "has a name that the schema does not allow")
			}
		}
	}
	if deps := schema.Child("dependentSchemas"); deps != nil {
		for i := range deps.Children() {
			if d := &deps.Children()[i]; n.Child(d.Key()) != nil {
				o.join(s.evaluate(d, n, depth))
			}
		}
	}
	if u := schema.Child("unevaluatedProperties"); u != nil {
		for i := range kids {
			if !o.props[kids[i].Key()] {
				s.additional(schema, u, &kids[i], o, depth)
			}
		}
	}
}

// required evaluates required and dependentRequired.
func (s *Schema) required(schema, n *tree.Node, o *outcome) {
	if absent := missing(n, subschemas(schema, "required")); len(absent) > 0 {
		o.add(n, "lacks %s", diag.QuotedList(absent))
	}
	if deps := schema.Child("dependentRequired"); deps != nil {
		for _, d := range deps.Children() {
			if absent := missing(n, d.Children()); n.Child(d.Key()) != nil && len(absent) > 0 {
				o.add(n, "has %s, and then needs %s", diag.Quoted(d.Key()), diag.QuotedList(absent))
			}
		}
	}
}

// missing lists the names without a member in n.
func missing(n *tree.Node, names []tree.Node) []string {
	var absent []string
	for _, name := range names {
		if n.Child(name.Value().(string)) == nil {
			absent = append(absent, name.Value().(string))
		}
	}
	return absent
}

// member evaluates properties, patternProperties and additionalProperties for one member.
func (s *Schema) member(schema, n, additional *tree.Node, o *outcome, depth int) {
	known := false
	apply := func(sub *tree.Node) {
		known = true
		o.violations = append(o.violations, s.evaluate(sub, n, depth).violations...)
		o.markProp(n.Key())
	}
	if props := schema.Child("properties"); props != nil {
		if p := props.Child(n.Key()); p != nil {
			apply(p)
		}
	}
	if patterns := schema.Child("patternProperties"); patterns != nil {
		for i := range patterns.Children() {
			if p := &patterns.Children()[i]; s.patterns[p.Key()].MatchString(n.Key()) {
				apply(p)
			}
		}
	}
	if !known && additional != nil {
		s.additional(schema, additional, n, o, depth)
	}
}

// additional evaluates the schema for members without a schema of their own. If it is false,
// the hint is the nearest known name.
func (s *Schema) additional(schema, sub, n *tree.Node, o *outcome, depth int) {
	o.markProp(n.Key())
	if sub.Value() != false {
		o.violations = append(o.violations, s.evaluate(sub, n, depth).violations...)
		return
	}
	v := violation{node: n, text: "is not in the schema"}
	if props := schema.Child("properties"); props != nil {
		v.hint = diag.DidYouMean(n.Key(), props.Keys(), "")
	}
	o.violations = append(o.violations, v)
}
