package tree

import (
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
)

// TextOf gives a scalar as a template prints it; it is false for all else.
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

// ToInt gives a whole number that fits; a float counts if it is whole.
func ToInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), true
		}
		return 0, false
	case Num:
		return ToInt(v.V)
	}
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
		return 0, false
	case r.CanInt():
		return r.Int(), true
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), true
	}
	return 0, false
}

func ToFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Num:
		return ToFloat(v.V)
	}
	i, ok := ToInt(v)
	return float64(i), ok
}

func IsNumber(v any) bool {
	_, ok := ToFloat(v)
	return ok
}

func SortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func IsMap(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.IsMap()
	case map[string]any, *StyledMap:
		return true
	}
	return false
}

func IsList(v any) bool {
	switch v := v.(type) {
	case *Node:
		return v.IsList()
	case []any:
		return true
	}
	return false
}

// ListOf gives the items of a list, nodes as nodes.
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

// MapOf gives the members of a map, nodes as nodes; a template's own dict is given
// itself.
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

// Plain makes a template's own value of a node.
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

func EmptyValue(v any) bool {
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
		return EmptyValue(v.V)
	}
	return false
}
