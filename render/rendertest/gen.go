package rendertest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A gen makes random templates. Most expressions have the kind that their place needs.
type gen struct {
	*rand.Rand
	vars   []named // in scope
	dot    []named // expressions that begin with the dot, "." first
	defs   []string
	loops  int
	blocks int
	left   int // remaining pieces
}

// named is an expression of a known kind.
type named struct {
	expr string
	kind byte
}

// Kinds of expressions: string, int, float, bool, list of strings, list of ints, list
// of maps, map; "?" is any.
const kinds8 = "sifbLIMm"

// rootDot are expressions for the values of RandomValues.
var rootDot = []named{
	{".", 'r'},
	{".Values.name", 's'},
	{".Values.text", 's'},
	{".Values.empty", 's'},
	{".Values.path", 's'},
	{".Values.digits", 's'},
	{".Values.lines", 's'},
	{".Values.n", 'i'},
	{".Values.port", 'i'},
	{".Values.zero", 'i'},
	{".Values.neg", 'i'},
	{".Values.db.port", 'i'},
	{".Values.f", 'f'},
	{".Values.half", 'f'},
	{".Values.on", 'b'},
	{".Values.off", 'b'},
	{".Values.hosts", 'L'},
	{".Values.none", 'L'},
	{".Values.db.tags", 'L'},
	{".Values.ports", 'I'},
	{".Values.sites", 'M'},
	{".Values.db", 'm'},
	{".Values.labels", 'm'},
	{".Values.nothing", 'm'},
	{".Values.db.deep", 'm'},
	{".Values.db.host", 's'},
	{".Values.db.deep.host", 's'},
	{".Values.absent", '?'},
	{".Values.absent.deep.er", '?'},
	{".Values.db.nope", '?'},
}

// NewGen makes a generator; a seed gives the same templates each time.
func NewGen(seed uint64) *gen {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, 17)), dot: rootDot}
	g.left = 3 + g.IntN(12)
	for i := range g.IntN(3) {
		g.defs = append(g.defs, fmt.Sprintf("d%d", i))
	}
	return g
}

// Template makes a whole template: definitions, then a body.
func (g *gen) Template() string {
	var b strings.Builder
	all := g.defs
	for i, name := range all {
		g.defs = all[:i] // only earlier ones: no recursion
		vars, dot := g.vars, g.dot
		g.vars, g.left = nil, g.left+3
		fmt.Fprintf(&b, "{{ define %q }}%s{{ end }}", name, g.body(2))
		g.vars, g.dot = vars, dot
	}
	g.defs = all
	b.WriteString(g.body(4))
	return b.String()
}

func (g *gen) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g *gen) body(depth int) string {
	var b strings.Builder
	mark := len(g.vars)
	for n := 1 + g.IntN(4); n > 0 && g.left > 0; n-- {
		g.left--
		b.WriteString(g.piece(depth))
	}
	g.vars = g.vars[:mark]
	return b.String()
}

func (g *gen) action(s string) string {
	return g.pick("{{ ", "{{ ", "{{", "{{- ") + s + g.pick(" }}", " }}", "}}", " -}}")
}

func (g *gen) piece(depth int) string {
	if depth == 0 {
		return g.printed(2)
	}
	switch g.IntN(18) {
	case 0, 1:
		return g.pick("text", " \n ", "a\n", "  b", "é")
	case 2:
		return g.pick("{{/* c */}}", "{{- /* } \" */ -}}")
	case 3:
		return g.action("if "+g.cond()) + g.body(depth-1) + g.elses(depth-1, "if") + g.action("end")
	case 4:
		return g.with(depth)
	case 5, 6, 7:
		return g.ranging(depth)
	case 8, 9:
		return g.declare()
	case 10:
		if len(g.vars) > 0 {
			v := g.vars[g.IntN(len(g.vars))]
			return g.action(v.expr + " = " + g.expr(v.kind, 2))
		}
	case 11:
		if g.loops > 0 {
			return g.action("if "+g.cond()) + g.action(g.pick("break", "continue")) + g.action("end")
		}
	case 12:
		if len(g.defs) > 0 {
			return g.action(fmt.Sprintf("template %q %s", g.pick(g.defs...), g.root()))
		}
	case 13:
		return g.block(depth)
	}
	return g.printed(3)
}

// printed prints an expression: a list or a map through toJson, nearly always.
func (g *gen) printed(depth int) string {
	k := "ssssifbLIMm?"[g.IntN(12)]
	s := g.expr(k, depth)
	if strings.IndexByte("LIMm?", k) >= 0 && g.IntN(15) > 0 && s != "nil" {
		s += " | toJson"
	}
	return g.action(s)
}

// cond is the condition of an if.
func (g *gen) cond() string { return g.expr("bbbsiLm?"[g.IntN(8)], 2) }

// root is an argument of a template: the root, or a dict with its fields.
func (g *gen) root() string {
	if g.IntN(5) == 0 {
		return g.pick(`(dict "Values" $.Values "own" $.Values.name)`, `(merge (dict "own" 1) (dict "Values" $.Values))`, `(index (list 1 $) 1)`)
	}
	if g.dot[0].kind == 'r' && g.IntN(2) == 0 {
		return "."
	}
	return "$"
}

func (g *gen) elses(depth int, word string) string {
	switch g.IntN(4) {
	case 0:
		return g.action("else") + g.body(depth)
	case 1:
		return g.action("else "+word+" "+g.cond()) + g.body(0) + g.action("else") + g.body(depth)
	}
	return ""
}

func (g *gen) declare() string {
	k := kinds8[g.IntN(len(kinds8))]
	name := fmt.Sprintf("$v%d", g.IntN(4))
	s := g.action(name + " := " + g.expr(k, 2))
	g.vars = append(g.vars, named{name, k})
	return s
}

func (g *gen) with(depth int) string {
	k := kinds8[g.IntN(len(kinds8))]
	head := "with " + g.expr(k, 2)
	mark, dot := len(g.vars), g.dot
	if g.IntN(3) == 0 {
		head = "with $w := " + g.expr(k, 2)
		g.vars = append(g.vars, named{"$w", k})
	}
	s := g.action(head)
	g.dot = dotOf(k)
	s += g.body(depth - 1)
	g.dot = dot
	s += g.elses(depth-1, "with") + g.action("end")
	g.vars = g.vars[:mark]
	return s
}

func dotOf(k byte) []named {
	dot := []named{{".", k}}
	if k == 'm' {
		dot = append(dot, named{".host", 's'}, named{".port", 'i'}, named{".deep", 'm'}, named{".tags", 'L'})
	}
	return dot
}

func (g *gen) ranging(depth int) string {
	k := "LIMmi"[g.IntN(5)]
	item := map[byte]byte{'L': 's', 'I': 'i', 'M': 'm', 'm': '?', 'i': 'i'}[k]
	over := g.expr(k, 1)
	if k == 'i' {
		over = g.pick("3", "0", ".Values.neg", "(len .Values.hosts)", "2")
	}
	mark, dot := len(g.vars), g.dot
	head := "range " + over
	switch g.IntN(4) {
	case 0:
		head = "range $i := " + over
		g.vars = append(g.vars, named{"$i", item})
	case 1:
		head = "range $k, $x := " + over
		g.vars = append(g.vars, named{"$k", '?'}, named{"$x", item})
	case 2:
		if len(g.vars) > 0 {
			head = "range " + g.vars[g.IntN(len(g.vars))].expr + " = " + over
		}
	}
	s := g.action(head)
	g.dot = dotOf(item)
	g.loops++
	s += g.body(depth - 1)
	g.loops--
	g.dot = dot
	if g.IntN(3) == 0 {
		s += g.action("else") + g.body(depth-1)
	}
	g.vars = g.vars[:mark]
	return s + g.action("end")
}

func (g *gen) block(depth int) string {
	if g.blocks++; g.blocks > 2 || g.loops > 0 {
		return "-"
	}
	arg := g.root()
	vars, loops, dot := g.vars, g.loops, g.dot
	g.vars, g.loops, g.dot = nil, 0, rootDot
	s := g.action(fmt.Sprintf("block %q %s", fmt.Sprintf("b%d", g.blocks), arg)) + g.body(depth-1) + g.action("end")
	g.vars, g.loops, g.dot = vars, loops, dot
	return s
}
