package schema

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/format"
	"confit/render/tree"
)

// An outcome holds the violations of a value, and the annotations that unevaluatedProperties
// and unevaluatedItems need: the members and items that some keyword has evaluated.
type outcome struct {
	violations []violation
	props      map[string]bool
	items      map[int]bool
}

func (o *outcome) add(n *tree.Node, format string, args ...any) {
	o.violations = append(o.violations, violation{node: n, text: fmt.Sprintf(format, args...)})
}

// join adds the outcome of another schema for the same value.
func (o *outcome) join(p outcome) {
	o.violations = append(o.violations, p.violations...)
	o.annotate(p)
}

// annotate adds the annotations of a schema, if the value is valid.
func (o *outcome) annotate(p outcome) {
	if len(p.violations) > 0 {
		return
	}
	for k := range p.props {
		o.markProp(k)
	}
	for i := range p.items {
		o.markItem(i)
	}
}

func (o *outcome) markProp(k string) {
	if o.props == nil {
		o.props = map[string]bool{}
	}
	o.props[k] = true
}

func (o *outcome) markItem(i int) {
	if o.items == nil {
		o.items = map[int]bool{}
	}
	o.items[i] = true
}

// evaluate applies a schema to a value.
func (s *Schema) evaluate(schema, n *tree.Node, depth int) outcome {
	var o outcome
	if n.IsLeaf() && n.IsStandIn() { // nobody knows the value
		return o
	}
	if allowed, isBool := schema.Value().(bool); isBool {
		if !allowed {
			o.add(n, "is not allowed here")
		}
		return o
	}
	if depth > format.MaxDepth*4 {
		o.add(n, "meets a schema that refers to itself without end")
		return o
	}
	if ref := schema.Child("$ref"); ref != nil {
		to, _ := s.resolve(ref.Value().(string))
		o.join(s.evaluate(to, n, depth+1))
	}
	s.anyType(schema, n, &o)
	s.applicators(schema, n, &o, depth+1)
	switch n.Value().(type) {
	case string:
		s.text(schema, n, &o)
	case int64, float64, tree.Num:
		s.number(schema, n, &o)
	case tree.Items:
		s.list(schema, n, &o, depth+1)
	case tree.Members:
		s.object(schema, n, &o, depth+1)
	}
	return o
}

// anyType evaluates the keywords for values of every type.
func (s *Schema) anyType(schema, n *tree.Node, o *outcome) {
	if t := schema.Child("type"); t != nil {
		names := []string{}
		if name, one := t.Value().(string); one {
			names = append(names, name)
		}
		for _, c := range t.Children() {
			names = append(names, c.Value().(string))
		}
		got := schemaType(n)
		if !slices.Contains(names, got) && (got != "integer" || !slices.Contains(names, "number")) {
			o.add(n, "is of type %s, and has to be of type %s", got, strings.Join(names, " or "))
		}
	}
	if enum := schema.Child("enum"); enum != nil && !slices.ContainsFunc(enum.Children(), func(c tree.Node) bool { return sameNode(&c, n) }) {
		o.add(n, "has to be one of %s", jsonOf(enum))
	}
	if c := schema.Child("const"); c != nil && !sameNode(c, n) {
		o.add(n, "has to be %s", jsonOf(c))
	}
}

// schemaType is JSON Schema's name for the type of a value.
func schemaType(n *tree.Node) string {
	if tree.IsNumber(n.Value()) {
		if r, ok := tree.Rational(n.Value()); ok && r.IsInt() {
			return "integer"
		}
		return "number"
	}
	return map[string]string{"null": "null", "bool": "boolean", "string": "string", "list": "array", "map": "object"}[n.Kind()]
}

func jsonOf(n *tree.Node) string {
	text, _ := format.EncodeJSON(tree.Plain(n), "", false)
	return diag.Quoted(text)
}

// sameNode compares two values as JSON does: numbers by value.
func sameNode(a, b *tree.Node) bool {
	if tree.IsNumber(a.Value()) && tree.IsNumber(b.Value()) {
		return tree.CompareNumbers(a.Value(), b.Value()) == 0
	}
	x, y := a.Children(), b.Children()
	if a.Kind() != b.Kind() || len(x) != len(y) {
		return false
	}
	if a.IsLeaf() {
		return a.Value() == b.Value()
	}
	for i := range x {
		if x[i].Key() != y[i].Key() || !sameNode(&x[i], &y[i]) {
			return false
		}
	}
	return true
}

// applicators evaluates the keywords that apply other schemas to the same value.
func (s *Schema) applicators(schema, n *tree.Node, o *outcome, depth int) {
	for i := range subschemas(schema, "allOf") {
		o.join(s.evaluate(&subschemas(schema, "allOf")[i], n, depth))
	}
	if any := subschemas(schema, "anyOf"); any != nil && s.countValid(any, n, o, depth) == 0 {
		o.add(n, "fits none of the schemas of anyOf")
	}
	if one := subschemas(schema, "oneOf"); one != nil {
		if fits := s.countValid(one, n, o, depth); fits != 1 {
			o.add(n, "fits %d of the schemas of oneOf, and has to fit one", fits)
		}
	}
	if not := schema.Child("not"); not != nil && len(s.evaluate(not, n, depth).violations) == 0 {
		o.add(n, "fits the schema of not")
	}
	if cond := schema.Child("if"); cond != nil {
		met := s.evaluate(cond, n, depth)
		o.annotate(met)
		branch := "then"
		if len(met.violations) > 0 {
			branch = "else"
		}
		if b := schema.Child(branch); b != nil {
			o.join(s.evaluate(b, n, depth))
		}
	}
}

// countValid counts the schemas that allow a value.
func (s *Schema) countValid(schemas []tree.Node, n *tree.Node, o *outcome, depth int) int {
	valid := 0
	for i := range schemas {
		p := s.evaluate(&schemas[i], n, depth)
		if len(p.violations) == 0 {
			valid++
		}
		o.annotate(p)
	}
	return valid
}

// subschemas are the items of a keyword; nil for an absent one.
func subschemas(n *tree.Node, keyword string) []tree.Node {
	if c := n.Child(keyword); c != nil {
		return c.Children()
	}
	return nil
}

// countOf is the number that a keyword sets.
func countOf(n *tree.Node, keyword string) (int, bool) {
	c := n.Child(keyword)
	if c == nil {
		return 0, false
	}
	i, _ := tree.ToInt(c.Value())
	return int(i), true
}

// bounds evaluates the keywords minSUFFIX and maxSUFFIX.
func (s *Schema) bounds(schema, n *tree.Node, o *outcome, size int, suffix, what string) {
	if least, ok := countOf(schema, "min"+suffix); ok && size < least {
		o.add(n, "has to have at least %d %s", least, what)
	}
	if most, ok := countOf(schema, "max"+suffix); ok && size > most {
		o.add(n, "has to have at most %d %s", most, what)
	}
}

func (s *Schema) text(schema, n *tree.Node, o *outcome) {
	text := n.Value().(string)
	s.bounds(schema, n, o, utf8.RuneCountInString(text), "Length", "characters")
	if p := schema.Child("pattern"); p != nil && !s.patterns[p.Value().(string)].MatchString(text) {
		o.add(n, "has to match %s", diag.Quoted(p.Value().(string)))
	}
}

func (s *Schema) number(schema, n *tree.Node, o *outcome) {
	for _, k := range []struct {
		keyword, words string
		holds          func(d int) bool
	}{
		{"minimum", "at least", func(d int) bool { return d >= 0 }},
		{"maximum", "at most", func(d int) bool { return d <= 0 }},
		{"exclusiveMinimum", "more than", func(d int) bool { return d > 0 }},
		{"exclusiveMaximum", "less than", func(d int) bool { return d < 0 }},
	} {
		if limit := schema.Child(k.keyword); limit != nil && !k.holds(tree.CompareNumbers(n.Value(), limit.Value())) {
			o.add(n, "has to be %s %s", k.words, jsonOf(limit))
		}
	}
	if m := schema.Child("multipleOf"); m != nil {
		x, ok := tree.Rational(n.Value())
		y, ok2 := tree.Rational(m.Value())
		if !ok || !ok2 || !new(big.Rat).Quo(x, y).IsInt() {
			o.add(n, "has to be a multiple of %s", jsonOf(m))
		}
	}
}
