package values

import (
	"strings"
	"testing"

	"confit/render/format"
	"confit/render/tree"
)

func jsonLayer(t *testing.T, name, text string) Layer {
	t.Helper()
	n, err := format.DecodeJSON([]byte(text), &tree.Origin{Source: "file " + name, File: name})
	if err != nil {
		t.Fatal(err)
	}
	return Layer{Root: n}
}

// merged gives the values of layers as JSON.
func merged(t *testing.T, layers ...Layer) (string, error) {
	t.Helper()
	v, err := Merge(layers, nil)
	if err != nil {
		return "", err
	}
	text, err := format.EncodeJSON(tree.Plain(v.root), "", false)
	if err != nil {
		t.Fatal(err)
	}
	return text, nil
}

// TestMerge holds the cases of RFC 7386, appendix A, whose target is a map, but for those
// that put a map in the place of a scalar: these are errors here.
func TestMerge(t *testing.T) {
	for name, c := range map[string]struct{ base, patch, want string }{
		"replace":         {`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		"add":             {`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		"delete":          {`{"a":"b"}`, `{"a":null}`, `{}`},
		"delete one":      {`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		"list by scalar":  {`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		"scalar by list":  {`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		"deep":            {`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		"list":            {`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		"null stays out":  {`{"e":null}`, `{"a":1}`, `{"a":1}`},
		"nested null":     {`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		"null in a list":  {`{}`, `{"a":[null,1]}`, `{"a":[null,1]}`},
		"digits are kept": {`{"a":1}`, `{"a":1.10,"b":12345678901234567890}`, `{"a":1.10,"b":12345678901234567890}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := merged(t, jsonLayer(t, "a.json", c.base), jsonLayer(t, "b.json", c.patch))
			if err != nil || got != c.want {
				t.Errorf("Merge(%s, %s) = %s, %v, want %s", c.base, c.patch, got, err, c.want)
			}
		})
	}
}

// TestMergeInSteps deletes with null, then sets again with another type.
func TestMergeInSteps(t *testing.T) {
	got, err := merged(t, jsonLayer(t, "a", `{"a":{"b":1}}`), jsonLayer(t, "b", `{"a":null}`), jsonLayer(t, "c", `{"a":"x"}`))
	if want := `{"a":"x"}`; err != nil || got != want {
		t.Errorf("Merge = %s, %v, want %s", got, err, want)
	}
}

func TestMergeClash(t *testing.T) {
	for name, patch := range map[string]string{"scalar over map": `{"a":{"b":1}}`, "map over scalar": `{"a":{"b":{"c":{"d":1}}}}`} {
		t.Run(name, func(t *testing.T) {
			_, err := merged(t, jsonLayer(t, "a.json", `{"a":{"b":{"c":2}}}`), jsonLayer(t, "b.json", patch))
			if err == nil || !strings.Contains(err.Error(), "b.json:1: a.b") || !strings.Contains(err.Error(), "a.json:1") {
				t.Errorf("Merge(%s) = %v, want an error that names both places", patch, err)
			}
		})
	}
}

func yamlLayer(t *testing.T, text string) Layer {
	t.Helper()
	n, err := format.DecodeYAML([]byte(text), &tree.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return Layer{Root: n}
}

func text(key, value string) Layer {
	o := &tree.Origin{Source: "env APP_", Var: "APP_" + key}
	return Layer{Vars: []Var{{Rest: key, Value: value, Origin: o}}}
}

func TestTextTakesType(t *testing.T) {
	const base = `{"i":1,"f":1.5,"b":true,"s":"x","l":[1],"n":1.10}`
	for name, c := range map[string]struct{ key, value, want string }{
		"int":             {"I", "6432", `"i":6432`},
		"int as written":  {"I", "0x10", `"i":16`},
		"float":           {"F", "2.50", `"f":2.50`},
		"float from int":  {"F", "2", `"f":2`},
		"bool":            {"B", "false", `"b":false`},
		"string":          {"S", "123", `"s":"123"`},
		"list":            {"L", `["a"]`, `"l":["a"]`},
		"nothing":         {"NEW", "1", `"new":"1"`},
		"bad int":         {"I", "abc", ""},
		"bad bool":        {"B", "yes", ""},
		"bad list":        {"L", "a,b", ""},
		"empty int":       {"I", "", ""},
		"float is no int": {"I", "1.5", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := merged(t, jsonLayer(t, "a.json", base), text(c.key, c.value))
			switch {
			case c.want == "" && err == nil:
				t.Errorf("%s=%s gave %s, want an error", c.key, c.value, got)
			case c.want != "" && (err != nil || !strings.Contains(got, c.want)):
				t.Errorf("%s=%s gave %s, %v, want %s", c.key, c.value, got, err, c.want)
			}
		})
	}
}

// TestOverridden keeps what a leaf overrode, oldest first.
func TestOverridden(t *testing.T) {
	v, err := Merge([]Layer{
		jsonLayer(t, "a.json", `{"x":{"y":1,"z":0}}`), jsonLayer(t, "b.json", `{"x":{"y":2}}`), text("X_Y", "3"),
		jsonLayer(t, "c.json", `{"x":{"a":null,"y":4}}`),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := v.root.Find(tree.Path{{Key: "x"}, {Key: "y"}})
	var got []string
	for _, o := range v.overrode[n] {
		got = append(got, o.Pos().String())
	}
	if want := "a.json:1 b.json:1 env APP_X_Y"; strings.Join(got, " ") != want {
		t.Errorf("x.y overrode %q, want %q", got, want)
	}
}

func TestYAMLRefused(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"duplicate key":  {"a: 1\nb: 2\na: 3", "v.yaml:3: the key a is there already, in line 1"},
		"octal":          {"mode: 0777", "v.yaml:1:7: a number with a leading zero"},
		"underscores":    {"n: 1_000", "v.yaml:1:4: underscores in a number"},
		"binary":         {"n: 0b11", "v.yaml:1:4: a binary number"},
		"documents":      {"a: 1\n---\nb: 2", "a second document starts here"},
		"custom tag":     {"a: !vault x", "v.yaml:1:4: a tag of this kind has no meaning here"},
		"not UTF-8":      {"a: 1\nb: \xff", "v.yaml:2: not UTF-8 text"},
		"map as key":     {"{a: 1}: 2", "v.yaml:1:1: a key is a map or a list"},
		"null as key":    {"~: 2", "v.yaml:1:1: a key is null or empty"},
		"syntax":         {"a: [1", "v.yaml:1: not valid YAML"},
		"unknown anchor": {"a: *hunter2", "an alias names an anchor that is not there"},
		"bad tag":        {"a: !!int hunter2", "v.yaml:1:4: the value is not of the type"},
		"bomb":           {bomb(), "aliases expand to too many values"},
		"deep":           {strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested more than 100 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := format.DecodeYAML([]byte(c.in), &tree.Origin{File: "v.yaml"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("DecodeYAML = %v, want %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("the error quotes a value: %v", err)
			}
		})
	}
}

// bomb is a billion laughs.
func bomb() string {
	var s strings.Builder
	s.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := '1'; i <= '9'; i++ {
		prev := string(i - 1)
		s.WriteString("a" + string(i) + ": &a" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*a"+prev+",", 10), ",") + "]\n")
	}
	return s.String()
}

func TestYAMLAsWritten(t *testing.T) {
	for in, want := range map[string]string{
		"a: 1.10": `{"a":1.10}`, "a: 10000000": `{"a":10000000}`, "a: no": `{"a":"no"}`, "a: 2026-01-02": `{"a":"2026-01-02"}`,
		"a: 0x1F": `{"a":31}`, "a: 0o17": `{"a":15}`, "a: 1e3": `{"a":1e3}`, `a: "1"`: `{"a":"1"}`, "a: !!str 1": `{"a":"1"}`,
		"a: &x {b: 1}\nc: {<<: *x, d: 2}":                     `{"a":{"b":1},"c":{"b":1,"d":2}}`,
		"a: &x {b: 1}\nc: {<<: *x, b: 2}":                     `{"a":{"b":1},"c":{"b":2}}`,
		"1: x\ntrue: y":                                       `{"1":"x","true":"y"}`,
		"a: |\n  x\n  y\n":                                    `{"a":"x\ny\n"}`,
		"x: &p {a: 1}\ny: &q {a: 2, b: 3}\nz: {<<: [*p, *q]}": `{"x":{"a":1},"y":{"a":2,"b":3},"z":{"a":1,"b":3}}`,
		"a: 1:30": `{"a":"1:30"}`, "a: -0": `{"a":-0}`, "a: +5": `{"a":5}`, "": `{}`, "# only a comment": `{}`,
	} {
		got, err := merged(t, yamlLayer(t, in))
		if err != nil || got != want {
			t.Errorf("%q = %s, %v, want %s", in, got, err, want)
		}
	}
}

// TestPaths: each node has the path that leads to it, beside empty maps and lists.
func TestPaths(t *testing.T) {
	v, err := Merge([]Layer{jsonLayer(t, "a", `{"a":[{},[],[[],[1,{}],{}],2,{"b":[]},{},{"c":[3,4]}],"z":[{},{}]}`)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		count++
		if found, _ := v.root.Find(n.Path()); found != n {
			t.Errorf("the path %s leads to another node", n.Path())
		}
		for i := range n.Children() {
			walk(&n.Children()[i])
		}
	}
	if walk(v.root); count != 21 {
		t.Errorf("%d nodes", count)
	}
}

func TestSameName(t *testing.T) {
	for _, c := range [][2]string{{"maxConns", "MAX_CONNS"}, {"a.b-c", "ABC"}, {"", "_"}, {"é", "É"}, {"a", "ab"}, {"ab", "a"}, {"a_", "A"}, {"x", "y"}} {
		if got, want := sameName(c[0], c[1]), FoldName(c[0]) == FoldName(c[1]); got != want {
			t.Errorf("sameName(%q, %q) = %v, and their folded forms say %v", c[0], c[1], got, want)
		}
	}
}
