package format

import (
	"fmt"
	"strings"
	"testing"

	"confit/render/diag"
	"confit/render/tree"
)

// TestYAMLPlaces: the place of a mistake is the line that a person would mend. The marked line of
// each text, which begins with >, is that line; the mark is taken off.
func TestYAMLPlaces(t *testing.T) {
	const tab, syntax = "the line is indented with a tab", ""
	indented := func(n, more, of string) string {
		return "the line is indented by " + n + " " + more + " than the lines of the same " + of
	}
	for name, c := range map[string]struct {
		text string
		col  int
		want string // the end of the text of a tab, or else the hint
	}{
		"tab at the start":                  {"a: 1\nb:\n>\tc: 2\n", 1, tab},
		"tab under a scalar":                {"a: 1\n>\tb: 2\n", 1, tab},
		"tab below a block":                 {"a:\n  b: 1\n>\tc: 2\n", 1, tab},
		"tab after spaces":                  {"a:\n  b: 1\n>  \tc: 2\n", 3, tab},
		"tab in a later line of a block":    {"a:\n  b: 1\n  c: 2\n  d: 3\n>\te: 4\nf: 5\n", 1, tab},
		"tab before a top-level key":        {"version: 1\n>\tsources:\n  - x\n", 1, tab},
		"tab before an item":                {"a:\n  - b\n>\t- c\n", 1, tab},
		"tab below a list of maps":          {"a:\n  - b: 1\n    c: 2\n>\t  d: 3\n", 1, tab},
		"item one space too few":            {"sources:\n        - file: a\n        - file: b\n>       - file: c\n", 8, indented("1 space", "less", "list")},
		"key of an item one too few":        {"sources:\n  - file: a\n    at: x\n>   at2: y\n", 4, indented("1 space", "less", "map")},
		"item one too many after a map":     {"sources:\n  - file: a\n    b: 1\n>   - file: b\n", 4, indented("1 space", "more", "list")},
		"item one too many after a scalar":  {"sources:\n  - file: a\n>   - file: b\n", 4, indented("1 space", "more", "list")},
		"key too few":                       {"server:\n    host: a\n>  port: b\n", 3, indented("2 spaces", "less", "map")},
		"key too many":                      {"server:\n  host: a\n>   port: b\nc: 1\n", 4, indented("1 space", "more", "map")},
		"key one too many at the top":       {"x: 1\n> a: 2\n", 2, indented("1 space", "more", "map")},
		"key one too few, after a comment":  {"x:\n  a: 1\n  # c\n\n> b: 1\n", 2, indented("1 space", "less", "map")},
		"key after a text block":            {"x:\n  a: |\n    text\n> b: 1\n", 2, indented("1 space", "less", "map")},
		"key of a map where items are":      {"a:\n  - b: 1\n    c: 2\n>  d: 3\n", 3, indented("2 spaces", "less", "map")},
		"item in a map":                     {"a: 1\n>- b\nc: 2\n", 0, syntax},
		"key in a list":                     {"- a\n>b: 1\n- c\n", 0, syntax},
		"open bracket":                      {"x: 1\n>y: [a, b\n\n# d\nz: 1\n", 0, syntax},
		"open brace":                        {"x: 1\n>y: {a: b\nz: 1\nw: 2\n", 0, syntax},
		"open quote":                        {"x: 1\n>y: \"a\nz: 1\nw: 2\n", 0, syntax},
		"no colon":                          {"x: 1\n>y\nz: 1\n", 0, syntax},
		"no space after the colon":          {"x:\n  a: 1\n>  b:2\n  c: 3\n", 0, syntax},
		"two colons":                        {"x: 1\n>a: b: c\nd: 1\n", 0, syntax},
		"reserved character":                {"x: 1\nb:\n  c: 1\n>  d: @x\n", 0, syntax},
		"tab in a text block is no mistake": {"a: |\n  x\n  \ty\n>b: @x\nc: 1\n", 0, syntax},
	} {
		t.Run(name, func(t *testing.T) {
			before, _, _ := strings.Cut(c.text, ">")
			line := 1 + strings.Count(before, "\n")
			_, err := DecodeYAML([]byte(strings.Replace(c.text, ">", "", 1)), &tree.Origin{File: "f"})
			p := diag.Problems(err, diag.CauseUnknown)[0]
			if p.Pos.Line != line || p.Pos.Col != c.col || c.want != syntax && !strings.HasSuffix(p.Text, c.want) && p.Hint != c.want {
				t.Errorf("%v, hint %q; want line %d, column %d, %q", p, p.Hint, line, c.col, c.want)
			}
		})
	}
}

// TestFailingLineOfManyLines: the line is found in a file of a few thousand lines.
func TestFailingLineOfManyLines(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		indent := "        "
		if i == 3333 {
			indent = "       "
		}
		fmt.Fprintf(&b, "%s- item: %d\n", indent, i)
	}
	_, err := DecodeYAML([]byte("list:\n"+b.String()), &tree.Origin{File: "f"})
	if p := diag.Problems(err, diag.CauseUnknown)[0]; p.Pos.Line != 3335 {
		t.Errorf("%v, want line 3335", p)
	}
}
