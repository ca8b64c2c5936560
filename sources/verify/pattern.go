package verify

import "strings"

// matchList says whether s matches a pattern list of ssh_config(5): at least one pattern, and no
// pattern with a ! before it.
func matchList(s, list string) bool {
	found := false
	for pattern := range strings.SplitSeq(list, ",") {
		not, negated := strings.CutPrefix(pattern, "!")
		if negated && match(s, not) {
			return false
		}
		found = found || !negated && match(s, pattern)
	}
	return found
}

// match compares s with a pattern: * matches any text and ? any byte. It takes at most
// len(s)·len(pattern) steps.
func match(s, pattern string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}
