package sources

import (
	"errors"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"confit/render/tree"
	"confit/render/values"
)

// A ListStrategy says how a list of the source is merged with an earlier one.
type ListStrategy struct {
	by string // the key that tells which items are the same; "" appends
}

// FromSpec reads append or {by: key}.
func (l *ListStrategy) FromSpec(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "append" {
		return nil
	}
	var by map[string]string
	if n.Kind == yaml.MappingNode && n.Decode(&by) == nil && len(by) == 1 && by["by"] != "" {
		l.by = by["by"]
		return nil
	}
	return errors.New("append, or {by: KEY} to merge the items that have the same value under that key")
}

// listRules are the strategies of the source, their paths below at.
func (s *Spec) listRules(at tree.Path) []values.ListRule {
	var rules []values.ListRule
	for _, name := range slices.Sorted(maps.Keys(s.Lists)) {
		p, _ := tree.ParsePath(name)
		rules = append(rules, values.ListRule{At: append(at[:len(at):len(at)], p...), By: s.Lists[name].by})
	}
	return rules
}
