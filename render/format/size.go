package format

import "confit/render/tree"

// EscapedSize is about the size of the texts of a plain value in the encoding that escapes
// most: \u0000 of a control character, \u003c of <.
func EscapedSize(v any) int {
	size := 0
	switch {
	case tree.IsMap(v):
		for key, member := range tree.MapOf(v) {
			size += EscapedSize(key) + EscapedSize(member)
		}
		return size
	case tree.IsList(v):
		for _, item := range tree.ListOf(v) {
			size += EscapedSize(item)
		}
		return size
	}
	s, ok := v.(string)
	if !ok {
		return 8
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n' || c == '"' || c == '\\':
			size++
		case c < ' ' || c == '<' || c == '>' || c == '&':
			size += 5
		}
	}
	return size + len(s)
}
