package syntax

import (
	"strconv"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// Expression is the template code that reads a path below an expression like .Values.
func Expression(base string, p tree.Path) string {
	for i, step := range p {
		if step.IsIndex || !identifier().MatchString(step.Key) {
			var code strings.Builder
			code.WriteString("index " + base)
			for _, step := range p[i:] {
				if step.IsIndex {
					code.WriteString(" " + strconv.Itoa(step.Index))
				} else {
					code.WriteString(" " + strconv.Quote(step.Key))
				}
			}
			return code.String()
		}
		base = strings.TrimSuffix(base, ".") + "." + step.Key
	}
	return base
}

var (
	identifier = diag.LazyRegexp(`^[\pL_][\pL\pN_]*$`)
	quotedStep = diag.LazyRegexp("\\[[\"`]([^\"`\\[\\].]+)[\"`]\\]")
	topName    = diag.LazyRegexp(`^(\$\w*|\.(?:Values|Item|Files)\b)\.?`)
)

// pathMistake explains a dash or a bracket in a path, whose offset is at. It is false where there is
// no path.
func pathMistake(text, left string, at int) (Mistake, bool) {
	start, end := at, at
	for start > 0 && inPath(text[start-1]) {
		start--
	}
	for end < len(text) && (inPath(text[end]) || strings.IndexByte("-[]\"", text[end]) >= 0) {
		end++
	}
	path := text[start:end]
	if path == "" || path[0] != '.' && path[0] != '$' || start == at {
		return Mistake{}, false
	}
	m := Mistake{Offset: at, Text: diag.Quoted(path) + ": a path has no " + map[byte]string{'-': "dash", '[': "brackets"}[text[at]]}
	code := ""
	base := topName().FindString(path)
	rest := quotedStep().ReplaceAllString(strings.TrimPrefix(path[len(base):], "."), ".$1")
	if base == "" {
		base = "."
	}
	if p, err := tree.ParsePath(rest); err == nil {
		code = Expression(strings.TrimRight(base, "."), p)
		if base == "." {
			code = Expression(".", p)
		}
	} else if before, index, ok := strings.Cut(path, "["); ok {
		index, _, _ = strings.Cut(index, "]")
		code = "index " + before + " " + index
	}
	if before := strings.TrimRight(text[:start], " \t\n"); !strings.HasSuffix(before, left) && !strings.HasSuffix(before, "|") && !strings.HasSuffix(before, "=") && !strings.HasSuffix(before, "(") {
		code = "(" + code + ")"
	}
	m.Hint = "write " + code
	if i := strings.LastIndexByte(path, '-'); text[at] == '-' && strings.Trim(path[i+1:], "0123456789") == "" && i == at-start {
		m.Hint += ", or sub " + path[:i] + " " + path[i+1:] + " for a difference"
	}
	return m, true
}

func inPath(c byte) bool {
	return c == '.' || c == '$' || c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
