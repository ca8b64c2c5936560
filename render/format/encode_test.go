package format

import (
	"math"
	"os/exec"
	"strings"
	"testing"

	"confit/render/tree"
)

func TestEncodeTOML(t *testing.T) {
	n := yamlRoot(t, `
name: "say \"hi\"\n"
ver: 1.10
hex: 0x1F
big: 12345678901234567890
list: [1, a, [true], {k: .inf}]
empty: {}
none: []
"a b": x
db: {port: 5432, pool: {max: 1.}}
hosts: [{name: a, tags: {x: 1}}, {name: b}]
`, &tree.Origin{})
	const want = `"a b" = "x"
big = 12345678901234567890
hex = 0x1F
list = [1, "a", [true], {k = inf}]
name = "say \"hi\"\n"
none = []
ver = 1.10

[db]
  port = 5432
  [db.pool]
    max = 1.0

[empty]

[[hosts]]
  name = "a"
  [hosts.tags]
    x = 1

[[hosts]]
  name = "b"
`
	if got, err := EncodeTOML(tree.Plain(n)); err != nil || got != want {
		t.Errorf("encodeTOML = %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestEncodeText(t *testing.T) {
	for name, c := range map[string]struct {
		encode   func(any) (string, error)
		in, want string
	}{
		"properties": {EncodeProperties, "a: {b: 1.10, c.d: ' x y '}\n\"k = é\": \"\\n#😀\"", `a.b=1.10` + "\n" + `a.c\.d=\ x y ` + "\n" + `k\ \=\ \u00E9=\n\#\uD83D\uDE00`},
		"ini":        {windowsINI.encodeFile, "top: true\na: {x: ' y', z: \"'q'\", w: a;b#c}\nb: {}", "top = true\n\n[a]\nw = a;b#c\nx = \" y\"\nz = \"'q'\"\n\n[b]"},
		"env":        {EncodeEnv, `{A: 1, B: a b, C: "it's", D: "x\ny", E: "", F: 'C:\x'}`, "A=1\nB='a b'\nC=\"it's\"\nD='x\ny'\nE=\nF='C:\\x'"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.encode(tree.Plain(yamlRoot(t, c.in, &tree.Origin{})))
			if err != nil || got != c.want {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, c.want)
			}
		})
	}
}

// TestNoForm refuses what a format cannot hold, and does not show it.
func TestNoForm(t *testing.T) {
	for in, c := range map[string]struct {
		encode func(any) (string, error)
		want   string
	}{
		"a: [hunter2]":               {EncodeProperties, "a is a list, which has no form in properties"},
		"a: {b: {}}":                 {EncodeProperties, "a.b is a map, which has no form in properties"},
		"{a: {b: 1}, a.b: 2}":        {EncodeProperties, "two values have the key a.b in properties"},
		"[hunter2]":                  {EncodeProperties, "a list has no form in properties"},
		"a: {b: {c: hunter2}}":       {commonINI.encodeFile, "a.b is a map, which has no form in ini"},
		"a: {b: \"hunter2\\nx\"}":    {commonINI.encodeFile, "the text of a.b has several lines"},
		"\"a:b\": hunter2":           {commonINI.encodeFile, "a:b can be no key of an ini file"},
		"\"a]\": {b: hunter2}":       {commonINI.encodeFile, "the key a] can be no section"},
		"a: {b: hunter2}":            {EncodeEnv, "a is a map, which has no form in env"},
		"a b: hunter2":               {EncodeEnv, "the key a b is no name of a variable"},
		"a: \"hunter2 ` '\"":         {EncodeEnv, "the text of a is read differently by different readers"},
		"a: {b: [x, {c: null}]}":     {EncodeTOML, "a.b.1.c is a null, which has no form in TOML"},
		"a: [null]":                  {EncodeTOML, "a.0 is a null, which has no form in TOML"},
		"[hunter2, 1]":               {EncodeTOML, "a list has no form in TOML"},
		"{x: [[hunter2]], y: [[~]]}": {EncodeTOML, "y.0.0 is a null"},
	} {
		text, err := c.encode(tree.Plain(yamlRoot(t, in, &tree.Origin{})))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s became %q, %v, want %s", in, text, err, c.want)
		}
	}
}

// TestYAMLNumbers writes as YAML what only TOML reads.
func TestYAMLNumbers(t *testing.T) {
	for text, want := range map[string]string{"inf": ".inf", "-inf": "-.inf", "nan": ".nan", "0b11": "3", "0x1F": "0x1F", "+5": "+5", "1.10": "1.10"} {
		n, err := DecodeTOML([]byte("a = "+text), &tree.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := EncodeYAML(tree.Plain(n)); err != nil || got != "a: "+want {
			t.Errorf("TOML's %s in YAML is %s, %v, want a: %s", text, got, err, want)
		}
	}
	for _, text := range []string{"12345678901234567890", "123456789012345678901234567890", "-12345678901234567890.5", "1e400"} {
		if got, err := EncodeYAML(tree.Plain(yamlRoot(t, "a: "+text, &tree.Origin{}))); err != nil || got != "a: "+text {
			t.Errorf("toYaml of %s is %s, %v", text, got, err)
		}
	}
	if got := tomlNumber(tree.Num{V: math.Inf(-1)}); got != "-inf" {
		t.Errorf("tomlNumber(-Inf) = %s, want -inf", got)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string][2]string{
		"plain-1.2/x": {"plain-1.2/x", "plain-1.2/x"},
		"":            {"''", ""},
		"it's":        {`'it'\''s'`, "it's"},
		`a "b" $c`:    {`'a "b" $c'`, `a "b" $c`},
		`"b"`:         {`'"b"'`, `""b""`},
		" c":          {"' c'", `" c"`},
	} {
		if got, err := QuoteShell(in); err != nil || got != want[0] {
			t.Errorf("quoteShell(%q) = %s, %v, want %s", in, got, err, want[0])
		}
		if got, err := QuoteINI("windows", in); err != nil || got != want[1] {
			t.Errorf("quoteINI(%q) = %s, %v, want %s", in, got, err, want[1])
		}
	}
	for _, in := range []string{"a\x00b", "a\nb\x00"} {
		if got, err := QuoteShell(in); err == nil {
			t.Errorf("quoteShell(%q) = %q, want an error", in, got)
		}
		if got, err := QuoteINI("windows", in); err == nil {
			t.Errorf("quoteINI(%q) = %q, want an error", in, got)
		}
	}
}

// TestShellReads has a shell read what quoteShell and encodeEnv write.
func TestShellReads(t *testing.T) {
	for _, in := range []string{"", "a b", "it's", `"$HOME" \n \`, "two\nlines", "`id`", "a'b\\\"$c", "é!*?[~#"} {
		quoted, err := QuoteShell(in)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("sh", "-c", "printf %s "+quoted).Output(); err != nil || string(out) != in {
			t.Errorf("a shell reads quoteShell(%q) as %q, %v", in, out, err)
		}
		env, err := ByName("env").Dialect("shell").Encode(map[string]any{"A": in})
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("sh", "-c", env+"\nprintf %s \"$A\"").Output(); err != nil || string(out) != in {
			t.Errorf("a shell reads %q as %q, %v", env, out, err)
		}
	}
}

func yamlRoot(t *testing.T, text string, o *tree.Origin) *tree.Node {
	t.Helper()
	n, err := DecodeYAML([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
