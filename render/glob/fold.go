package glob

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FoldCase maps the names that a case-insensitive file system cannot tell apart to one text.
func FoldCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return unicode.ToLower(least)
	}, s)
}
