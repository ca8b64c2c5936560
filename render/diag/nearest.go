package diag

import (
	"slices"
	"sort"
	"strings"
)

// Nearest returns up to three names that resemble want, quoted, the closest first.
func Nearest(want string, names []string) []string {
	type candidate struct {
		name string
		d    int
	}
	var all []candidate
	for _, n := range names {
		d := near(want, n)
		if d <= tolerance(want) || len(want) > 2 && len(want) <= maxCompared && strings.Contains(strings.ToLower(n), strings.ToLower(want)) {
			all = append(all, candidate{n, d})
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].d != all[j].d {
			return all[i].d < all[j].d
		}
		return all[i].name < all[j].name
	})
	var out []string
	for _, s := range all[:min(3, len(all))] {
		out = append(out, Quoted(s.name))
	}
	return out
}

// Misspelt tells whether want is likely one of the names with a typing error. Names of one or
// two letters differ in case only.
func Misspelt(want string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		d := near(want, n)
		return d == 0 || len(want) > 2 && d <= tolerance(want)
	})
}

// maxCompared is the length of the longest names that are compared: the distance takes time
// in proportion to the product of the lengths.
const maxCompared = 256

// near is the distance of two names, ignoring case. It is an upper bound, above tolerance, for
// names of very different or of great length.
func near(want, name string) int {
	limit := max(len(want), len(name))
	switch {
	case strings.EqualFold(want, name):
		return 0
	case limit > maxCompared, limit-min(len(want), len(name)) > 4*tolerance(want)+4:
		return limit + 1
	}
	return Distance(strings.ToLower(want), strings.ToLower(name))
}

// tolerance is the distance up to which names resemble each other.
func tolerance(want string) int { return max(1, len(want)/3) }

// DidYouMean is the hint for an unknown name: the names that resemble it, or else the
// fallback.
func DidYouMean(want string, names []string, fallback string) string {
	if near := Nearest(want, names); len(near) > 0 {
		return "did you mean " + strings.Join(near, ", ") + "?"
	}
	return fallback
}

// DidYouMeanOneOf is DidYouMean with the whole list as fallback, after an introduction.
func DidYouMeanOneOf(want string, names []string, intro string) string {
	return DidYouMean(want, names, intro+strings.Join(names, ", "))
}

// Distance is the optimal string alignment distance: the number of insertions, deletions,
// substitutions and swaps of neighbours between a and b.
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var prior []int
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
				next[j] = min(next[j], prior[j-2]+1)
			}
		}
		prior, row = row, next
	}
	return row[len(t)]
}
