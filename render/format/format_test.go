package format

import (
	"strconv"
	"strings"
	"testing"

	"confit/render/diag"
	"confit/render/tree"
)

type decodeFunc func([]byte, *tree.Origin) (*tree.Node, error)

// asJSON decodes text and gives the tree as JSON, each leaf with its type.
func asJSON(t *testing.T, decode decodeFunc, text string) string {
	t.Helper()
	n, err := decode([]byte(text), &tree.Origin{File: "f"})
	if err != nil {
		return "error: " + err.Error()
	}
	out, err := EncodeJSON(tree.Plain(n), "", false)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTOML(t *testing.T) {
	for in, want := range map[string]string{
		"a = 1.10\nb = 10000000\nc = 12345678901234567890":               `{"a":1.10,"b":10000000,"c":12345678901234567890}`,
		"a = 0x1F\nb = 1_000\nc = 0b11\nd = +5":                          `{"a":31,"b":1000,"c":3,"d":5}`,
		"d = 2026-01-31\nt = 07:32:00.5\ndt = 1979-05-27 07:32:00-08:00": `{"d":"2026-01-31","dt":"1979-05-27 07:32:00-08:00","t":"07:32:00.5"}`,
		"a.b.c = true\n[a.d]\ne = 'x'":                                   `{"a":{"b":{"c":true},"d":{"e":"x"}}}`,
		"[a.b]\nx = 1\n[a]\ny = 2":                                       `{"a":{"b":{"x":1},"y":2}}`,
		"[[l]]\na = 1\n[[l]]\n[l.sub]\nb = [1, \"x\", {c = []}]":         `{"l":[{"a":1},{"sub":{"b":[1,"x",{"c":[]}]}}]}`,
		"\ufeffa = \"\"\"\nx\ny\"\"\"":                                   `{"a":"x\ny"}`,
		"":                                                               `{}`,
		"a = 1\nb = 2\na = 3":                                            `error: f:3: the key a is there already, in line 1`,
		"[a]\n[b]\n[a]":                                                  `error: f:3: the key a is there already, in line 1`,
		"a = {b = 1}\n[a]\nc = 1":                                        `error: f:2: the key a is there already, in line 1`,
		"a = []\n[[a]]":                                                  `error: f:2: the key a is there already, in line 1`,
		"a.b = 1\n[a]\nc = 1":                                            `error: f:2: the key a is there already, in line 1`,
		"[a.b]\n[a]\nb.c = 1":                                            `error: f:3: the key b is there already, in line 1`,
		"a = hunter2":                                                    `error: f:1: not valid TOML: unexpected character`,
		"a = 1\nb = \"hunter2":                                           `error: f:2: not valid TOML: unterminated basic string`,
		"a = 'x' hunter2":                                                `error: f:1: not valid TOML: expected newline`,
		"a = 2026-13-01":                                                 `error: f:1: not a date or time`,
		"a = 0xFFFFFFFFFFFFFFFFFF":                                       `error: f:1: the number is out of range`,
		"a = \xff":                                                       `error: f:1: not UTF-8 text`,
		"a = " + strings.Repeat("[", 20000):                              `error: f:1: not valid TOML: arrays and inline tables are nested more than the maximum of 10000 levels deep`,
		strings.Repeat("a.", 200) + "a = 1":                              `error: f:1: nested more than 100 deep`,
		"[" + strings.Repeat("a.", 200) + "a]":                           `error: f:1: nested more than 100 deep`,
	} {
		if got := asJSON(t, DecodeTOML, in); got != want {
			t.Errorf("DecodeTOML(%.60q) = %s, want %s", in, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"\ufeff{\"a\": [1.10, null]}":        `{"a":[1.10,null]}`,
		`{"\ud83d\ude00": "\ufffd \\ud800"}`: `{"😀":"� \\ud800"}`,
		"{\"a\": 1,\n\"b\": \"x\\ud800\"}":   `error: f:2: an escape is half of a surrogate pair, which is no character`,
		`{"\ude00\ud83d": 1}`:                `error: f:1: an escape is half of a surrogate pair, which is no character`,
		`["\ud800\u0041"]`:                   `error: f:1: an escape is half of a surrogate pair, which is no character`,
		"{\"é\": [1,\n \"é\" 2]}":            `error: f:2:6: not valid JSON: a comma or ] is missing before this place`,
		`{"a": hunter2}`:                     `error: f:1:7: not valid JSON: a value is missing, or is not in quotes`,
		`{"a": nunter2}`:                     `error: f:1:9: not valid JSON: a word is true, false or null; a text is in quotes`,
		`[[{}, {"a": 1,}]]`:                  `error: f:1:15: not valid JSON: a comma follows the last value`,
		`{"a" 1}`:                            `error: f:1:6: not valid JSON: a colon is missing before this place`,
		"{\"a\": 1\n\"b\": 2}":               `error: f:2:1: not valid JSON: a comma or } is missing before this place`,
		"[\"a\nb\"]":                         `error: f:1:4: not valid JSON: a string goes over the end of its line, or has another control character in it`,
		`["\x"]`:                             `error: f:1:4: not valid JSON: JSON does not have this escape`,
		`["\u12g4"]`:                         `error: f:1:7: not valid JSON: four hexadecimal digits follow \u`,
		`[01]`:                               `error: f:1:3: not valid JSON: a comma or ] is missing before this place`,
		`[1.]`:                               `error: f:1:4: not valid JSON: this is no number of JSON`,
		"{\n  // c\n  \"a\": 1}":             `error: f:2:3: not valid JSON: JSON has no comments`,
		"{\"a\": 1 /* c */}":                 `error: f:1:9: not valid JSON: JSON has no comments`,
		"# c\n{}":                            `error: f:1:1: not valid JSON: JSON has no comments`,
		"{\"a\": [1,\n]}":                    `error: f:2:1: not valid JSON: a comma follows the last value`,
		`[1e]`:                               `error: f:1:4: not valid JSON: this is no number of JSON`,
		`{} x`:                               `error: f:1:4: not valid JSON: something follows the JSON value`,
		`{} {}`:                              `error: f:1: something follows the JSON value`,
		"{\"a\":\n":                          `error: f:2: the JSON value ends too early`,
		"":                                   `error: f:1: the JSON value ends too early`,
	} {
		if got := asJSON(t, DecodeJSON, in); got != want {
			t.Errorf("DecodeJSON(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestProperties(t *testing.T) {
	for in, want := range map[string]string{
		"a=1\nb : 2\nc 3\nd":                   `{"a":"1","b":"2","c":"3","d":""}`,
		"# c\n! c\n\n  a = x  \n":              `{"a":"x  "}`,
		"a.b.c=1\na.d=2":                       `{"a":{"b":{"c":"1"},"d":"2"}}`,
		`a\.b=1`:                               `{"a.b":"1"}`,
		"a=one, \\\n    two\\\n\\ three":       `{"a":"one, two three"}`,
		"a=x\\\r\n  y\rb=z":                    `{"a":"xy","b":"z"}`,
		`k\ e\:y=a\=b\u00e9\n\t\q`:             `{"k e:y":"a=bé\n\tq"}`,
		`a=\ud83d\ude00`:                       `{"a":"😀"}`,
		"a=${HOME} $x":                         `{"a":"${HOME} $x"}`,
		"a=x\\\\\nb=y":                         `{"a":"x\\","b":"y"}`,
		"a=1\n\nb=2\na=3":                      `error: f:4: the key a is there already, in line 1`,
		"a.b=1\nc=2\na=3":                      `error: f:3: the key a has a value in line 3, and a.b in line 1 is below it`,
		"a=\\u12x4hunter2":                     `error: f:1: \u is not followed by four hexadecimal digits`,
		`a=\ud83dhunter2`:                      `error: f:1: \u names one half of a character`,
		"=hunter2":                             `error: f:1: a name of the key is empty`,
		"a..b=hunter2":                         `error: f:1: a name of the key is empty`,
		"a=\xe9":                               `error: f:1: not UTF-8 text`,
		strings.Repeat("a.", 200) + "=hunter2": `error: f:1: a name of the key is empty`,
		strings.Repeat("a.", 200) + "b=x":      `error: f:1: nested more than 100 deep`,
	} {
		if got := asJSON(t, DecodeProperties, in); got != want {
			t.Errorf("DecodeProperties(%.60q) = %s, want %s", in, got, want)
		}
	}
}

func TestINI(t *testing.T) {
	for in, want := range map[string]string{
		"top=1\n[a]\nx = 2\n; c\n# c\n[b.c]\ny=":  `{"a":{"x":"2"},"b.c":{"y":""},"top":"1"}`,
		"pw='a;b#c ; d'\nu=%s $x ${y}":            `{"pw":"a;b#c ; d","u":"%s $x ${y}"}`,
		"pw=\"\"\"a;\"b\"#c\"\"\" ; d\nu=`\"x\"`": `{"pw":"a;\"b\"#c","u":"\"x\""}`,
		"a=1\npw=hunter2#":                        `error: f:2: some readers end the value at a # or ; and others do not`,
		"pw=hunter2 ; c":                          `error: f:1: some readers end the value at a # or ; and others do not`,
		"pw=%(hunter2)s":                          `error: f:1: some readers replace a %(name)s by another value, which confit does not`,
		"!includedir /hunter2":                    `error: f:1: a line that begins with ! is a directive of MySQL, which confit does not follow`,
		"@INCLUDE hunter2":                        `error: f:1: a line that begins with @ is a directive of Fluent Bit, which confit does not follow`,
		"Flush 5 hunter2":                         `error: f:1: the line is neither [section] nor key = value`,
		"a=\" x \"\nb='y'\nc=\"z\nd=a=b\ne=\"\"":  `{"a":" x ","b":"y","c":"\"z","d":"a=b","e":""}`,
		"[empty]\r\n[ s ]\r\nk = C:\\new\r\n":     `{"empty":{},"s":{"k":"C:\\new"}}`,
		"a=1\na=2":                                `error: f:2: the key a is there already, in line 1`,
		"[s]\nx=1\n[t]\n[s]":                      `error: f:4: the key s is there already, in line 1`,
		"s=1\n[s]":                                `error: f:2: the key s is there already, in line 1`,
		"hunter2":                                 `error: f:1: the key has no = and no value, as in my.cnf`,
		"[s\nx=1":                                 `error: f:1: the section is not closed`,
		"[s] ; hunter2":                           `error: f:1: something follows the ] of the section`,
		"[]":                                      `error: f:1: the section has no name`,
		"= hunter2":                               `error: f:1: the key is empty`,
		"url: x=hunter2":                          `error: f:1: some readers end the key at the colon, others at the =`,
	} {
		if got := asJSON(t, commonINI.decodeFile, in); got != want {
			t.Errorf("DecodeINI(%.60q) = %s, want %s", in, got, want)
		}
	}
}

func TestDotenv(t *testing.T) {
	for in, want := range map[string]string{
		"A=1\nexport B=x y # c\nC=\n# c\nD = z":       `{"A":"1","B":"x y","C":"","D":"z"}`,
		"A=VAL# no comment\nB=#x\nC= # only":          `{"A":"VAL# no comment","B":"#x","C":""}`,
		"A='$X \\n \"q\"' # c\nB=\"a\\tb\\n\\\"\\$\"": `{"A":"$X \\n \"q\"","B":"a\tb\n\"$"}`,
		"A=\"one\ntwo # x\"\nB='1\n2'":                `{"A":"one\ntwo # x","B":"1\n2"}`,
		"A=$ $. a$\\n":                                `{"A":"$ $. a$\\n"}`,
		"A=$HOME":                                     `error: f:1: readers replace this $ and the name after it by another value, which confit does not`,
		"B=1\nA=\"x\n${B}hunter2\"":                   `error: f:3: readers replace this $ and the name after it by another value, which confit does not`,
		"A=hunter2$$":                                 `error: f:1: readers replace this $ and the name after it by another value, which confit does not`,
		"VAR: VAL\nB: x=y":                            `{"B":"x=y","VAR":"VAL"}`,
		"A='Let\\'s go!' # c":                         `{"A":"Let's go!"}`,
		"A='C:\\'\nB='x'":                             "error: f:1: readers disagree on \\' at the end of a line",
		"A=x\"y\"\r\nB.c-d=z":                         `{"A":"x\"y\"","B.c-d":"z"}`,
		"exported=1":                                  `{"exported":"1"}`,
		"A=1\nA=2":                                    `error: f:2: the key A is there already, in line 1`,
		"A=1\nhunter2":                                `error: f:2: the line has a name and no value: docker compose takes that from its own environment`,
		"A=1\nhunter2!":                               `error: f:2: the line has no =`,
		"hunter2+/=1":                                 `error: f:1: the text before the = or : is no name of a variable`,
		"A=\"hunter2":                                 `error: f:1: the quotes that open here are not closed`,
		"A='x'hunter2":                                `error: f:1: something follows the closing quote`,
		"A='x'#hunter2":                               `error: f:1: something follows the closing quote`,
		"A=1\nB=\"x\n\\d hunter2\"":                   `error: f:3: readers disagree on what this backslash means`,
	} {
		if got := asJSON(t, DecodeDotenv, in); got != want {
			t.Errorf("DecodeDotenv(%.60q) = %s, want %s", in, got, want)
		}
	}
}

func TestDownward(t *testing.T) {
	for in, want := range map[string]string{
		"app=\"web\"\nexample.com/a=\"x\\n\\\"y\\\" = z\"": `{"app":"web","example.com/a":"x\n\"y\" = z"}`,
		"":                 `{}`,
		"a=\"1\"\na=\"2\"": `error: f:2: the key a is there already, in line 1`,
		"a=hunter2":        "error: f:1: the line is not key=\"value\", as the downward API writes labels and annotations",
		"a=`hunter2`":      "error: f:1: the line is not key=\"value\", as the downward API writes labels and annotations",
		"a=\"\\xff\"":      `error: f:1: the value is not UTF-8 text`,
	} {
		if got := asJSON(t, DecodeDownward, in); got != want {
			t.Errorf("DecodeDownward(%.60q) = %s, want %s", in, got, want)
		}
	}
}

// TestYAMLLines: the place of a syntax error is the line that has it.
func TestYAMLLines(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: [1, 2\nc: 3\n":    "2 not valid YAML: did not find expected ',' or ']'",
		"a: 1\nx:\n  b: 2\n c: 4\n": "4 not valid YAML: did not find expected key",
		"a: 1\n- b\n":               "2 not valid YAML: did not find expected key",
		"a: @x\n":                   "1 not valid YAML: found character that cannot start any token",
		"a: 1\nb: @x\n":             "2 not valid YAML: found character that cannot start any token",
		"a: \"\\z\"\n":              "1 not valid YAML: found unknown escape character",
		"a: b: c\n":                 "1 not valid YAML: mapping values are not allowed in this context",
		"x: 1\na: b: c\n":           "2 not valid YAML: mapping values are not allowed in this context",
		"a: 1\nb: *zz\n":            "2 not valid YAML: an alias names an anchor that is not there",
		"a: \"open\nb: 1\n":         "1 not valid YAML: found unexpected end of stream",
		"x: 1\na: \"open\nb: 1\n":   "2 not valid YAML: found unexpected end of stream",
		"x: 1\na: \"open":           "2 not valid YAML: found unexpected end of stream",
		"a: {b: 1\n":                "1 not valid YAML: did not find expected ',' or '}'",
		"a: 1\n\tb: 2\n":            "2 not valid YAML: the line is indented with a tab",
		"smtp:\n\tport: 25\n":       "2 not valid YAML: the line is indented with a tab",
		"a: 1\nb: \x01\n":           "2 not valid YAML: control characters are not allowed",
		"a: !e!x 1\n":               "1 not valid YAML: found undefined tag handle",
		"x: 1\na: !e!x 1\n":         "2 not valid YAML: found undefined tag handle",
	} {
		_, err := DecodeYAML([]byte(text), &tree.Origin{File: "f"})
		p := diag.Problems(err, diag.CauseUnknown)[0]
		if got := strconv.Itoa(p.Pos.Line) + " " + p.Text; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
