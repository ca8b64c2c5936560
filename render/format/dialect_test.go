package format

import (
	"strings"
	"testing"

	"confit/render/tree"
)

// iniForms are the forms of a text in the dialects, or "" where a dialect has none.
var iniForms = map[string]struct{ common, windows, goINI, php, python string }{
	"plain text":    {"plain text", "plain text", "plain text", "plain text", "plain text"},
	"http://x/?a":   {"http://x/?a", "http://x/?a", "http://x/?a", "http://x/?a", "http://x/?a"},
	"x?a=1&b=2":     {"x?a=1&b=2", "x?a=1&b=2", "x?a=1&b=2", "'x?a=1&b=2'", "x?a=1&b=2"},
	"p#a;w":         {"", "p#a;w", `"""p#a;w"""`, "'p#a;w'", "p#a;w"},
	`"x"`:           {"", `""x""`, "`\"x\"`", `'"x"'`, `"x"`},
	"it's":          {"", "it's", "it's", `"it's"`, "it's"},
	" x ":           {"", `" x "`, `""" x """`, "' x '", ""},
	"100%":          {"100%", "100%", "100%", "'100%'", "100%%"},
	"%(a)s":         {"", "%(a)s", "", "'%(a)s'", "%%(a)s"},
	"a|b":           {"", "a|b", "a|b", "'a|b'", "a|b"},
	"${x}":          {"", "${x}", "${x}", "'${x}'", "${x}"},
	`C:\new`:        {`C:\new`, `C:\new`, `C:\new`, `'C:\new'`, `C:\new`},
	`C:\`:           {"", `C:\`, `"""C:\"""`, `'C:\'`, `C:\`},
	"`":             {"", "`", "\"\"\"`\"\"\"", "'`'", "`"},
	"off":           {"off", "off", "off", "'off'", "off"},
	"'\"'":          {"", `"'"'"`, `"""'"'"""`, `"'\"'"`, `'"'`},
	"a\"b`":         {"", "a\"b`", "\"\"\"a\"b`\"\"\"", "'a\"b`'", "a\"b`"},
	"`\"":           {"", "`\"", "", "'`\"'", "`\""},
	"it's $x \"q\"": {"", `it's $x "q"`, `it's $x "q"`, "", `it's $x "q"`},
}

func TestINIDialects(t *testing.T) {
	for text, c := range iniForms {
		for dialect, want := range map[string]string{"": c.common, "windows": c.windows, "go-ini": c.goINI, "php": c.php, "python": c.python} {
			got, err := QuoteINI(dialect, text)
			if (err != nil) != (want == "") || got != want {
				t.Errorf("QuoteINI(%s, %q) = %s, %v, want %s", dialect, text, got, err, want)
			}
			if err != nil {
				continue
			}
			n, err := ByName("ini").Dialect(dialect).Decode([]byte("k = "+got), &tree.Origin{})
			if err != nil || n.Child("k").Value() != text {
				t.Errorf("the dialect %q does not read %s back: %v", dialect, got, err)
			}
		}
	}
	for in, want := range map[string]string{
		"go-ini k = a ; b":        "a",
		"go-ini k = a#b":          "a",
		"go-ini k = `a` # b":      "a",
		"go-ini k = \"a#b\"":      "error: f:1: versions of the reader disagree on a # or ; in these quotes",
		"go-ini k = a\\":          "error: f:1: a value that goes on in the next line is not read here",
		"go-ini k = \"\"\"a":      "error: f:1: the quotes of the value are not closed in its line",
		"php k = a ; b":           "a",
		"php k = \"a\\\"b\" ; c":  `a"b`,
		"php k = a|b":             "error: f:1: a character of the value has a meaning of its own in PHP outside of quotes",
		"php k = \"${a}\"":        "error: f:1: PHP replaces ${name} in double quotes by another value, which confit does not",
		"python k : \"a\" # b":    `"a" # b`,
		"python k = 5%%":          "5%",
		"python k = %(a)s":        "error: f:1: a % is %% in Python, and %(name)s is another value there",
		"python k = a\n  b = c":   "error: f:2: Python adds this line to the value above, because it is indented",
		"windows k = \"a\" ; b#c": `"a" ; b#c`,
	} {
		dialect, text, _ := strings.Cut(in, " ")
		n, err := ByName("ini").Dialect(dialect).Decode([]byte(text), &tree.Origin{File: "f"})
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = n.Child("k").Value().(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestEnvDialects(t *testing.T) {
	for text, want := range map[string][4]string{ // common, compose, node, shell
		"a b":         {"'a b'", "'a b'", "'a b'", "'a b'"},
		"$x":          {"'$x'", "'$x'", "'$x'", "'$x'"},
		"it's":        {`"it's"`, `"it's"`, `"it's"`, `'it'\''s'`},
		`it's "q"`:    {"", `"it's \"q\""`, "`it's \"q\"`", `'it'\''s "q"'`},
		"it's $x":     {"", `"it's \$x"`, "`it's $x`", `'it'\''s $x'`},
		`C:\`:         {"", `"C:\\"`, "", `'C:\'`},
		"a\rb":        {"", `"a\rb"`, "", "'a\rb'"},
		"a\nb":        {"'a\nb'", "'a\nb'", "'a\nb'", "'a\nb'"},
		"it's `a`":    {"", "\"it's `a`\"", "\"it's `a`\"", "'it'\\''s `a`'"},
		"it's `a` \"": {"", "\"it's `a` \\\"\"", "", "'it'\\''s `a` \"'"},
	} {
		for i, dialect := range []string{"", "compose", "node", "shell"} {
			got, err := ByName("env").Dialect(dialect).Encode(map[string]any{"A": text})
			got = strings.TrimPrefix(got, "A=")
			if (err != nil) != (want[i] == "") || got != want[i] {
				t.Errorf("the dialect %q writes %q as %s, %v, want %s", dialect, text, got, err, want[i])
			}
		}
	}
}

func TestFlatProperties(t *testing.T) {
	const in = "key.converter=a\nkey.converter.schemas=true\n.level=INFO\nb\\\\.c=x\\\\y"
	n, err := ByName("properties").Flat.Decode([]byte(in), &tree.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	const want = ".level=INFO\nb\\\\.c=x\\\\y\nkey.converter=a\nkey.converter.schemas=true"
	if got, err := ByName("properties").Flat.Encode(tree.Plain(n)); err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}
