package format

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

// TestParseKubernetesEnv holds the parser against the answers of the kubelet's own, which
// integration/readers writes.
func TestParseKubernetesEnv(t *testing.T) {
	data, err := os.ReadFile("testdata/kubernetes-env.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		File string
		Long int
		Vars map[string]string
		Fail []string
	}
	if err := json.Unmarshal(data, &table); err != nil || len(table) < 50 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	for _, c := range table {
		long := strings.Repeat("x", c.Long)
		got, err := ParseKubernetesEnv([]byte(strings.ReplaceAll(c.File, "…", long)))
		if (err != nil) != (len(c.Fail) > 0) {
			t.Errorf("ParseKubernetesEnv(%q) = %v, and the kubelet fails at %v", c.File, err, c.Fail)
		}
		for _, key := range c.Fail {
			if _, found := got[key]; found {
				t.Errorf("ParseKubernetesEnv(%q) finds %q, and the kubelet fails there", c.File, key)
			}
		}
		maps.DeleteFunc(got, func(_, value string) bool { return value == "" })
		for key, value := range c.Vars {
			if want := strings.ReplaceAll(value, "…", long); got[key] != want {
				t.Errorf("ParseKubernetesEnv(%q): %s is %.40q, want %.40q", c.File, key, got[key], want)
			}
			delete(got, key)
		}
		if len(got) > 0 {
			t.Errorf("ParseKubernetesEnv(%q) finds more: %.80q", c.File, got)
		}
	}
}

// TestKubernetesEnv: what is written is read back, and what cannot be is refused with the name
// of its key, and without its text.
func TestKubernetesEnv(t *testing.T) {
	const max = 64<<10 - 1
	for name, c := range map[string]struct {
		key, text string
		want      string // of the error; "" for none
	}{
		"plain":              {"A", "hunter2", ""},
		"several lines":      {"A", "\n #hunter2\n\tB=\"$x\"\\n\r", ""},
		"dots in the name":   {"a.b-c", "hunter2", ""},
		"blank in the name":  {"A B", "hunter2", ""},
		"longest line":       {"A", strings.Repeat("x", max-len("A=''")), ""},
		"longest last line":  {"A", "\n" + strings.Repeat("x", max-len("'")), ""},
		"line too long":      {"A", strings.Repeat("x", max-len("A=''")+1), "the text of A has a line over 64 KiB"},
		"last line too long": {"A", "\n" + strings.Repeat("x", max), "the text of A has a line over 64 KiB"},
		"single quote":       {"A", "hunter'2", "the text of A has a single quote"},
		"empty":              {"A", "", "the text of A is empty, which the kubelet takes for a missing key: leave the key out"},
		"CR LF":              {"A", "hunter\r\n2", "the text of A has a line that ends in CR LF"},
		"NUL":                {"A", "hunter\x002", "the text of A has a NUL character"},
		"no name":            {"", "hunter2", "is no name of a variable"},
		"= in the name":      {"A=B", "hunter2", "the key A=B is no name of a variable"},
		"comment":            {"#A", "hunter2", "the key #A is no name of a variable"},
		"leading blank":      {" A", "hunter2", "is no name of a variable"},
		"trailing blank":     {"A ", "hunter2", "is no name of a variable"},
		"other letters":      {"É", "hunter2", "is no name of a variable"},
		"tab in the name":    {"A\tB", "hunter2", "is no name of a variable"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := EncodeKubernetesEnv(map[string]any{c.key: c.text, "Z": "z"})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter") {
					t.Errorf("EncodeKubernetesEnv says %v, want %s", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseKubernetesEnv([]byte(file + "\n"))
			if err != nil || got[c.key] != c.text || got["Z"] != "z" || len(got) != 2 {
				t.Errorf("%.60q is read as %.60q, %v", file, got, err)
			}
			if v := checkKubernetesEnv([]byte(file+"\n"), nil); v != nil {
				t.Errorf("the check of %.60q says: %v", file, v)
			}
		})
	}
}

func TestDecodeKubernetesEnv(t *testing.T) {
	for in, want := range map[string]string{
		"A='1'\n# c\n B='x\ny' # c": `{"A":"1","B":"x\ny"}`,
		"A=''":                      `{"A":""}`,
		"A='1'\nA='2'":              "error: f:2: the key A is there already, in line 1",
		"A='1'\nB=hunter2":          "error: f:2: the value is not in single quotes",
		"A='hunter''2'":             "error: f:1: something follows the closing quote; a value can hold no single quote",
		"\ufeffA='1'":               "error: f:1: the text before the = is no name of a variable to the kubelet",
		"export A='1'":              "error: f:1: the kubelet takes export for a part of the name",
		"A='\xff'":                  "error: f:1: not UTF-8 text",
	} {
		if got := asJSON(t, DecodeKubernetesEnv, in); got != want {
			t.Errorf("DecodeKubernetesEnv(%q) = %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]int{"A='1'\n\nB=''": 3, "A='1'\nB= '2'": 2, "A='1'\nA='2'": 2, "A='1'\nB=2": 2, "A='1'": 0} {
		if v := checkKubernetesEnv([]byte(in), nil); (v == nil) != (want == 0) || v != nil && v.Line != want {
			t.Errorf("the check of %q says %v, want line %d", in, v, want)
		}
	}
}

func FuzzKubernetesEnv(f *testing.F) {
	fuzzDecoder(f, DecodeKubernetesEnv, EncodeKubernetesEnv, "ZZ='hunter2'", "A='x\ny' # c\n\tB='z'\n", "# c\nA='b\r\nc'\nD= 'e'")
}
