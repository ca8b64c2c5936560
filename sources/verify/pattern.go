package verify

import "strings"

// matchList says whether s matches a pattern list of ssh_config(5): one of its patterns,
// and none of those that a ! stands before.
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

// match compares s with a pattern in which * is any text and ? any byte. It takes
// len(s)·len(pattern) steps at most.
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
