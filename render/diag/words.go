package diag

import (
	"fmt"
	"strings"
)

// Enumerate names some of the keys.
func Enumerate(keys []string) string {
	const most = 12
	var out []string
	for _, k := range keys[:min(most, len(keys))] {
		out = append(out, Quoted(k))
	}
	if len(keys) > most {
		out = append(out, fmt.Sprintf("… (%d in all)", len(keys)))
	}
	return strings.Join(out, ", ")
}

// An puts the article before the name of a kind.
func An(kind string) string {
	if strings.ContainsAny(kind[:min(1, len(kind))], "aeiou") {
		return "an " + kind
	}
	return "a " + kind
}
