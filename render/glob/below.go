package glob

import "strings"

// MayMatchBelow tells whether a pattern can match a path below a directory.
func MayMatchBelow(pattern, dir string) bool {
	parts := strings.Split(pattern, "/")
	for name := range strings.SplitSeq(dir, "/") {
		switch {
		case len(parts) == 0:
			return false
		case parts[0] == "**":
			return true
		case !matchPart(parts[0], name):
			return false
		}
		parts = parts[1:]
	}
	return len(parts) > 0
}
