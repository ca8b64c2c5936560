package diag

import (
	"slices"
	"strings"
)

// Nearest picks the names most like want, the closest first; at most three, and
// none where nothing comes near.
func Nearest(want string, names []string) []string {
	type scored struct {
		name string
		d    int
	}
	var all []scored
	limit := max(1, len(want)/3)
	for _, n := range names {
		d := distance(strings.ToLower(want), strings.ToLower(n))
		if d <= limit || len(want) > 2 && strings.Contains(strings.ToLower(n), strings.ToLower(want)) {
			all = append(all, scored{n, d})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		if a.d != b.d {
			return a.d - b.d
		}
		return strings.Compare(a.name, b.name)
	})
	var out []string
	for _, s := range all[:min(3, len(all))] {
		out = append(out, Quoted(s.name))
	}
	return out
}

// DidYouMean is the hint for a name that is none of these: the nearest of them, or else
// another one.
func DidYouMean(want string, names []string, or string) string {
	if near := Nearest(want, names); len(near) > 0 {
		return "did you mean " + strings.Join(near, ", ") + "?"
	}
	return or
}

// NearestOrAll is that of a few names: all of them where none is near.
func NearestOrAll(want string, names []string, all string) string {
	return DidYouMean(want, names, all+strings.Join(names, ", "))
}

// distance counts the insertions, deletions, changes and swaps of neighbours that
// lead from a to b (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		next := make([]int, len(t)+1)
		next[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}
