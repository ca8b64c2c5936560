package tree

import (
	"fmt"
	"sort"
	"strconv"
)

// Plain copies a node to maps, slices and scalars of Go.
func Plain(n *Node) any {
	kids := n.Children()
	switch n.Value().(type) {
	case Members:
		m := make(map[string]any, len(kids))
		for i := range kids {
			m[kids[i].Key()] = Plain(&kids[i])
		}
		return m
	case Items:
		l := make([]any, len(kids))
		for i := range kids {
			l[i] = Plain(&kids[i])
		}
		return l
	}
	return n.Value()
}

// TextOf is a scalar as a template prints it. It is false for all other values.
func TextOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	case bool:
		return strconv.FormatBool(v), true
	case float64, uint64, uint32:
		return fmt.Sprint(v), true
	case fmt.Stringer:
		return v.String(), true
	}
	return "", false
}

// IsEmpty tells whether a scalar is null, empty, false or zero.
func IsEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case int64:
		return v == 0
	case float64:
		return v == 0
	case Num:
		return IsEmpty(v.V)
	}
	return false
}

// IsMap tells whether v is a map: a node, or one that a template made.
func IsMap(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.IsMap()
	case map[string]any, *StyledMap:
		return true
	}
	return false
}

// IsList tells whether v is a list: a node, or one that a template made.
func IsList(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.IsList()
	case []any:
		return true
	}
	return false
}

// ListOf is the items of a list. The items of a node are nodes.
func ListOf(v any) []any {
	n, ok := v.(*Node)
	if !ok {
		list, _ := v.([]any)
		return list
	}
	kids := n.Children()
	out := make([]any, len(kids))
	for i := range kids {
		out[i] = &kids[i]
	}
	return out
}

// MapOf is the members of a map. The members of a node are nodes; a map that a template made
// is not copied.
func MapOf(v any) map[string]any {
	if m, ok := v.(*StyledMap); ok {
		return m.Members
	}
	n, ok := v.(*Node)
	if !ok {
		m, _ := v.(map[string]any)
		return m
	}
	kids := n.Children()
	out := make(map[string]any, len(kids))
	for i := range kids {
		out[kids[i].Key()] = &kids[i]
	}
	return out
}

// SortedKeys are the keys of a map, sorted.
func SortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
