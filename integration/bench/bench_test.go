package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	tests := map[string]struct {
		list []float64
		want float64
	}{
		"nothing":   {nil, 0},
		"one":       {[]float64{7}, 7},
		"odd":       {[]float64{9, 1, 5}, 5},
		"even":      {[]float64{4, 1, 3, 100}, 3.5},
		"untouched": {[]float64{2, 1}, 1.5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := median(test.list); got != test.want {
				t.Errorf("median(%v) = %v, want %v", test.list, got, test.want)
			}
		})
	}
}

// The same name gives the same input, whatever was made before it.
func TestGeneratorIsDeterministic(t *testing.T) {
	for _, w := range workloads[:2] {
		first, again := w.Make(true), w.Make(true)
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(again)
		if !bytes.Equal(a, b) {
			t.Errorf("%s is not the same twice", w.Name)
		}
		if len(first.Want()) == 0 {
			t.Errorf("%s has no outputs", w.Name)
		}
	}
	var a, b bytes.Buffer
	repos[0].stream(&a)
	repos[0].stream(&b)
	if a.String() != b.String() {
		t.Error("G1 is not the same twice")
	}
}

// Titles promise sizes.
func TestWorkloadSizes(t *testing.T) {
	w := folder("W2", 100)
	leafs := 0
	leaves(w.Values(), "", func(string, any) { leafs++ })
	if leafs != 200 || len(w.Sources) != 10 || len(w.Templates) != 100 {
		t.Errorf("W2 has %d values, %d sources, %d templates", leafs, len(w.Sources), len(w.Templates))
	}
	if size := len(goTemplate.Text(w.Templates[0].Body)); size < 2000 || size > 2300 {
		t.Errorf("a template of W2 has %d bytes", size)
	}
	if got := len(layers("W5", 30).Sources[0].Files); got != 30 {
		t.Errorf("layers made %d files, want 30", got)
	}
}

func TestMerge(t *testing.T) {
	values := map[string]any{"a": map[string]any{"x": 1, "y": 2}, "b": 3}
	merge(values, map[string]any{"a": map[string]any{"y": 4}, "c": map[string]any{"z": 5}})
	got, _ := json.Marshal(values)
	if want := `{"a":{"x":1,"y":4},"b":3,"c":{"z":5}}`; string(got) != want {
		t.Errorf("merge = %s, want %s", got, want)
	}
}

func TestDialects(t *testing.T) {
	body := []Node{
		literal("port: "), value("svc.port"), literal("\n"), block(If, "svc.on", literal("on\n")),
		block(Each, "svc.hosts", Node{Kind: Item}, literal(", ")),
	}
	tests := map[string]struct {
		dialect Dialect
		want    string
	}{
		"go":        {goTemplate, "port: {{ .Values.svc.port }}\n{{ if .Values.svc.on }}on\n{{ end }}{{ range .Values.svc.hosts }}{{ . }}, {{ end }}"},
		"dockerize": {dockerize, "port: {{ .Env.SVC_PORT }}\n{{ if isTrue .Env.SVC_ON }}on\n{{ end }}{{ range split .Env.SVC_HOSTS \",\" }}{{ . }}, {{ end }}"},
		"ytt": {ytt, ytt.Head + "port: (@= str(data.values.svc.port) @)\n(@ if data.values.svc.on: @)on\n(@ end @)" +
			`(@= "".join(["{}, ".format(item) for item in data.values.svc.hosts]) @)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.dialect.Text(body); got != test.want {
				t.Errorf("Text = %q, want %q", got, test.want)
			}
		})
	}
	values := map[string]any{"svc": map[string]any{"port": 80, "on": true, "hosts": []any{"a", "b"}}}
	if got, want := expected(body, values), "port: 80\non\na, b, "; got != want {
		t.Errorf("expected = %q, want %q", got, want)
	}
}

func fixture() *Book {
	sample := func(wall time.Duration, mib int64) []Sample { return []Sample{{Wall: wall, CPU: wall, RSS: mib << 10}} }
	b := newBook([]*Tool{{Name: "confit"}, {Name: "proto", Floor: true}, {Name: "gomplate"}, {Name: "helm", Version: "v3", Absent: "gone"}})
	b.add("W2", "100 templates", []*Result{
		{Workload: "W2", Tool: "confit", Samples: sample(20*time.Millisecond, 16)},
		{Workload: "W2", Tool: "proto", Samples: sample(10*time.Millisecond, 8)},
		{Workload: "W2", Tool: "gomplate", Samples: sample(80*time.Millisecond, 50)},
		{Workload: "W2", Tool: "helm", Err: errors.New("differs"), Samples: sample(time.Millisecond, 1)},
	})
	return b
}

// A rival that went wrong is not compared with; a missing figure meets no goal.
func TestJudge(t *testing.T) {
	tests := map[string]struct {
		goal Goal
		want string
	}{
		"met":      {Goal{"W2", Wall, []string{"W2/helm", "W2/gomplate"}, 0.3}, "0.25 ok"},
		"missed":   {Goal{"W2", Wall, []string{"W2/proto"}, 1.3}, "2.00 **miss**"},
		"absolute": {Goal{"W2", RSS, nil, 20}, "16.00 ok"},
		"no rival": {Goal{"W2", Wall, []string{"W2/helm"}, 1}, "– not measured"},
		"no run":   {Goal{"W3", Wall, []string{"W2/proto"}, 1}, "– not measured"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := fixture().judge(test.goal)
			if got := v.number() + " " + v.word(); got != test.want {
				t.Errorf("judge = %s, want %s", got, test.want)
			}
		})
	}
}

func TestWorkloadTable(t *testing.T) {
	var got bytes.Buffer
	b := fixture()
	b.workload(&got, "W2")
	b.absent(&got)
	want := `|          | wall ms | least | CPU ms | RSS MiB | ÷ best peer | ÷ proto |
| -------- | ------: | ----: | -----: | ------: | ----------: | ------: |
| confit   |    20.0 |  20.0 |   20.0 |    16.0 |        0.25 |    2.00 |
| *proto*  |    10.0 |  10.0 |   10.0 |     8.0 |        0.12 |    1.00 |
| gomplate |    80.0 |  80.0 |   80.0 |    50.0 |        1.00 |    8.00 |
| helm     |  failed |     – |      – |       – |           – |       – |

## Absent

- helm v3: gone
`
	if got.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", got.String(), want)
	}
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	job := Job{Out: dir}
	want := map[string][]byte{"a.txt": []byte("one\ntwo\n")}
	steps := []struct{ file, text, err string }{
		{"", "", "no such file"},
		{"a.txt", "one\n2\n", `line 2: "2", want "two"`},
		{"a.txt", "one\ntwo\n", ""},
		{".state", "", ""},
		{"b.txt", "", "b.txt was not asked for"},
	}
	for _, step := range steps {
		if step.file != "" {
			if err := os.WriteFile(filepath.Join(dir, step.file), []byte(step.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		err := job.compare(want)
		if step.err == "" && err != nil || step.err != "" && (err == nil || !strings.Contains(err.Error(), step.err)) {
			t.Errorf("after %s: %v, want %q", step.file, err, step.err)
		}
	}
}

func TestChanged(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := stamps(dir)
	if n := changed(before, stamps(dir)); n != 0 {
		t.Errorf("changed = %d with nothing done, want 0", n)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := changed(before, stamps(dir)); n != 1 {
		t.Errorf("changed = %d after chmod, want 1", n)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if n := changed(before, stamps(dir)); n != 2 {
		t.Errorf("changed = %d after removal, want 2: the file and its folder", n)
	}
}

func TestPlan(t *testing.T) {
	if _, err := newPlan(Options{Only: "w9"}); err == nil {
		t.Error("a workload that does not exist was taken")
	}
	p, err := newPlan(Options{Only: "w2,G1"})
	if err != nil || !p.has("W2", false) || !p.has("G1", false) || p.has("W1", true) {
		t.Errorf("plan of w2,G1: %+v, %v", p, err)
	}
	for _, tool := range tools(p) {
		if tool.Name == "imports" || tool.Name == "remco" {
			t.Errorf("%s is not needed for w2,g1", tool.Name)
		}
	}
}

// The whole pipe with the floor alone: build, stage, launch, compare, print.
func TestFloor(t *testing.T) {
	var out, log bytes.Buffer
	err := bench(t.Context(), Options{Quick: true, Confit: "none", Only: "w1", Runs: 1}, &out, &log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| *proto*") {
		t.Errorf("no row for the floor in:\n%s", out.String())
	}
}

// TestLay: a program in another place is the same program.
func TestLay(t *testing.T) {
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := lay(name, name); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(name)
	if err != nil || os.SameFile(before, after) {
		t.Errorf("it lies where it did (%v)", err)
	}
	var exit *exec.ExitError
	if err := exec.Command(name).Run(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("it ends with %v, want status 7", err)
	}
}
