package manifest

import (
	"fmt"
	"strings"
	"testing"

	"confit/render/diag"
)

// TestRead cuts streams into objects, each with its line.
func TestRead(t *testing.T) {
	const a, b = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n", "apiVersion: v1\nkind: B\nmetadata: {name: b}\n"
	const jsonA = `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`
	jsonB := strings.Replace(jsonA, `"a"`, `"b"`, 1)
	tests := map[string]struct{ stream, want string }{
		"none":                        {"", ""},
		"comments only":               {"# nothing\n---\n# here\n", ""},
		"a null":                      {"---\nnull\n---\n~\n", ""},
		"one":                         {a, "A/a:1"},
		"two":                         {a + "---\n" + b, "A/a:1 B/b:5"},
		"separator first":             {"---\n" + a, "A/a:2"},
		"empty documents":             {"---\n---\n" + a + "---\n\n---\n# c\n---\n" + b + "---\n", "A/a:3 B/b:11"},
		"a comment after ---":         {a + "--- # next\n" + b, "A/a:1 B/b:5"},
		"blanks after ---":            {a + "---  \t\n" + b, "A/a:1 B/b:5"},
		"no separator, only dashes":   {a + "x: |\n  ---\n  text\n", "A/a:1"},
		"document ends":               {a + "...\n---\n" + b + "...\n", "A/a:1 B/b:6"},
		"directive":                   {"%YAML 1.1\n---\n" + a, "A/a:3"},
		"CRLF":                        {strings.ReplaceAll(a+"---\n"+b, "\n", "\r\n"), "A/a:1 B/b:5"},
		"byte order mark":             {"\ufeff" + a, "A/a:1"},
		"byte order mark and ---":     {"\ufeff---\n" + a, "A/a:2"},
		"JSON":                        {jsonA, "A/a:1"},
		"JSON with tabs":              {"{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"A\",\n\t\"metadata\": {\"name\": \"a\\ud83d\\ude00\"}\n}", "A/a\U0001F600:1"},
		"JSON values in one line":     {jsonA + " " + jsonB, "A/a:1 A/b:1"},
		"JSON values, blank lines":    {"\n\n" + jsonA + "\n\n" + jsonB + "\n", "A/a:3 A/b:5"},
		"list":                        {"apiVersion: v1\nkind: List\nitems:\n- " + in(a) + "- " + in(b), "A/a:4 B/b:7"},
		"list in a list":              {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: A, metadata: {name: a}}\n", "A/a:7"},
		"empty list":                  {"apiVersion: v1\nkind: List\nitems: []\n", ""},
		"typed list without kinds":    {"apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n", "ConfigMap/a:4"},
		"typed list with kinds":       {"apiVersion: v1\nkind: ConfigMapList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", "ConfigMap/a:4"},
		"an object called a list":     {"apiVersion: x/v1\nkind: AllowList\nmetadata: {name: a}\n", "AllowList/a:1"},
		"generateName":                {"apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n---\napiVersion: v1\nkind: A\nmetadata: {generateName: a-}\nx: 1\n", "A/a-:1 A/a-:5"},
		"equal twice":                 {a + "---\n" + a, "A/a:1"},
		"equal twice, other YAML":     {a + "---\napiVersion: \"v1\"\nkind: A\nmetadata:\n  name: a\n", "A/a:1"},
		"one name, two groups":        {a + "---\n" + strings.Replace(a, "v1", "x/v1", 1), "A/a:1 A/a:5"},
		"one name, two namespaces":    {a + "---\n" + strings.Replace(a, "name: a", "name: a, namespace: n", 1), "A/a:1 A/a:5"},
		"anchor and merge":            {"apiVersion: v1\nkind: A\nmetadata: &m {name: a}\nspec: {<<: *m, x: 1}\n", "A/a:1"},
		"twice and different":         {a + "---\n" + a + "x: 1\n", "error duplicate-object m.yaml:5:1"},
		"no kind":                     {"apiVersion: v1\nmetadata: {name: a}\n", "error manifest m.yaml:1:1"},
		"a file of values":            {"port: 1\n", "error manifest m.yaml:1:1"},
		"a list of values":            {"- 1\n", "error manifest m.yaml:1:1"},
		"no name":                     {"---\napiVersion: v1\nkind: A\n", "error manifest m.yaml:2:1"},
		"items that are no list":      {"apiVersion: v1\nkind: List\nitems: {a: b}\n", "error manifest m.yaml:1:1"},
		"duplicate key":               {a + "x: 1\ny: 2\nx: 3\n", "error duplicate-key m.yaml:6:1"},
		"duplicate key in JSON":       {`{"apiVersion":"v1","kind":"A",` + "\n" + `"kind":"B","metadata":{"name":"a"}}`, "error duplicate-key m.yaml:2:1"},
		"a map as a key":              {a + "{a: b}: c\n", "error bad-key m.yaml:4:1"},
		"alias of itself":             {a + "x: &x [*x]\n", "error alias-loop m.yaml:4:8"},
		"syntax, second document":     {a + "---\n" + b + "x: [\n", "error manifest-syntax"},
		"JSON syntax, second value":   {jsonA + "\n{\"kind\": }\n", "error manifest-syntax m.yaml:2"},
		"not UTF-8":                   {a + "x: \xff\n", "error not-utf8 m.yaml:4"},
		"deeper than 100":             {a + "x: " + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "\n", "error too-deep"},
		"separator without a newline": {a + "---", "A/a:1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := summary(Read([]File{{"m.yaml", []byte(test.stream)}}, nil)); got != test.want && !(strings.HasPrefix(test.want, "error") && strings.HasPrefix(got, test.want)) {
				t.Errorf("Read(%q) = %s, want %s", test.stream, got, test.want)
			}
		})
	}
}

// in indents an object as an item of a list.
func in(object string) string {
	return strings.ReplaceAll(strings.TrimSuffix(object, "\n"), "\n", "\n  ") + "\n"
}

// summary lists objects with their lines, or gives code and place of the first problem.
func summary(s *Set, err error) string {
	for _, p := range diag.Problems(err, diag.CauseData) {
		return "error " + p.Code + " " + p.Pos.String()
	}
	var all []string
	for _, o := range s.Objects {
		all = append(all, fmt.Sprintf("%s:%d", o, o.Pos.Line))
	}
	return strings.Join(all, " ")
}

// TestAliasBomb refuses aliases of aliases before they take memory.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: A\nmetadata: {name: a}\nx0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n")
	for i := range 20 {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i), 10), ", "))
	}
	_, err := Read([]File{{"m.yaml", []byte(b.String())}}, nil)
	problems := diag.Problems(err, diag.CauseData)
	if len(problems) != 1 || problems[0].Code != "alias-bomb" || problems[0].Cause != diag.CauseLimit {
		t.Errorf("Read = %v, want one problem alias-bomb that is a limit", err)
	}
}

// TestTooManyDocuments counts the documents of all files.
func TestTooManyDocuments(t *testing.T) {
	data := []byte(strings.Repeat("---\n{apiVersion: v1, kind: A, metadata: {name: a}}\n", maxDocuments/2+1))
	_, err := Read([]File{{"a.yaml", data}, {"b.yaml", data}}, nil)
	problems := diag.Problems(err, diag.CauseData)
	if len(problems) != 1 || problems[0].Code != "manifest-count" || problems[0].Cause != diag.CauseLimit {
		t.Errorf("Read = %v, want one problem manifest-count that is a limit", err)
	}
}

// TestFind looks objects up as a workload of a namespace does.
func TestFind(t *testing.T) {
	const stream = `{apiVersion: v1, kind: ConfigMap, metadata: {name: free}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: fixed, namespace: x}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: both, namespace: x}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: both, namespace: y}}
`
	s, err := Read([]File{{"m.yaml", []byte(stream)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		namespace, name string
		line            int // 0 for none
	}{
		{"", "free", 1},
		{"x", "free", 1},
		{"", "fixed", 3},
		{"x", "fixed", 3},
		{"y", "fixed", 0},
		{"x", "both", 5},
		{"y", "both", 7},
		{"", "both", 0},
		{"x", "none", 0},
	}
	for _, test := range tests {
		line := 0
		if o := s.Find("ConfigMap", test.namespace, test.name); o != nil {
			line = o.Pos.Line
		}
		if line != test.line {
			t.Errorf("Find(%q, %q) is at line %d, want %d", test.namespace, test.name, line, test.line)
		}
	}
}
