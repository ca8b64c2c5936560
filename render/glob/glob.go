package glob

import (
	"path"
	"slices"
	"strings"
)

// Match matches a path as shells do: * and ? stop at a slash, ** crosses slashes.
func Match(pattern, name string) bool {
	return matchParts(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

// Valid tells whether a pattern is well-formed: every [ has its ].
func Valid(pattern string) bool {
	return !slices.ContainsFunc(strings.Split(pattern, "/"), func(part string) bool {
		_, err := path.Match(part, "")
		return err != nil
	})
}

// matchParts backtracks to the last ** only, which can cover every part that an earlier one
// could.
func matchParts(pattern, name []string) bool {
	i, j, star, from := 0, 0, -1, 0
	for j < len(name) || i < len(pattern) {
		switch {
		case i < len(pattern) && pattern[i] == "**":
			star, from = i, j
			i++
			continue
		case i < len(pattern) && j < len(name) && matchPart(pattern[i], name[j]):
			i, j = i+1, j+1
			continue
		case star < 0 || from >= len(name):
			return false
		}
		from++
		i, j = star+1, from
	}
	return true
}

func matchPart(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
