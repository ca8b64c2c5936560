package main

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// seed is fixed for good: figures of two versions compare only over one input.
const seed = 20261123

type gen struct{ *rand.Rand }

// newGen makes the generator of one workload; the others do not move it.
func newGen(name string) gen {
	h := fnv.New64a()
	h.Write([]byte(name))
	return gen{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// words are plain scalars in YAML and need no quoting in a shell.
var words = strings.Fields(`alpha amber anchor apex arrow atlas aurora basin beacon birch bolt breeze
	brook canyon cedar cipher cliff cobalt comet coral crest dawn delta drift ember falcon fern flint
	forge frost garnet glade granite grove harbor hazel heron indigo iris ivory jade juniper lagoon
	larch lark lunar maple marble meadow mesa mist nova oak onyx opal orbit otter pebble pine plume
	prism quartz raven reef ridge river rowan sable sage shale sierra slate sparrow spruce summit
	talon tidal timber topaz tundra umber velvet vista walnut willow wren zephyr`)

func (g gen) word() string { return words[g.IntN(len(words))] }

func (g gen) name() string { return fmt.Sprintf("%s-%s-%d", g.word(), g.word(), g.IntN(1000)) }

// sentence is about n characters of text.
func (g gen) sentence(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(g.word())
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// groups is n maps of leaves below one key each.
func (g gen) groups(n, leaves int) map[string]any {
	values := map[string]any{}
	for i := range n {
		values[fmt.Sprintf("svc%d", i)] = g.group(leaves)
	}
	return values
}

// group mixes what configuration mixes: names, ports, a flag and a list.
func (g gen) group(leaves int) map[string]any {
	out := map[string]any{"enabled": g.IntN(2) == 0, "hosts": []any{g.name(), g.name(), g.name()}}
	for i := len(out); i < leaves; i++ {
		if i%3 == 0 {
			out[fmt.Sprintf("port%d", i)] = 1024 + g.IntN(60000)
			continue
		}
		out[fmt.Sprintf("name%d", i)] = g.name()
	}
	return out
}

// layer is the i-th of several sources: a group of its own, and a few leaves
// over what the one before it said.
func (g gen) layer(i, leaves int) map[string]any {
	values := map[string]any{fmt.Sprintf("svc%d", i): g.group(leaves)}
	if i > 0 {
		values[fmt.Sprintf("svc%d", i-1)] = map[string]any{"port3": 1024 + g.IntN(60000), "name4": g.name()}
	}
	return values
}

// records is a list of maps that takes about size bytes as YAML.
func (g gen) records(size int) []any {
	var list []any
	for written := 0; written < size; {
		record := map[string]any{
			"name": g.name(),
			"host": fmt.Sprintf("10.%d.%d.%d", g.IntN(256), g.IntN(256), g.IntN(256)),
			"port": 1024 + g.IntN(60000),
			"zone": g.word(),
			"note": g.sentence(40),
		}
		list = append(list, record)
		written += 56 + len(record["name"].(string)) + len(record["note"].(string))
	}
	return list
}

// paths sorts what a template may ask for by what it can be asked.
type paths struct{ scalars, flags, lists []string }

func (g gen) known(values map[string]any) paths {
	var p paths
	leaves(values, "", func(path string, leaf any) {
		switch leaf.(type) {
		case bool:
			p.flags = append(p.flags, path)
		case []any:
			p.lists = append(p.lists, path)
		default:
			p.scalars = append(p.scalars, path)
		}
	})
	for _, list := range [][]string{p.scalars, p.flags, p.lists} {
		slices.Sort(list)
	}
	return p
}

func (g gen) pick(from []string) string { return from[g.IntN(len(from))] }

// template is lines of `key: value` until it has about size bytes as a Go
// template. It is YAML, because helm wants its templates to be.
func (g gen) template(known paths, size int) []Node {
	var nodes []Node
	for line := 0; len(goTemplate.Text(nodes)) < size; line++ {
		key := fmt.Sprintf("%s_%d: ", g.word(), line)
		switch g.IntN(10) {
		case 0, 1, 2:
			nodes = append(nodes, literal("# "+g.sentence(50)+"\n"))
		case 3:
			nodes = append(nodes, block(If, g.pick(known.flags), literal(key+"on\n")))
		case 4:
			nodes = append(nodes, literal(key+"["),
				block(Each, g.pick(known.lists), Node{Kind: Item}, literal(", ")), literal("]\n"))
		case 5, 6:
			nodes = append(nodes, literal(key+`"`), value(g.pick(known.scalars)), literal("\"\n"))
		default:
			nodes = append(nodes, literal(key), value(g.pick(known.scalars)), literal("\n"))
		}
	}
	return append(nodes, literal("end: true\n"))
}

// eachOnce prints every scalar there is.
func (g gen) eachOnce(values map[string]any) []Node {
	var nodes []Node
	for _, path := range slices.Sorted(slices.Values(g.known(values).scalars)) {
		nodes = append(nodes, literal("# "+g.sentence(20)+"\n"+variable(path)+": "), value(path), literal("\n"))
	}
	return nodes
}

func literal(text string) Node { return Node{Kind: Literal, Text: text} }

func value(path string) Node { return Node{Kind: Value, Text: path} }

func block(kind Kind, path string, body ...Node) Node {
	return Node{Kind: kind, Text: path, Body: body}
}

// names are the outputs, sorted.
func names(want map[string][]byte) []string { return slices.Sorted(maps.Keys(want)) }
