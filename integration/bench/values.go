package main

import (
	"fmt"
	"strings"
)

// merge puts one tree over another, as every contender does: maps deeply, the
// rest replaced.
func merge(into, from map[string]any) {
	for key, value := range from {
		below, ok := value.(map[string]any)
		have, both := into[key].(map[string]any)
		if ok && !both {
			have = map[string]any{}
			into[key] = have
		}
		if ok {
			merge(have, below)
			continue
		}
		into[key] = value
	}
}

func lookup(values map[string]any, path string) any {
	var at any = values
	for name := range strings.SplitSeq(path, ".") {
		at = at.(map[string]any)[name]
	}
	return at
}

// environ spells the leaves as environment variables; a list is joined with
// commas, a list of maps has no spelling and is left out.
func environ(values map[string]any) []string {
	var out []string
	leaves(values, "", func(path string, leaf any) {
		if items, ok := leaf.([]any); ok {
			leaf = joined(items)
		}
		out = append(out, fmt.Sprintf("%s=%v", variable(path), leaf))
	})
	return out
}

func leaves(tree map[string]any, under string, do func(string, any)) {
	for name, value := range tree {
		path := strings.TrimPrefix(under+"."+name, ".")
		if below, ok := value.(map[string]any); ok {
			leaves(below, path, do)
			continue
		}
		do(path, value)
	}
}

func joined(items []any) string {
	var words []string
	for _, item := range items {
		if word, ok := item.(string); ok {
			words = append(words, word)
		}
	}
	return strings.Join(words, ",")
}

// expected is what a template must become: the oracle, which no contender had a
// hand in.
func expected(nodes []Node, values map[string]any) string {
	var b strings.Builder
	expand(&b, nodes, values, nil)
	return b.String()
}

func expand(b *strings.Builder, nodes []Node, values map[string]any, item any) {
	for _, n := range nodes {
		switch n.Kind {
		case Literal:
			b.WriteString(n.Text)
		case Value:
			fmt.Fprint(b, lookup(values, n.Text))
		case Item:
			if n.Text != "" {
				fmt.Fprint(b, item.(map[string]any)[n.Text])
				continue
			}
			fmt.Fprint(b, item)
		case If:
			if lookup(values, n.Text) == true {
				expand(b, n.Body, values, item)
			}
		case Each:
			for _, item := range lookup(values, n.Text).([]any) {
				expand(b, n.Body, values, item)
			}
		}
	}
}
