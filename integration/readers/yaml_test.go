package readers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	yamlv2 "go.yaml.in/yaml/v2"
	yamlv3 "go.yaml.in/yaml/v3"

	"confit/render/format"
	"confit/render/tree"
)

// words are texts that readers of YAML 1.1 or 1.2 give another type, or nearly.
var words = []string{
	"y", "n", "yes", "No", "on", "OFF", "true", "False", "null", "~", "", "1", "-1", "+1", "0x1F", "0o17", "017", "1_000", "0b11", "1.5", ".5", "5.", "1e3",
	".inf", "-.Inf", ".NaN", "1:30", "190:20:30", "12:30:45", "2026-01-02", "2026-1-2", "2026-99-99", "2001-12-14 21:59:43.10 -5", "2001-12-14t21:59:43Z",
	"=", "<<", "-", "--", "---", "...", "?", ":", "a: b", "a #b", "#", "@a", "`", "%", "!a", "&a", "*a", "|", ">", "[", "{", "a]", "'", "\"", "\\", "\t", "a\tb",
	"\n", "a\n", "\na", " a", "a ", "a\n b", "  a\nb", "é", "\u00a0", "\u2028", "\ufeff", "\x07", "nil", "truest", "1.2.3", "v1",
}

func randomYAML(r *rand.Rand, depth int) any {
	switch n := r.IntN(10); {
	case n < 2 && depth < 4:
		m := map[string]any{}
		for range 1 + r.IntN(3) {
			m[randomWord(r)] = randomYAML(r, depth+1)
		}
		return m
	case n < 3 && depth < 4:
		var l []any
		for range 1 + r.IntN(3) {
			l = append(l, randomYAML(r, depth+1))
		}
		return l
	case n == 3:
		return r.IntN(2) == 0
	case n == 4:
		return int64(r.IntN(1000))
	}
	return randomWord(r)
}

func randomWord(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return randomText(r)
	}
	return words[r.IntN(len(words))]
}

// TestYAML: readers of YAML 1.1 and 1.2 read the types that the values have.
func TestYAML(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var values []any
	var texts []string
	for range count {
		v := map[string]any{"k": randomYAML(r, 0)}
		text, err := format.EncodeYAMLPretty(v)
		if err != nil {
			t.Fatal(err)
		}
		values, texts = append(values, v), append(texts, text+"\n")
	}
	var python []any
	runScript(t, texts, &python, "/usr/bin/python3", "testdata/read.py", "yaml")
	for i, text := range texts {
		var v2, v3 any
		err2, err3 := yamlv2.Unmarshal([]byte(text), &v2), yamlv3.Unmarshal([]byte(text), &v3)
		want := typed(values[i])
		for name, got := range map[string]string{"PyYAML": fromPython(python[i]), "yaml v2": typed(v2), "yaml v3": typed(v3)} {
			if got != want {
				t.Fatalf("%s reads %s (%v, %v) from\n%s\nwant %s", name, got, err2, err3, text, want)
			}
		}
	}
}

// typed writes a value with the types of its scalars and keys.
func typed(v any) string {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Map:
		var all []string
		for _, k := range r.MapKeys() {
			all = append(all, typed(k.Interface())+":"+typed(r.MapIndex(k).Interface()))
		}
		slices.Sort(all)
		return "{" + strings.Join(all, ",") + "}"
	case reflect.Slice:
		var all []string
		for i := range r.Len() {
			all = append(all, typed(r.Index(i).Interface()))
		}
		return "[" + strings.Join(all, ",") + "]"
	case reflect.String:
		return "str " + strconv.Quote(r.String())
	case reflect.Bool, reflect.Int, reflect.Int64:
		return fmt.Sprintf("%s %v", map[bool]string{true: "bool", false: "int"}[r.Kind() == reflect.Bool], v)
	}
	return fmt.Sprintf("%T %v", v, v)
}

// fromPython is typed for what read.py writes.
func fromPython(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		if pairs, ok := v["map"].([]any); ok {
			for _, p := range pairs {
				pair := p.([]any)
				all = append(all, fromPython(pair[0])+":"+fromPython(pair[1]))
			}
			slices.Sort(all)
			return "{" + strings.Join(all, ",") + "}"
		}
		for _, item := range v["list"].([]any) {
			all = append(all, fromPython(item))
		}
		return "[" + strings.Join(all, ",") + "]"
	case []any:
		kind, text := v[0].(string), v[1].(string)
		if kind == "str" {
			return "str " + strconv.Quote(text)
		}
		return kind + " " + strings.ToLower(text)
	}
	return "refused"
}

// notPlain are texts that are null, which deletes a value, or that PyYAML refuses without quotes.
var notPlain = []string{"", "~", "null", "=", "<<", "2026-99-99", "#"}

// TestStyle: what readers read from a file of values, they read from the output.
func TestStyle(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "confit")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var in strings.Builder
	for i, w := range words {
		if strings.ContainsAny(w, "\n\t\x07\ufeff\u2028\\\"") {
			continue
		}
		fmt.Fprintf(&in, "quoted%d: \"%s\"\nkeys%d: {\"%s\": a}\n", i, w, i, w)
		if _, err := format.DecodeYAML([]byte("k: "+w), &tree.Origin{}); err == nil && !slices.Contains(notPlain, w) {
			fmt.Fprintf(&in, "plain%d: %s\n", i, w)
		}
	}
	for i, k := range []string{"1", "-5", "1.5", "true", "on", "y", "2026-01-02", "12:30:45", "no"} {
		fmt.Fprintf(&in, "plainkeys%d: {%s: a}\n", i, k)
	}
	if err := os.WriteFile(filepath.Join(dir, "in.yaml"), []byte(in.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	render := exec.Command(bin, "render", "--source", "file:in.yaml", "--values", ".=out.yaml", "--out", "out")
	render.Dir = dir
	if out, err := render.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, in.String())
	}
	out, err := os.ReadFile(filepath.Join(dir, "out/out.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var python []any
	runScript(t, []string{in.String(), string(out)}, &python, "/usr/bin/python3", "testdata/read.py", "yaml")
	if python[0] == nil || !reflect.DeepEqual(python[0], python[1]) {
		t.Errorf("PyYAML reads\n%v\nand from the output\n%v", python[0], python[1])
	}
	for name, unmarshal := range map[string]func([]byte, any) error{"v2": yamlv2.Unmarshal, "v3": yamlv3.Unmarshal} {
		var before, after any
		if err := unmarshal([]byte(in.String()), &before); err != nil {
			t.Fatal(err)
		}
		if err := unmarshal(out, &after); err != nil || fmt.Sprintf("%#v", before) != fmt.Sprintf("%#v", after) {
			t.Errorf("yaml %s reads\n%v\nand from the output\n%v, %v", name, before, after, err)
		}
	}
}
