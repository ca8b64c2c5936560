package diag

import (
	"strconv"
	"strings"
	"unicode"
)

// Quoted makes untrusted text safe for a terminal and a CI log. Plain text stays as it is;
// other text comes in Go's quotes, without control characters, newlines or "::".
func Quoted(s string) string {
	if plain(s) {
		return s
	}
	return strings.ReplaceAll(strconv.QuoteToGraphic(s), "::", `:\x3a`)
}

func plain(s string) bool {
	if strings.Contains(s, "::") {
		return false
	}
	for _, r := range s {
		if r != ' ' && !strconv.IsGraphic(r) || r == '\uFFFD' {
			return false
		}
	}
	return true
}

// EscapeControls escapes the characters that steer a terminal. Newlines and tabs stay.
func EscapeControls(text string) string {
	steers := func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r)
	}
	if !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if steers(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
