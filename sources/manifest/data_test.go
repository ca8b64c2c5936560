package manifest

import (
	"fmt"
	"strings"
	"testing"

	"confit/render/diag"
)

// TestKeys reads the keys of ConfigMaps and Secrets as the server does.
func TestKeys(t *testing.T) {
	tests := map[string]struct{ kind, text, want string }{
		"none":                       {"ConfigMap", "", ""},
		"data":                       {"ConfigMap", `data: {a: x, b: ""}`, `a="x" b=""`},
		"null data":                  {"ConfigMap", "data:\n", ""},
		"null value":                 {"ConfigMap", "data: {a: null}", `a=""`},
		"block":                      {"ConfigMap", "data:\n  a: |\n    one\n    two\n", `a="one\ntwo\n"`},
		"folded":                     {"ConfigMap", "data:\n  a: >-\n    one\n    two\n", `a="one two"`},
		"quoted with tabs":           {"ConfigMap", `data: {a: "x\ty \n"}`, `a="x\ty \n"`},
		"a date stays text":          {"ConfigMap", "data: {a: 2001-01-01}", `a="2001-01-01"`},
		"binaryData":                 {"ConfigMap", "binaryData: {a: //4A}", `a="\xff\xfe\x00"`},
		"base64 over several lines":  {"Secret", "data:\n  a: |\n    aGVs\n    bG8=\n", `a="hello"`},
		"base64 with CR":             {"Secret", `data: {a: "aGVs\r\nbG8="}`, `a="hello"`},
		"stringData over data":       {"Secret", "data: {a: eA==, b: eQ==}\nstringData: {a: plain}", `a="plain" b="y"`},
		"a ConfigMap has none":       {"ConfigMap", "stringData: {a: x}", ""},
		"an explicit string":         {"ConfigMap", "data: {a: !!str 8080}", `a="8080"`},
		"a number":                   {"ConfigMap", "data: {PORT: 8080}", "not-text 4:14"},
		"a float":                    {"ConfigMap", "data: {a: 1.10}", "not-text 4:11"},
		"yes":                        {"ConfigMap", "data: {a: yes}", "not-text 4:11"},
		"on":                         {"ConfigMap", "data: {a: on}", "not-text 4:11"},
		"N":                          {"ConfigMap", "data: {a: N}", "not-text 4:11"},
		"true":                       {"Secret", "stringData: {a: true}", "not-text 4:17"},
		"yEs is text":                {"ConfigMap", "data: {a: yEs}", `a="yEs"`},
		"quoted yes":                 {"ConfigMap", "data: {a: 'yes'}", `a="yes"`},
		"a list":                     {"ConfigMap", "data: {a: []}", "not-text 4:11"},
		"a map":                      {"ConfigMap", "data: {a: {b: c}}", "not-text 4:11"},
		"data is a list":             {"ConfigMap", "data: [a]", "manifest 4:7"},
		"in both":                    {"ConfigMap", "data: {a: x}\nbinaryData: {a: eA==}", "duplicate-key 5:14"},
		"twice in data":              {"ConfigMap", "data:\n  a: x\n  a: y\n", "duplicate-key 6:3"},
		"bad base64":                 {"Secret", "data: {a: hunter2!}", "bad-base64 4:11"},
		"base64 without its padding": {"Secret", "data: {a: eA}", "bad-base64 4:11"},
		"URL base64":                 {"Secret", "data: {a: _-8=}", "bad-base64 4:11"},
		"a slash in a key":           {"ConfigMap", "data: {a/b: x}", "manifest 4:8"},
		"a key of dots":              {"ConfigMap", "data: {..: x}", "manifest 4:8"},
		"a key that begins with ..":  {"ConfigMap", "data: {..a: x}", "manifest 4:8"},
		"a key of one dot":           {"ConfigMap", "data: {.: x}", "manifest 4:8"},
		"a hidden key":               {"ConfigMap", "data: {.a: x}", `.a="x"`},
		"a key of 253":               {"ConfigMap", "data: {" + strings.Repeat("k", 253) + ": x}", strings.Repeat("k", 253) + `="x"`},
		"a key of 254":               {"ConfigMap", "data: {" + strings.Repeat("k", 254) + ": x}", "manifest 4:8"},
		"more than 1 MiB":            {"ConfigMap", "data: {a: " + strings.Repeat("x", 1<<20) + ", b: x}", "object-size 1:1"},
		"1 MiB in base64":            {"ConfigMap", "binaryData: {a: " + strings.Repeat("AAAA", (1<<20)/3) + "}", "length 1048575"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := keys(t, test.kind, test.text); got != test.want {
				t.Errorf("keys of %.200q: %.200s, want %.200s", test.text, got, test.want)
			}
		})
	}
}

// keys reads an object whose fields begin in line 4.
func keys(t *testing.T, kind, fields string) string {
	s, err := Read([]File{{"m.yaml", []byte("apiVersion: v1\nkind: " + kind + "\nmetadata: {name: a}\n" + fields + "\n")}}, nil)
	var d *Data
	if err == nil {
		d = s.Objects[0].Keys()
		err = d.Err
	}
	problems := diag.Problems(err, diag.CauseData)
	for _, p := range problems {
		if text := p.Error() + p.Hint; strings.Contains(text, "hunter2") {
			t.Errorf("the problem quotes the value: %s", text)
		}
	}
	if len(problems) > 0 {
		return fmt.Sprintf("%s %d:%d", problems[0].Code, problems[0].Pos.Line, problems[0].Pos.Col)
	}
	var all []string
	for _, name := range d.Names() {
		if b := d.Keys[name].Bytes; len(b) > 1000 {
			all = append(all, fmt.Sprintf("length %d", len(b)))
		} else {
			all = append(all, fmt.Sprintf("%s=%q", name, b))
		}
	}
	return strings.Join(all, " ")
}

// TestKeyAt finds the place in the manifest of a line and a column of a key's text.
func TestKeyAt(t *testing.T) {
	const stream = `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  block: |
    one
      two
  first: |2

      three
  quoted: "a\nb"
  plain: x y
binaryData:
  binary: YQpi
`
	tests := []struct {
		key       string
		line, col int
		want      string
		exact     bool
	}{
		{"block", 1, 1, "6:5", true},
		{"block", 2, 3, "7:7", true},
		{"block", 2, 0, "7:0", true},
		{"first", 2, 5, "10:9", true},
		{"quoted", 2, 1, "11:11", false},
		{"plain", 1, 3, "12:12", true},
		{"binary", 2, 1, "14:11", false},
	}
	s, err := Read([]File{{"m.yaml", []byte(stream)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		at, exact := s.Objects[0].Keys().Keys[test.key].At(test.line, test.col)
		if got := fmt.Sprintf("%d:%d", at.Line, at.Col); got != test.want || exact != test.exact {
			t.Errorf("At(%d, %d) of %s = %s, %v, want %s, %v", test.line, test.col, test.key, got, exact, test.want, test.exact)
		}
	}
}

// TestWorkloads finds pod templates by their shape.
func TestWorkloads(t *testing.T) {
	const pod = "{containers: [{name: a}]}"
	tests := map[string]struct{ fields, want string }{
		"Pod":        {"kind: Pod\nspec: " + pod, "Pod/a"},
		"Deployment": {"kind: Deployment\nspec: {template: {spec: " + pod + "}}", "Deployment/a"},
		"CronJob":    {"kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: " + pod + "}}}}", "CronJob/a"},
		"Rollout":    {"kind: Rollout\nspec: {template: {spec: " + pod + "}}", "Rollout/a"},
		"Knative":    {"kind: Service\nspec: {template: {spec: " + pod + "}}", "Service/a"},
		"JobSet":     {"kind: JobSet\nspec: {replicatedJobs: [{template: {spec: {template: {spec: " + pod + "}}}}, {template: {spec: {template: {spec: " + pod + "}}}}]}", "JobSet/a/0 JobSet/a/1"},
		"ConfigMap":  {"kind: ConfigMap\ndata: {a: \"spec: {containers: []}\"}", ""},
		"template":   {"kind: PodTemplate\ntemplate: {spec: " + pod + "}", ""},
		"CRD":        {"kind: CustomResourceDefinition\nspec: {x: {spec: " + pod + "}}", ""},
		"test hook":  {"kind: Pod\nspec: " + pod, ""},
		"other hook": {"kind: Pod\nspec: " + pod, "Pod/a"},
		"no list":    {"kind: X\nspec: {containers: {a: b}}", ""},
	}
	hooks := map[string]string{"test hook": "pre-install, test-success", "other hook": "pre-install"}
	for name, test := range tests {
		meta := "metadata: {name: a, annotations: {helm.sh/hook: \"" + hooks[name] + "\"}}\n"
		s, err := Read([]File{{"m.yaml", []byte("apiVersion: v1\n" + meta + test.fields + "\n")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, w := range s.Workloads() {
			all = append(all, w.String())
		}
		if got := strings.Join(all, " "); got != test.want {
			t.Errorf("%s: workloads %q, want %q", name, got, test.want)
		}
	}
}
