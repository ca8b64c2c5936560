package diag

import (
	"strconv"
	"strings"
)

// Quoted makes untrusted text safe for a terminal and a CI log. Plain text stays as it is;
// other text comes in Go's quotes, without control characters, newlines or "::".
func Quoted(s string) string {
	if plain(s) {
		return s
	}
	quoted := strings.ReplaceAll(strconv.QuoteToGraphic(s), "::", `:\x3a`)
	if hasCommand(s) {
		quoted = strings.ReplaceAll(quoted, "#", `\x23`)
	}
	return quoted
}

func plain(s string) bool {
	return !strings.Contains(s, "::") && !strings.ContainsFunc(s, steers) && !hasCommand(s)
}
